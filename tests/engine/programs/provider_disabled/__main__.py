# SPDX-License-Identifier: Apache-2.0
"""A default provider that the configuration disables serves nobody; an explicit one does."""

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


Thing("explicit", {}, pulumi.ResourceOptions(provider=Provider("west", {})))
Thing("implicit", {})
