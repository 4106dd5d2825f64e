# SPDX-License-Identifier: Apache-2.0
"""`delete_before_replace` reaches packs, also as False; what does not say has none."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("first-gone", {}, pulumi.ResourceOptions(delete_before_replace=True))
Thing("first-made", {}, pulumi.ResourceOptions(delete_before_replace=False))
Thing("silent", {})
