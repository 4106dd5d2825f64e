# SPDX-License-Identifier: Apache-2.0
"""A resource made inside `apply` is registered where the value is known: a URN is in a first preview, an id is not."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {})
first.urn.apply(lambda urn: Thing("of-urn", {"value": urn}))
first.id.apply(lambda _: Thing("of-id", {}))
