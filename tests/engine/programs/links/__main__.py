# SPDX-License-Identifier: Apache-2.0
"""Dependencies arrive as URNs: explicit ones, those of a component's children, and those that values carry."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component with one child."""

    def __init__(self, name: str) -> None:
        """Register the child."""
        super().__init__("my:web:Group", name)
        Thing("inside", {}, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


first = Thing("first", {})
Thing("after", {}, pulumi.ResourceOptions(depends_on=[first, Group("group")], deleted_with=first))
