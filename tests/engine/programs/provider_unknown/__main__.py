# SPDX-License-Identifier: Apache-2.0
"""A provider whose configuration is not known yet can be asked nothing: all that it would give is unknown."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    size: pulumi.Output[object]

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


class Provider(pulumi.ProviderResource):
    """A provider of that package."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the provider."""
        super().__init__("test", name, props)


first = Thing("first", {})
unsure = Provider("unsure", {"region": first.id})
second = Thing("second", {"size": 1}, pulumi.ResourceOptions(provider=unsure))
Thing("third", {"size": second.size})
