# SPDX-License-Identifier: Apache-2.0
"""An imported resource is read, so its id is known in a first preview."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    size: pulumi.Output[object]

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


old = Thing("old", {"size": 1}, pulumi.ResourceOptions(import_="id-of-old"))
Thing("user", {"size": old.id})
