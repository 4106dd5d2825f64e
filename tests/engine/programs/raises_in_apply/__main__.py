# SPDX-License-Identifier: Apache-2.0
"""An exception inside `apply` ends the program too."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


def refuse(urn: str) -> str:
    """Fail."""
    message = f"cannot use {urn}"
    raise ValueError(message)


pulumi.export("refused", Thing("first", {}).urn.apply(refuse))
