# SPDX-License-Identifier: Apache-2.0
"""Timeouts reach packs in seconds; what is not given is 0."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("slow", {}, pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="1h10m5s", delete="1.5m")))
Thing("usual", {})
