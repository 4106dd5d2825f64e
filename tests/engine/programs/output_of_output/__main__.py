# SPDX-License-Identifier: Apache-2.0
"""An Output inside an Output is one Output: of the inner value, dependent on what both depend on."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {})
second = Thing("second", {})
flat: pulumi.Output[str] = pulumi.Output.from_input("x").apply(lambda v: pulumi.Output.from_input(v + "y"))
both: pulumi.Output[str] = first.urn.apply(lambda _: second.urn)
unknown: pulumi.Output[str] = first.urn.apply(lambda _: second.id)
Thing("flat", {"value": flat})
Thing("both", {"value": both})
Thing("unknown", {"value": unknown})
