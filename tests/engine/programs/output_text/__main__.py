# SPDX-License-Identifier: Apache-2.0
"""Texts made of Outputs: known where every part is, else unknown as a whole."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {})
Thing(
    "known",
    {
        "concat": pulumi.Output.concat("<", first.urn, ">"),
        "format": pulumi.Output.format("{0}-{name}", 1, name=first.urn),
        "json": pulumi.Output.json_dumps({"urn": first.urn, "list": [1, None]}),
    },
)
Thing(
    "unknown",
    {
        "concat": pulumi.Output.concat("<", first.id, ">"),
        "format": pulumi.Output.format("{0}-{name}", 1, name=first.id),
        "json": pulumi.Output.json_dumps({"id": first.id, "list": [1, None]}),
    },
)
