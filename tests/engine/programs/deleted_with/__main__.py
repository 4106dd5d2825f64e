# SPDX-License-Identifier: Apache-2.0
"""`deleted_with` is about deletion: it makes no dependency."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


home = Thing("home", {})
Thing("guest", {}, pulumi.ResourceOptions(deleted_with=home))
