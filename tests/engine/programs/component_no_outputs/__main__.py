# SPDX-License-Identifier: Apache-2.0
"""A component that registers no outputs has none, whatever its inputs are."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component that forgets to register its outputs."""

    def __init__(self, name: str) -> None:
        """Register one child."""
        super().__init__("my:web:Group", name, {"label": name})
        Thing("child", {}, pulumi.ResourceOptions(parent=self))


Group("group")
