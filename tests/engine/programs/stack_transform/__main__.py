# SPDX-License-Identifier: Apache-2.0
"""A stack transform changes properties and options of what comes after it; values keep what they depend on."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component without children."""

    def __init__(self, name: str) -> None:
        """Register the component."""
        super().__init__("my:web:Group", name)
        self.register_outputs({})


def guard(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Protect things and give them a colour; leave everything else as it is."""
    if args.type_ != "test:index:Thing":
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
    return pulumi.ResourceTransformResult(props={**args.props, "color": "blue"}, opts=opts)


before = Thing("before", {})
pulumi.runtime.register_resource_transform(guard)
Group("group")
Thing("after", {"of": before.id, "kept": "yes"})
