# SPDX-License-Identifier: Apache-2.0
"""A timeout that is no duration ends the deployment."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("slow", {}, pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="soon")))
