# SPDX-License-Identifier: Apache-2.0
"""A remote component is created by its package's plugin, which is not here: it is seen, its inside is not."""

import pulumi


class Cluster(pulumi.ComponentResource):
    """A component of a package that nobody has."""

    def __init__(self, name: str) -> None:
        """Register the component as one that a plugin would construct."""
        super().__init__("eks:index:Cluster", name, {"size": 3}, None, remote=True)


Cluster("main")
