# SPDX-License-Identifier: Apache-2.0
"""An exception of the program is told as its error, from its own line on."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("first", {})
message = "nothing works here"
raise ValueError(message)
