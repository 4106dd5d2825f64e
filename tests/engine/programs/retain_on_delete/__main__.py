# SPDX-License-Identifier: Apache-2.0
"""`retain_on_delete` is about a later deployment: nothing of a new resource changes."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("kept", {"size": 1}, pulumi.ResourceOptions(retain_on_delete=True))
