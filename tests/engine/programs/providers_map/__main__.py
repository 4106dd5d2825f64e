# SPDX-License-Identifier: Apache-2.0
"""A map of providers is handed down through components, each package its own, and a nearer one counts."""

import pulumi
import pulumi_aws as aws


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Provider(pulumi.ProviderResource):
    """A provider of that package."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the provider."""
        super().__init__("test", name, props)


class Inner(pulumi.ComponentResource):
    """A component with a resource of each package."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the resources."""
        super().__init__("my:web:Inner", name, None, opts)
        Thing(f"{name}-thing", {}, pulumi.ResourceOptions(parent=self))
        aws.sqs.Queue(f"{name}-queue", name=f"{name}-dev", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


class Outer(pulumi.ComponentResource):
    """A component with two components, one of which has a provider of its own."""

    def __init__(self, name: str, providers: dict[str, pulumi.ProviderResource], near: pulumi.ProviderResource) -> None:
        """Register the components."""
        super().__init__("my:web:Outer", name, None, pulumi.ResourceOptions(providers=providers))
        Inner("far", pulumi.ResourceOptions(parent=self))
        Inner("near", pulumi.ResourceOptions(parent=self, providers=[near]))
        self.register_outputs({})


west = Provider("west", {})
east = Provider("east", {})
far = aws.Provider("far", region="us-west-2")
Outer("outer", {"test": west, "aws": far}, east)
