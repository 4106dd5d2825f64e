# SPDX-License-Identifier: Apache-2.0
"""A URN that nobody registered gives no resource: the program ends."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("ghost", {}, pulumi.ResourceOptions(urn="urn:pulumi:dev::engine::test:index:Thing::nobody"))
