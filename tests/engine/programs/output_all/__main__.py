# SPDX-License-Identifier: Apache-2.0
"""`Output.all` of a list or of keywords: one unknown makes the whole unknown; what it depends on is the sum."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {})
second = Thing("second", {})
Thing("list", {"value": pulumi.Output.all(first.urn, "plain").apply(len)})
Thing("keywords", {"value": pulumi.Output.all(a=first.urn, b=second.urn).apply(sorted)})
Thing("unknown", {"value": pulumi.Output.all(a=first.urn, b=second.id)})
