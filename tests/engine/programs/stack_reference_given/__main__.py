# SPDX-License-Identifier: Apache-2.0
"""Another stack's outputs, given by the settings beside the program: known in a first preview, a secret one secret."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props)


network = pulumi.StackReference("organization/network/dev")
Thing("user", {"vpc": network.get_output("vpcId"), "subnets": network.require_output("subnets")})
pulumi.export("vpc", network.outputs["vpcId"])
