# SPDX-License-Identifier: Apache-2.0
"""Components inside components: URNs chain the types of all ancestors, and each child knows its parent."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Inner(pulumi.ComponentResource):
    """A component with one child."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the child."""
        super().__init__("my:web:Inner", name, {"label": name}, opts)
        Thing(f"{name}-thing", {"size": 3}, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"ready": True})


class Outer(pulumi.ComponentResource):
    """A component that holds a component."""

    def __init__(self, name: str) -> None:
        """Register the inner component."""
        super().__init__("my:web:Outer", name)
        Inner("inner", pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


Outer("outer")
pulumi.export("color", pulumi.Config().require("color"))
