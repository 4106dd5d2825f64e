# SPDX-License-Identifier: Apache-2.0
"""Two resources of one type and name are refused, with the URN that they share."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {})


Thing("twin")
Thing("twin")
