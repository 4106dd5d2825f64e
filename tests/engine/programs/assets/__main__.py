# SPDX-License-Identifier: Apache-2.0
"""Assets and archives travel under their signatures, alone, inside each other and through Outputs."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource with one output that is also an input."""

    page: pulumi.Output[pulumi.Asset]

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props)


code = Thing(
    "code",
    {
        "archive": pulumi.AssetArchive({"a.txt": pulumi.StringAsset("hello"), "dir": pulumi.FileArchive("./site")}),
        "page": pulumi.FileAsset("./index.html"),
        "list": [pulumi.StringAsset("plain")],
    },
)
Thing("copy", {"page": code.page})
