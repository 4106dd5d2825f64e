# SPDX-License-Identifier: Apache-2.0
"""A child is protected as its parent is, unless it says otherwise itself."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component with two children."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the children."""
        super().__init__("my:web:Group", name, None, opts)
        Thing("heir", {}, pulumi.ResourceOptions(parent=self))
        Thing("rebel", {}, pulumi.ResourceOptions(parent=self, protect=False))
        self.register_outputs({})


Group("group", pulumi.ResourceOptions(protect=True))
