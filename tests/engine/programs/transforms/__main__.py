# SPDX-License-Identifier: Apache-2.0
"""Transforms run before anything counts: a resource's own, then its ancestors', then the stack's."""

import pulumi


def tag(name: str) -> pulumi.ResourceTransform:
    """Make a transform that appends its name to the trail of those that ran."""

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        trail = str(args.props.get("trail", "")) + f"{name} "
        return pulumi.ResourceTransformResult(props={**args.props, "trail": trail}, opts=args.opts)

    return transform


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {"trail": ""}, opts)


class Group(pulumi.ComponentResource):
    """A component with a transform of its own."""

    def __init__(self, name: str) -> None:
        """Register one child."""
        super().__init__("my:web:Group", name, None, pulumi.ResourceOptions(transforms=[tag("parent")]))
        Thing("child", pulumi.ResourceOptions(parent=self, transforms=[tag("own")], protect=True))
        self.register_outputs({})


pulumi.runtime.register_resource_transform(tag("stack"))
Group("group")
