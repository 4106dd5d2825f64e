# SPDX-License-Identifier: Apache-2.0
"""Property values as plain data in which every unknown is marked with the path where it stands.

The SDK hands a policy nested proxies that raise on reading an unknown. Here they become dicts, lists and scalars,
and an unknown becomes an :class:`Unknown`. The proxies answer the key ``__target`` with what they wrap, without the
check (``pulumi_policy/proxy.py``); nothing here imports the SDK.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["UNKNOWN_SENTINELS", "Opaque", "Steps", "Unknown", "Value", "plain", "render_path", "unknowns"]

Steps: TypeAlias = "tuple[str | int, ...]"
Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Unknown | Opaque | None"

UNKNOWN_SENTINELS = (
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
"""String, boolean, number, array, asset, archive, object (``sdk/go/common/resource/plugin/rpc.go``)."""

_SCALARS = frozenset({bool, int, float, type(None)})
_SENTINEL_LENGTH = min(map(len, UNKNOWN_SENTINELS))
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_:/@$-]+")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known yet: where it stands, and the sentinel that tells its kind."""

    steps: Steps
    sentinel: str = UNKNOWN_SENTINELS[0]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value without a plain form, such as an asset or an archive; only its kind is kept, never its content."""

    kind: str


def plain(value: Any, steps: Steps = ()) -> Value:
    """Turn what the SDK hands out (proxies, containers, scalars, assets) into plain data with marked unknowns.

    A sentinel inside a longer text is ordinary text on the wire, yet the whole text is unknown; so it is marked too.
    """
    if isinstance(value, str):
        return _text(value, steps)
    if type(value) in _SCALARS:
        scalar: Value = value
        return scalar
    if isinstance(value, Mapping):
        target = value if isinstance(value, dict) else value["__target"]
        return {
            str(key): item
            if type(item) in _SCALARS or (type(item) is str and len(item) < _SENTINEL_LENGTH)
            else plain(item, (*steps, str(key)))
            for key, item in target.items()
        }
    if isinstance(value, Sequence):
        items = value if isinstance(value, list) else _list_target(value)
        return [plain(item, (*steps, index)) for index, item in enumerate(items)]
    return Opaque(type(value).__name__)


def _list_target(proxy: Any) -> list[Any]:
    target: list[Any] = proxy["__target"]
    return target


def _text(value: str, steps: Steps) -> str | Unknown:
    if len(value) < _SENTINEL_LENGTH:
        return value
    for sentinel in UNKNOWN_SENTINELS:
        if sentinel in value:
            return Unknown(steps, sentinel)
    return value


def unknowns(value: Value) -> list[Unknown]:
    """List every unknown in a value, depth first."""
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, dict):
        return [found for item in value.values() for found in unknowns(item)]
    if isinstance(value, list):
        return [found for item in value for found in unknowns(item)]
    return []


def render_path(steps: Steps) -> str:
    """Write steps as a property path without spaces (``policy.Statement[0].Action``); no steps are ``-``."""
    parts: list[str] = []
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN_KEY.fullmatch(step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f"[{json.dumps(step)}]".replace(" ", "\\u0020"))
    return "".join(parts) or "-"
