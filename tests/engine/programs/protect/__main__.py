# SPDX-License-Identifier: Apache-2.0
"""Protection reaches packs; what does not ask for it has none."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("guarded", {}, pulumi.ResourceOptions(protect=True))
Thing("free", {})
