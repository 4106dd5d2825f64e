# SPDX-License-Identifier: Apache-2.0
"""`depends_on` takes a resource, a component (its custom children stand for it), a list and an Output of a list."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component with one child."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the child."""
        super().__init__("my:web:Group", name, None, opts)
        Thing(f"{name}-thing", {}, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


class Outer(pulumi.ComponentResource):
    """A component that holds a component."""

    def __init__(self, name: str) -> None:
        """Register the inner component."""
        super().__init__("my:web:Outer", name)
        Group("inner", pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


first = Thing("first", {})
second = Thing("second", {})
outer = Outer("outer")
Thing("on-resource", {}, pulumi.ResourceOptions(depends_on=first))
Thing("on-component", {}, pulumi.ResourceOptions(depends_on=outer))
Thing("on-list", {}, pulumi.ResourceOptions(depends_on=[second, first]))
Thing("on-output", {}, pulumi.ResourceOptions(depends_on=first.urn.apply(lambda _: [second])))
Thing("on-values-too", {"of": first.id}, pulumi.ResourceOptions(depends_on=[second]))
