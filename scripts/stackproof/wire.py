# SPDX-License-Identifier: Apache-2.0
"""Property values as they travel on Pulumi's wire: signatures, unknown sentinels, secrets, references.

Values are what a ``google.protobuf.Struct`` holds: ``None``, ``bool``, ``float``, ``str``, lists and string-keyed
dicts. Everything else (secrets, assets, resource references, output values) is a dict under a signature key.
The constants are Pulumi's own (``sdk/go/common/resource/properties.go`` and ``sdk/go/common/resource/plugin/rpc.go``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "ARCHIVE_SIGNATURE",
    "ASSET_SIGNATURE",
    "OUTPUT_SIGNATURE",
    "RESOURCE_SIGNATURE",
    "SECRET_SIGNATURE",
    "SIGNATURE",
    "UNKNOWN",
    "UNKNOWN_SENTINELS",
    "Properties",
    "Value",
    "concealed",
    "contains_unknown",
    "holds_secret",
    "is_secret",
    "is_unknown",
    "plain",
    "reveal",
    "secret",
    "tainted_paths",
    "unknown_paths",
]

Value: TypeAlias = "bool | float | str | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = "dict[str, Value]"

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a public constant of the protocol)
ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The sentinel of an unknown string: the only kind that programs in Python send and receive."""

UNKNOWN_SENTINELS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    },
)
"""One sentinel for each kind: string, boolean, number, array, asset, archive, object."""

_ANY_SENTINEL = re.compile("|".join(sorted(UNKNOWN_SENTINELS)))


def is_unknown(value: object) -> bool:
    """Say whether a value *is* a sentinel (a sentinel inside a longer text is ordinary text, as for the engine)."""
    return isinstance(value, str) and value in UNKNOWN_SENTINELS


def is_secret(value: object) -> bool:
    """Say whether a value travels under the secret signature."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET_SIGNATURE


def secret(value: Value) -> Value:
    """Put a value under the secret signature, once."""
    return value if is_secret(value) else {SIGNATURE: SECRET_SIGNATURE, "value": value}


def reveal(value: Value) -> Value:
    """Take a value out of the secret signature, at the top only."""
    while isinstance(value, dict) and value.get(SIGNATURE) == SECRET_SIGNATURE:
        value = value.get("value")
    return value


def plain(value: Value) -> Value:
    """Take every secret mark off a value, at any depth."""
    revealed = reveal(value)
    if isinstance(revealed, list):
        return [plain(item) for item in revealed]
    if isinstance(revealed, dict):
        return {name: plain(item) for name, item in revealed.items()}
    return revealed


def concealed(value: Value) -> Value:
    """Put an unknown in place of every secret, at any depth."""
    if is_secret(value):
        return UNKNOWN
    if isinstance(value, list):
        return [concealed(item) for item in value]
    if isinstance(value, dict):
        return {name: concealed(item) for name, item in value.items()}
    return value


def holds_secret(value: Value) -> bool:
    """Say whether any secret is inside a value."""
    if is_secret(value):
        return True
    if isinstance(value, dict):
        return any(holds_secret(item) for item in value.values())
    return isinstance(value, list) and any(holds_secret(item) for item in value)


def unknown_paths(value: Value) -> Iterator[str]:
    """Yield the property path of every unknown in a value, such as ``tags.Name`` or ``ingress[0].cidrBlocks``."""
    return _paths(value, "", UNKNOWN_SENTINELS.__contains__)


def tainted_paths(value: Value) -> Iterator[str]:
    """Yield the path of every unknown, and of every longer text that holds a sentinel: nobody can judge it either."""
    return _paths(value, "", _is_tainted)


def _is_tainted(value: str) -> bool:
    return len(value) >= len(UNKNOWN) and _ANY_SENTINEL.search(value) is not None


def _paths(value: Value, path: str, marked: Callable[[str], bool]) -> Iterator[str]:
    if isinstance(value, str):
        if marked(value):
            yield path
    elif isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == SECRET_SIGNATURE:
            yield from _paths(reveal(value), path, marked)
            return
        if signature == OUTPUT_SIGNATURE and "value" not in value:
            yield path
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}" if path else key, marked)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, f"{path}[{index}]", marked)


def contains_unknown(value: Value) -> bool:
    """Say whether any unknown is inside a value."""
    if isinstance(value, str):
        return value in UNKNOWN_SENTINELS
    if isinstance(value, list):
        return any(map(contains_unknown, value))
    if not isinstance(value, dict):
        return False
    signature = value.get(SIGNATURE)
    if signature == SECRET_SIGNATURE:
        return contains_unknown(value.get("value"))
    if signature == OUTPUT_SIGNATURE and "value" not in value:
        return True
    return any(map(contains_unknown, value.values()))
