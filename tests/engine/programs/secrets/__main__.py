# SPDX-License-Identifier: Apache-2.0
"""A secret keeps its mark through inputs and outputs, alone and inside an object."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


Thing("one", {"password": pulumi.Output.secret("hunter2"), "inside": {"key": pulumi.Output.secret("hunter3")}})
Thing("two", {"token": "plain"}, pulumi.ResourceOptions(additional_secret_outputs=["token"]))
pulumi.export("exported", pulumi.Output.secret("hunter4"))
