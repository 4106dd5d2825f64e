# SPDX-License-Identifier: Apache-2.0
"""Another stack's outputs cannot be read offline: what is made of them is unknown, and the report says why."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props)


other = pulumi.StackReference("acme/network/dev")
Thing("user", {"vpc": other.get_output("vpcId")})
