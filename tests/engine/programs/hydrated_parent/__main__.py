# SPDX-License-Identifier: Apache-2.0
"""A parent had again by its URN hands down in the engine what it would have handed down in the program."""

import pulumi


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


def adopt(urn: str) -> None:
    """Register a child of the component that has a URN."""
    again = pulumi.ComponentResource("my:web:Group", "again", None, pulumi.ResourceOptions(urn=urn))
    Thing("child", {}, pulumi.ResourceOptions(parent=again))


def adopt_by_thing(urn: str) -> None:
    """Register a child of the thing that has a URN."""
    Thing("grandchild", {}, pulumi.ResourceOptions(parent=Thing("again", {}, pulumi.ResourceOptions(urn=urn))))


options = pulumi.ResourceOptions(providers=[Provider("west", {})], protect=True)
pulumi.ComponentResource("my:web:Group", "group", None, options).urn.apply(adopt)
Thing("thing", {}, pulumi.ResourceOptions(provider=Provider("east", {}), protect=True)).urn.apply(adopt_by_thing)
