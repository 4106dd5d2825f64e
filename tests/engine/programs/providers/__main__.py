# SPDX-License-Identifier: Apache-2.0
"""An explicit provider serves the resources that name it, and what is inside a component that does."""

import pulumi


class Provider(pulumi.ProviderResource):
    """A provider of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the provider."""
        super().__init__("test", name, props)


class Thing(pulumi.CustomResource):
    """A resource of that package."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {}, opts)


class Group(pulumi.ComponentResource):
    """A component that hands its provider down."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register one child."""
        super().__init__("my:web:Group", name, None, opts)
        Thing("child", pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


west = Provider("west", {"region": "us-west-2"})
Thing("explicit", pulumi.ResourceOptions(provider=west))
Group("group", pulumi.ResourceOptions(providers=[west]))
Thing("implicit")
