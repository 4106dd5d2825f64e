# SPDX-License-Identifier: Apache-2.0
"""A secret inside an object or a list keeps its mark there; the object around it is none."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


key = pulumi.Output.secret("hunter3")
Thing("one", {"inside": {"key": key, "plain": 1}, "list": ["plain", key]})
