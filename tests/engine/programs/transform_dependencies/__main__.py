# SPDX-License-Identifier: Apache-2.0
"""A resource's own transform loses what its properties depended on; the resource depends on it still."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


def repeat(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Give back what was given."""
    return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)


def look(_args: pulumi.ResourceTransformArgs) -> None:
    """Change nothing."""


first = Thing("first", {})
key: pulumi.Output[str] = pulumi.Output.secret(first.urn)
Thing("rewritten", {"of": first.id, "key": key}, pulumi.ResourceOptions(transforms=[repeat]))
Thing("looked-at", {"of": first.id, "key": key}, pulumi.ResourceOptions(transforms=[look]))
