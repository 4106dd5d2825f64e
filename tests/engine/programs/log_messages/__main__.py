# SPDX-License-Identifier: Apache-2.0
"""What the program logs is kept, with the resource that it is about; debug messages are not."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {})
pulumi.log.warn("mind this", resource=first)
pulumi.log.info("and that")
pulumi.log.debug("never this")
