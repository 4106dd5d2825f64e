# SPDX-License-Identifier: Apache-2.0
"""Names and values in any script, with spaces and signs, stand in URNs as they are written."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("größe-表-🚀", {"größe": "naïve 表 🚀", "empty": ""})
Thing("a name/with:signs$here", {})
