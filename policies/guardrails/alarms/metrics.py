# SPDX-License-Identifier: Apache-2.0
"""Which namespaces, metrics and dimensions CloudWatch has, and what a misspelt one was meant to be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Catalogue", "Namespace", "catalogue", "near"]

_TABLE = Path(__file__).resolve().parent.parent / "data" / "metrics.json"
_FAR = 2
_DIGITS = re.compile(r"\d")
_LONG_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace: the dimension keys it knows (any, if ``open``), and by metric the unit and the dimension sets.

    A unit is ``""`` and sets are ``None`` where they are not known; a set is a sorted list, and the empty one a metric
    without dimensions.
    """

    keys: frozenset[str]
    metrics: Mapping[str, tuple[str, list[list[str]] | None]]
    open: bool

    def unit(self, metric: str) -> str:
        """Give a metric's unit, ``""`` where it is not known."""
        return self.metrics.get(metric, ("", None))[0]

    def sets(self, metric: str) -> tuple[frozenset[str], ...]:
        """Give the dimension sets a metric is published in, none where they are not known."""
        return tuple(map(frozenset, self.metrics.get(metric, ("", None))[1] or ()))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All namespaces by name, those that people alarm on and that do not exist, and where global services report."""

    namespaces: Mapping[str, Namespace]
    absent: frozenset[str]
    regions: Mapping[str, str]

    def meant(self, name: str) -> str | None:
        """Say which namespace a misspelt one was meant to be; a team's own namespace is none."""
        if name in self.namespaces or name in self.absent:
            return None
        prefixed = name.casefold().startswith("aws/")
        tail = name[len("AWS/") :] if prefixed else name
        if not prefixed and len(tail) < _LONG_ENOUGH:
            return next((known for known in self.namespaces if known.casefold() == name.casefold()), None)
        return near(name, self.namespaces, len(tail))


@cache
def catalogue() -> Catalogue:
    """Read the table, once."""
    content = json.loads(_TABLE.read_text("utf-8"))
    opened = set(content["open"])
    namespaces = {
        name: Namespace(frozenset(item["keys"]), item["metrics"], name in opened)
        for name, item in content["namespaces"].items()
    }
    return Catalogue(namespaces, frozenset(content["absent"]), content["regions"])


def near(word: str, candidates: Iterable[str], length: int | None = None) -> str | None:
    """Find the candidate that a misspelt word was meant to be: other letter case, or at most two edits away.

    ``length`` counts the letters that can be wrong; two edits of a four-letter word are another word. So is a word that
    differs in its digits alone.
    """
    room = min(_FAR, ((len(word) if length is None else length) - 1) // 2)
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if candidate.casefold() == word.casefold():
            return candidate
        if abs(len(candidate) - len(word)) <= room and _DIGITS.sub("", candidate) != _DIGITS.sub("", word):
            found = (_distance(word, candidate), candidate)
            best = found if best is None else min(best, found)
    return best[1] if best is not None and best[0] <= room else None


def _distance(left: str, right: str) -> int:
    """Count the insertions, deletions, substitutions and swaps of neighbours between two words."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        last, row, older = row, [i], before
        for j, other in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one != other))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]
