# SPDX-License-Identifier: Apache-2.0
"""What names from outside the program are: resources of provider packages, functions, and Pulumi's own SDK.

`pulumi_aws` is known from a table. Of other packages named ``pulumi_*``, a class is a resource if its name is in
capitals and is none of the forms that generated SDKs give to other things (``BucketArgs``); its attributes are Outputs.
Facts about the SDK: its source, https://github.com/pulumi/pulumi/tree/v3.272.0/sdk/python/lib/pulumi (Apache-2.0).
"""

from __future__ import annotations

import re
from typing import Final

from stackproof.lint.table import names

__all__ = [
    "CORE",
    "OUTPUT_METHODS",
    "attribute_is_output",
    "canonical",
    "gives_output",
    "is_core_resource",
    "is_invoke",
    "is_resource",
    "star_names",
]

CORE: Final = frozenset({"pulumi.CustomResource", "pulumi.ComponentResource", "pulumi.ProviderResource"})
"""The classes that a program derives its own resources from, besides `pulumi.dynamic.Resource`."""

OUTPUT_METHODS: Final = frozenset({"apply", "future", "get", "is_known", "is_secret", "recover", "resources"})
"""What an Output has itself; any other attribute is lifted, and gives an Output."""

_OUTPUTS: Final = frozenset(
    f"pulumi.Output.{name}"
    for name in ("all", "concat", "format", "from_input", "json_dumps", "json_loads", "secret", "unsecret")
)
_SUBMODULES: Final = re.compile(
    r"^pulumi\.(output|resource|config|stack_reference|metadata|runtime\.stack)\.(?=[A-Za-z])"
)
_FOREIGN: Final = re.compile(r"^pulumi_(?!aws(\.|$)|policy|esc|automation)\w+(\.\w+)*\.(?P<name>[A-Z]\w*)$")
_NO_RESOURCE: Final = re.compile(
    r"(Args|ArgsDict|Opts|Options|Result|Enum|Type|Error|Config|Transformation)$|^[A-Z_\d]+$"
)
_INVOKE: Final = re.compile(r"^pulumi_(\w+\.)*get_\w+$")
_STARS: Final = {
    "pulumi": [
        "Alias",
        "Asset",
        "AssetArchive",
        "ComponentResource",
        "Config",
        "CustomResource",
        "CustomTimeouts",
        "FileArchive",
        "FileAsset",
        "Input",
        "Inputs",
        "InvokeOptions",
        "Output",
        "ProviderResource",
        "RemoteArchive",
        "RemoteAsset",
        "Resource",
        "ResourceOptions",
        "StackReference",
        "StringAsset",
        "debug",
        "error",
        "export",
        "get_organization",
        "get_project",
        "get_stack",
        "info",
        "log",
        "run",
        "warn",
    ],
}


def canonical(name: str) -> str:
    """Give the usual full name of what is also found in a submodule of the SDK."""
    return _SUBMODULES.sub("pulumi.", name)


def is_resource(name: str) -> bool:
    """Say whether a full name is a resource class of a provider package, or the SDK's own."""
    if name.startswith("pulumi_aws."):
        return names().attributes(name) is not None
    found = _FOREIGN.match(name)
    return (found is not None and _NO_RESOURCE.search(found["name"]) is None) or is_core_resource(name)


def is_core_resource(name: str) -> bool:
    """Say whether a full name is a resource that a program makes without deriving from it."""
    return name in {"pulumi.StackReference", "pulumi.Stash"}


def attribute_is_output(name: str, attribute: str) -> bool:
    """Say whether an attribute of a resource class is an Output."""
    if attribute in {"urn", "id"}:
        return True
    if is_core_resource(name):
        return attribute in {"name", "outputs", "secret_output_names"}
    if name in CORE or name == "pulumi.dynamic.Resource":
        return False
    known = names().attributes(name) if name.startswith("pulumi_aws.") else None
    if known is not None:
        return attribute in known
    return not attribute.startswith("_") and not attribute.startswith("get_") and attribute not in _RESOURCE_METHODS


_RESOURCE_METHODS: Final = frozenset({"get", "register_outputs", "translate_input_property", "pulumi_resource_name"})


def is_invoke(name: str) -> bool:
    """Say whether a full name is a function of a provider package that asks the provider at once."""
    return _INVOKE.match(name) is not None and not name.endswith("_output")


def gives_output(name: str) -> bool:
    """Say whether calling a full name gives an Output."""
    return name in _OUTPUTS or (name.startswith("pulumi_") and name.endswith("_output"))


def star_names(package: str) -> tuple[str, ...]:
    """List what a star import of a package binds, as far as that is known without a table."""
    return tuple(_STARS.get(package, ()))
