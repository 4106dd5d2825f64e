# SPDX-License-Identifier: Apache-2.0
"""Resources as inputs and outputs of a component: packs see ids, and URNs of components."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component that takes resources and gives some."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register one child."""
        super().__init__("my:web:Group", name, props)
        made = Thing(f"{name}-made", {}, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"made": made, "itself": self})


outer = Group("outer", {"thing": Thing("given", {}), "name": "outer"})
Group("second", {"group": outer})
