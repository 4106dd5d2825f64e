# SPDX-License-Identifier: Apache-2.0
"""A resource can be had again by its URN, with what it is known to be; it is not registered again."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    size: pulumi.Output[object]

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {"size": 1})
first.urn.apply(
    lambda urn: Thing("copy", {"size": Thing("again", {"size": None}, pulumi.ResourceOptions(urn=urn)).size})
)
