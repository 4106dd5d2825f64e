# SPDX-License-Identifier: Apache-2.0
"""A program that asks for a version of the CLI is told nothing false: the report says that none took part."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {"n": 1, "none": None, "yes": True, "list": [{}, [], ""]}, opts)


pulumi.require_pulumi_version(">=3.0.0")
Thing("slow", pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="1h10m5s", delete="90s")))
