# SPDX-License-Identifier: Apache-2.0
"""Assets and archives travel under their signatures, whether they exist or not."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object]) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props)


Thing(
    "code",
    {
        "archive": pulumi.AssetArchive({"a.txt": pulumi.StringAsset("hello"), "dir": pulumi.FileArchive("./site")}),
        "page": pulumi.FileAsset("./index.html"),
        "remote": pulumi.RemoteAsset("https://example.com/x"),
    },
)
