# SPDX-License-Identifier: Apache-2.0
"""`additional_secret_outputs` marks outputs the resource has, and tells packs; one that it lacks is nothing."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    size: pulumi.Output[object]

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


two = Thing("two", {"size": "plain"}, pulumi.ResourceOptions(additional_secret_outputs=["size", "absent", "id"]))
Thing("three", {"size": two.size})
