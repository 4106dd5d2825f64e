# SPDX-License-Identifier: Apache-2.0
"""A transform that raises ends the registration with its own words."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {})


def refuse(_args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Fail."""
    message = "this transform refuses"
    raise ValueError(message)


pulumi.runtime.register_resource_transform(refuse)
Thing("refused")
