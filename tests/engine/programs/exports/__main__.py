# SPDX-License-Identifier: Apache-2.0
"""Exports keep their shape: lists, objects, secrets and Outputs inside; a resource becomes an object of its outputs."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    size: pulumi.Output[object]

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {"size": 1})
pulumi.export("object", {"urn": first.urn, "id": first.id, "deep": {"list": [1, pulumi.Output.from_input("two")]}})
pulumi.export("list", ["plain", pulumi.Output.secret("hunter5")])
pulumi.export("secret", {"inside": pulumi.Output.secret("hunter6")})
pulumi.export("resource", first)
pulumi.export("nothing", None)
