# SPDX-License-Identifier: Apache-2.0
"""Aliases of every kind: a first deployment finds nothing under them, so no URN changes and packs are told of none."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component that once was, or was not, a parent."""

    def __init__(self, name: str) -> None:
        """Register the component."""
        super().__init__("my:web:Group", name)
        self.register_outputs({})


group = Group("group")
BY_URN = "urn:pulumi:dev::engine::test:index:Thing::elsewhere"
Thing("by-name", {}, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")]))
Thing("by-urn", {}, pulumi.ResourceOptions(aliases=[BY_URN]))
Thing("by-type", {}, pulumi.ResourceOptions(aliases=[pulumi.Alias(type_="test:index:Old")]))
Thing("by-parent", {}, pulumi.ResourceOptions(aliases=[pulumi.Alias(parent=group)]))
Thing("by-no-parent", {}, pulumi.ResourceOptions(parent=group, aliases=[pulumi.Alias(parent=None)]))
Thing("left", {}, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="right")]))
Thing("right", {}, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="left")]))
