# SPDX-License-Identifier: Apache-2.0
"""A child that depends on its own component waits for itself: the SDK refuses that in words."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component whose child depends on it."""

    def __init__(self, name: str) -> None:
        """Register the child."""
        super().__init__("my:web:Group", name)
        Thing("inside", {}, pulumi.ResourceOptions(parent=self, depends_on=[self]))
        self.register_outputs({})


Group("group")
