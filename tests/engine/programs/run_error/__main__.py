# SPDX-License-Identifier: Apache-2.0
"""A `RunError` is told as its message alone."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("first", {})
message = "set the size first"
raise pulumi.RunError(message)
