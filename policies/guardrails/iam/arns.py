# SPDX-License-Identifier: Apache-2.0
"""Resource patterns: ARNs with wildcards and policy variables, their matching, containment and intersection.

An ARN has six segments, split at the first five colons; in the sixth, ``*`` crosses ``:`` and ``/``. A lone ``*`` is
every resource, and missing segments are ``*``. A policy variable may stand for any text, so it meets everything and
covers nothing; ``${*}``, ``${?}`` and ``${$}`` are the characters themselves. Source: IAM user guide, "IAM JSON policy
elements: Resource" and "Variables and tags".
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from guardrails.iam.patterns import PieceIndex, covers, intersects, is_everything, is_literal, literal_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "EVERY",
    "ArnPattern",
    "Region",
    "account_of",
    "arn_format",
    "counted",
    "is_every_resource",
    "read_arn",
    "split_arn",
]

_SEGMENTS = 6
_VARIABLE = re.compile(r"\$\{([^{}]{0,256})\}")
_LITERAL = {"*": "\ue001", "?": "\ue002", "$": "\ue003"}
"""Private characters for escaped wildcards, so that they match nothing but one another."""
_HOLE = "\ue000"
"""A character that no text holds: what stands for a variable where a pattern has to cover something."""
_ACCOUNT = re.compile(r"\d{12}")
_FEW = 8
"""Up to this many patterns are tried one by one, which is faster than finding out which of them to try."""


@dataclass(frozen=True, slots=True, eq=False)
class ArnPattern:
    """One resource pattern: ``may`` are its segments at their widest, ``must`` what they surely cover.

    Equal texts share one object as long as they are remembered, so that sets of them cost nothing.
    """

    text: str
    may: tuple[str, ...]
    must: tuple[str, ...]

    @property
    def name(self) -> str:
        """The sixth segment at its widest: type and id."""
        return self.may[5]

    def meets(self, other: ArnPattern) -> bool:
        """Say whether some resource may belong to both."""
        mine, yours = self.may, other.may
        return (
            _meet(mine[2], yours[2])
            and _meet(mine[5], yours[5])
            and _meet(mine[4], yours[4])
            and _meet(mine[3], yours[3])
            and _meet(mine[1], yours[1])
            and _meet(mine[0], yours[0])
        )

    def covers(self, other: ArnPattern) -> bool:
        """Say whether every resource of ``other`` is surely one of this; partitions do not count.

        A principal lives in one partition, so a pattern that names it leaves nothing out.
        """
        wide, narrow = self.must, other.may
        return (
            _cover(wide[2], narrow[2])
            and _cover(wide[5], narrow[5])
            and _cover(wide[4], narrow[4])
            and _cover(wide[3], narrow[3])
            and _cover(wide[0], narrow[0])
        )

    def spans(self, other: ArnPattern) -> bool:
        """Say whether this takes in everything of ``other`` within its own region and account."""
        return covers(self.must[5], other.may[5]) and self.meets(other)

    @property
    def is_literal(self) -> bool:
        """Whether the pattern names one resource."""
        return all(is_literal(part) for part in self.may)


def _meet(first: str, second: str) -> bool:
    """Say whether two segments meet; most are the same, or one is ``*``."""
    return first == second or "*" in (first, second) or intersects(first, second)


def _cover(wide: str, narrow: str) -> bool:
    """Say whether a segment covers another; most are the same, or the first is ``*``."""
    return wide in (narrow, "*") or covers(wide, narrow)


class Region:
    """Several patterns as one, in which those that may cover or meet a target are found without trying all of them."""

    def __init__(self, patterns: Iterable[ArnPattern]) -> None:
        """Keep each pattern once."""
        self.patterns = tuple(dict.fromkeys(patterns))
        self._few = len(self.patterns) <= _FEW
        self._covered: dict[ArnPattern, bool] = {}
        self._met: dict[tuple[ArnPattern, Region | None], bool] = {}

    def covers(self, target: ArnPattern) -> bool:
        """Say whether one of the patterns surely covers a target."""
        if target not in self._covered:
            near = self.patterns if self._few else self._by_piece.near(counted(target.may))
            self._covered[target] = any(item.covers(target) for item in near)
        return self._covered[target]

    def meets(self, target: ArnPattern, excepted: Region | None = None) -> bool:
        """Say whether some resource may belong to a target and to a pattern that another region does not cover."""
        key = (target, excepted)
        if key not in self._met:
            self._met[key] = any(
                item.meets(target) and not (excepted is not None and excepted.covers(item))
                for item in self.near(target)
            )
        return self._met[key]

    def near(self, target: ArnPattern) -> Iterable[ArnPattern]:
        """Give the patterns that may meet a target: by what the three begin with that tell ARNs apart, the fewest."""
        if self._few:
            return self.patterns
        entries = [
            (entry, entry.spans(literal_prefix(text))) for entry, text in zip(self._sides, _sides(target), strict=True)
        ]
        entry, spans = min(entries, key=lambda found: sum(stop - start for start, stop in found[1]))
        return [pattern for start, stop in spans for pattern in entry.patterns[start:stop]]

    @cached_property
    def _by_piece(self) -> PieceIndex[ArnPattern]:
        return PieceIndex((counted(pattern.must), pattern) for pattern in self.patterns)

    @cached_property
    def _sides(self) -> tuple[_Beginnings, ...]:
        sides = [_sides(pattern) for pattern in self.patterns]
        return tuple(_Beginnings(zip(texts, self.patterns, strict=True)) for texts in zip(*sides, strict=True))


class _Beginnings:
    """Patterns in the order of what stands for them up to the first wildcard."""

    def __init__(self, entries: Iterable[tuple[str, ArnPattern]]) -> None:
        """Sort patterns, each with what stands for it."""
        ordered = sorted(((literal_prefix(text), pattern) for text, pattern in entries), key=itemgetter(0))
        self.patterns = [pattern for _, pattern in ordered]
        self._heads = [head for head, _ in ordered]
        self._lengths = sorted({len(head) for head in self._heads})

    def spans(self, head: str) -> list[tuple[int, int]]:
        """Say where those stand that begin as a text does, as far as both go."""
        heads = self._heads
        shorter = [head[:length] for length in self._lengths if length < len(head)]
        found = [(bisect_left(heads, item), bisect_right(heads, item)) for item in shorter]
        following = head[:-1] + chr(ord(head[-1]) + 1) if head and ord(head[-1]) < sys.maxunicode else ""
        return [*found, (bisect_left(heads, head), bisect_left(heads, following) if following else len(heads))]


def _sides(pattern: ArnPattern) -> tuple[str, str, str]:
    """Give the texts by whose beginnings patterns are told apart: name, name from its end, service and account."""
    _, _, service, region, account, name = pattern.may
    return name, name[::-1], f"{service}\n{account}\n{region}\n{name}"


def counted(segments: tuple[str, ...]) -> str:
    """Write what counts of an ARN where one covers another, all but the partition, as one text."""
    return "\n".join((segments[0], *segments[2:]))


@lru_cache(maxsize=16_384)
def read_arn(text: str) -> ArnPattern:
    """Read a resource pattern; never fails, as ``*`` stands for what is missing."""
    may = split_arn(_VARIABLE.sub(lambda found: _LITERAL.get(found[1], "*"), text))
    must = split_arn(_VARIABLE.sub(lambda found: _LITERAL.get(found[1], _HOLE), text))
    return ArnPattern(text, may, must)


def split_arn(text: str) -> tuple[str, ...]:
    """Split at the first five colons and fill up; a segment behind a trailing wildcard is a wildcard, too."""
    parts = text.split(":", _SEGMENTS - 1)
    return (*parts, *["*"] * (_SEGMENTS - len(parts)))


@lru_cache(maxsize=8_192)
def arn_format(published: str) -> ArnPattern:
    """Read a format as AWS publishes it (``arn:${Partition}:s3:::${BucketName}``): each placeholder is ``*``."""
    return read_arn(re.sub(r"\$\{[^}]*\}|<[^>]*>", "*", published))


EVERY = read_arn("*")


@lru_cache(maxsize=8_192)
def is_every_resource(text: str) -> bool:
    """Say whether a pattern names everything: ``*``, or an ARN of wildcards after its partition."""
    parts = text.split(":", _SEGMENTS - 1)
    if len(parts) == 1:
        return is_everything(text)
    partition, *rest = parts[1:]
    named = partition.startswith("aws") and bool(rest)
    scheme = parts[0] == "arn" or is_everything(parts[0])
    return scheme and (is_everything(partition) or named) and all(is_everything(item) for item in rest)


def account_of(arn: str) -> str | None:
    """Give the account of an ARN or of a bare account id; ``None`` where it is not written out."""
    if _ACCOUNT.fullmatch(arn):
        return arn
    parts = arn.split(":", _SEGMENTS - 1)
    return parts[4] if len(parts) == _SEGMENTS and _ACCOUNT.fullmatch(parts[4]) else None
