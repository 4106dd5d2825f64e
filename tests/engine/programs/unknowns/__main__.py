# SPDX-License-Identifier: Apache-2.0
"""What is computed is unknown in the faithful pass: alone, inside a text, inside JSON; `apply` does not run on it."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one computed output."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the resource; the provider computes ``arn``."""
        super().__init__("test:index:Thing", name, {"arn": None, **props})


first = Thing("first", {"name": "first"})
Thing(
    "second",
    {
        "id_of": first.id,
        "document": pulumi.Output.json_dumps({"resource": first.id}),
        "nested": {"list": ["known", first.id]},
    },
)
first.id.apply(lambda _: Thing("later", {}))
