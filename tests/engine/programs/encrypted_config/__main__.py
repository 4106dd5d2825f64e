# SPDX-License-Identifier: Apache-2.0
"""An encrypted value of the stack file cannot be read offline: a placeholder stands in, marked secret, and is told."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("one", {"password": pulumi.Config().require_secret("password")})
