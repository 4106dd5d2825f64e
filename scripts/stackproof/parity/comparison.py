# SPDX-License-Identifier: Apache-2.0
"""Where two observations differ, and which of that is meant, with the reason that a file gives for it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stackproof.parity.observation import Observation

__all__ = ["Difference", "Meant", "differences", "read_meant"]

_ABSENT = "<absent>"


@dataclass(frozen=True, slots=True)
class Difference:
    """A place (``program: passes.faithful.end``) where the embedded engine and the CLI saw different things."""

    where: str
    embedded: object
    pulumi: object

    def __str__(self) -> str:
        """Write both sides on lines of their own."""
        return f"{self.where}\n    embedded: {_json(self.embedded)}\n    pulumi:   {_json(self.pulumi)}"


@dataclass(frozen=True, slots=True)
class Meant:
    """A difference that is meant: a pattern that the whole of its place matches, and why."""

    where: re.Pattern[str]
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Say whether this is that difference."""
        return self.where.fullmatch(difference.where) is not None


def read_meant(path: Path) -> tuple[Meant, ...]:
    """Read the list of meant differences: ``- {where: REGULAR EXPRESSION, reason: TEXT}``."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return tuple(Meant(re.compile(entry["where"]), entry["reason"]) for entry in entries)


def differences(program: str, embedded: Observation, pulumi: Observation) -> list[Difference]:
    """List the places where two observations of a program differ."""
    return list(_walk(f"{program}: ", embedded, pulumi))


def _walk(where: str, left: Any, right: Any) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            step = f"{where}{'' if where.endswith(': ') else '.'}{key}"
            yield from _walk(step, left.get(key, _ABSENT), right.get(key, _ABSENT))
    elif isinstance(left, list) and isinstance(right, list):
        mine, theirs = ({_json(item): item for item in side} for side in (left, right))
        if len(left) == len(right) and mine.keys() == theirs.keys():
            return
        for text in sorted(mine.keys() ^ theirs.keys()):
            yield Difference(f"{where}[]", mine.get(text, _ABSENT), theirs.get(text, _ABSENT))
        if mine.keys() == theirs.keys():
            yield Difference(where, left, right)
    elif left != right:
        yield Difference(where, left, right)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
