# SPDX-License-Identifier: Apache-2.0
"""A resource given as a value travels as a reference: packs see its id, a component's URN."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props)


class Group(pulumi.ComponentResource):
    """A component without children."""

    def __init__(self, name: str) -> None:
        """Register the component."""
        super().__init__("my:web:Group", name)
        self.register_outputs({})


target = Thing("target", {})
Thing("pointer", {"target": target, "group": Group("group")})
