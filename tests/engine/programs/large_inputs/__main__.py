# SPDX-License-Identifier: Apache-2.0
"""Inputs of several megabytes pass, there and back."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    size: pulumi.Output[object]

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {"size": "0123456789" * 600_000})
Thing("second", {"size": first.size.apply(lambda text: len(str(text)))})
Thing("third", {"map": {f"key-{n}": ["value"] * 10 for n in range(10_000)}})
