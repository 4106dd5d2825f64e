# SPDX-License-Identifier: Apache-2.0
"""Property paths such as ``tags.Name``, ``ingress[0].cidrBlocks`` or ``tags["a.b"]``, as resource options name them.

``*`` stands for any key or index. The form is pulumi/pulumi's ``properties_path.go`` (Apache-2.0).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from stackproof.wire import SIGNATURE, is_secret, is_unknown, reveal, secret

if TYPE_CHECKING:
    from stackproof.wire import Properties, Value

__all__ = ["Path", "contains", "differences", "parse", "reset"]

Path: TypeAlias = "tuple[str | int, ...]"

_STEP = re.compile(r'\.?(?P<name>[^.\[\]]+)|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\[(?P<index>\d+|\*)\]')


def parse(text: str) -> Path | None:
    """Read a path; ``None`` where it is none."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return None
        position = match.end()
        if match["index"] is not None:
            steps.append(int(match["index"]) if match["index"].isdigit() else "*")
        else:
            steps.append(match["name"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"]))
    return tuple(steps) or None


def contains(path: Path, other: Path) -> bool:
    """Say whether a path is another one or leads to it."""
    return len(path) <= len(other) and all(step in {"*", at} for step, at in zip(path, other, strict=False))


def reset(path: Path, old: Value, new: Value) -> Value:
    """Give ``new`` with what is at ``path`` as it is in ``old``; no list becomes longer or shorter by it."""
    if not path:
        return old
    before, after = reveal(old), reveal(new)
    step, rest = path[0], path[1:]
    made: Value = after
    if isinstance(before, dict) and isinstance(after, dict):
        made = dict(after)
        for key in {**before, **after} if step == "*" else (str(step),):
            _reset_key(key, rest, before, made)
    elif isinstance(before, list) and isinstance(after, list):
        kept = range(min(len(before), len(after)))
        made = [
            reset(rest, before[i], item) if i in kept and step in {"*", i} else item for i, item in enumerate(after)
        ]
    return secret(made) if is_secret(new) else made


def _reset_key(key: str, rest: Path, before: Properties, made: Properties) -> None:
    if key in before and (key in made or not rest):
        made[key] = reset(rest, before[key], made.get(key))
    elif not rest:
        made.pop(key, None)


def differences(old: Value, new: Value, path: Path = ()) -> list[tuple[Path, Value, Value]]:
    """List where two values differ, each place with both values: whole where one of them is no mapping or list.

    Secret marks do not count; what carries another signature, such as an asset, is a whole. ``None`` stands for what
    is not there.
    """
    before, after = reveal(old), reveal(new)
    if isinstance(before, dict) and isinstance(after, dict) and SIGNATURE not in {**before, **after}:
        keys = [key for key in {**before, **after} if not key.startswith("__")]
        return [found for key in keys for found in differences(before.get(key), after.get(key), (*path, key))]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for index, (one, other) in pairs for found in differences(one, other, (*path, index))]
    return [] if before == after and not is_unknown(before) else [(path, before, after)]
