# SPDX-License-Identifier: Apache-2.0
"""What an update does, resource by resource, in a form that two previews of the same thing agree on.

Values stay out: of what is written only a hash enters, taken without what is new in every preview (names that the
provider makes up) or not known yet. Secrets are masked in engine events, so a hash says nothing of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackproof.errors import UnrunnableError
from stackproof.pipeline.plan.canonical import digest_of
from stackproof.wire import UNKNOWN, tainted_paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Operation", "operations_digest", "read_operations"]

_IDLE = {"same", "read", "refresh", "read-discard"}
_DESTRUCTIVE = {"delete", "delete-replaced", "replace", "discard-replaced", "remove-pending-replace"}
_MADE_UP = re.compile(r"-[0-9a-f]{7}(\.fifo)?$")


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """One step: the engine's word for it, the resource, the top-level properties it is for, and its inputs' hash."""

    urn: str
    op: str
    type: str
    keys: tuple[str, ...]
    inputs: str

    @property
    def destructive(self) -> bool:
        """Whether something that exists is gone afterwards."""
        return self.op in _DESTRUCTIVE


def operations_digest(operations: tuple[Operation, ...]) -> str:
    """Hash the operations, whatever order they came in."""
    return digest_of([[item.urn, item.op, item.type, list(item.keys), item.inputs] for item in sorted(operations)])


def read_operations(path: Path) -> tuple[Operation, ...]:
    """Read the operations from a log of engine events, sorted; what is left as it is counts as none.

    Raises:
        UnrunnableError: the log is missing or broken.

    """
    found = []
    for step in _steps(path):
        if step["op"] not in _IDLE:
            keys = {name.partition(".")[0].partition("[")[0] for name in step.get("diffs") or ()}
            inputs = (step.get("new") or {}).get("inputs") or {}
            stable = digest_of(_stable(inputs, step["urn"].rpartition("::")[2]))
            found.append(Operation(step["urn"], step["op"], step["type"], tuple(sorted(keys)), stable))
    return tuple(sorted(set(found)))


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for line in path.read_bytes().splitlines():
            event = json.loads(line)
            if "resourcePreEvent" in event:
                yield event["resourcePreEvent"]["metadata"]
    except (OSError, ValueError) as error:
        message = f"the log of engine events {path} cannot be read: {error}; preview again"
        raise UnrunnableError(message) from error


def _stable(value: object, name: str) -> object:
    """Leave out of inputs what differs between two previews of the same program.

    Where a name was not given, pulumi-aws makes up the logical name with seven hexadecimal digits, anew each time.
    """
    if isinstance(value, dict):
        return {key: _stable(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_stable(item, name) for item in value]
    if isinstance(value, str) and any(True for _ in tainted_paths(value)):
        return UNKNOWN
    if isinstance(value, str) and value.startswith(name) and _MADE_UP.match(value, len(name)):
        return f"{name}-made-up"
    return value
