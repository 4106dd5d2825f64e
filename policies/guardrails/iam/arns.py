# SPDX-License-Identifier: Apache-2.0
"""Resource patterns: ARNs with wildcards and policy variables, their matching, containment and intersection.

An ARN has six segments, split at the first five colons; in the sixth, ``*`` crosses ``:`` and ``/``. A lone ``*`` is
every resource, and missing segments are ``*``. A policy variable may stand for any text, so it meets everything and
covers nothing; ``${*}``, ``${?}`` and ``${$}`` are the characters themselves. Source: IAM user guide, "IAM JSON policy
elements: Resource" and "Variables and tags".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.patterns import covers, intersects, is_everything, is_literal, literal_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EVERY", "ArnPattern", "Region", "account_of", "arn_format", "is_every_resource", "read_arn", "split_arn"]

_SEGMENTS = 6
_VARIABLE = re.compile(r"\$\{([^{}]{0,256})\}")
_LITERAL = {"*": "\ue001", "?": "\ue002", "$": "\ue003"}
"""Private characters for escaped wildcards, so that they match nothing but one another."""
_HOLE = "\ue000"
"""A character that no text holds: what stands for a variable where a pattern has to cover something."""
_ACCOUNT = re.compile(r"\d{12}")


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
            intersects(mine[2], yours[2])
            and intersects(mine[5], yours[5])
            and intersects(mine[4], yours[4])
            and intersects(mine[3], yours[3])
            and intersects(mine[1], yours[1])
            and intersects(mine[0], yours[0])
        )

    def covers(self, other: ArnPattern) -> bool:
        """Say whether every resource of ``other`` is surely one of this; partitions do not count.

        A principal lives in one partition, so a pattern that names it leaves nothing out.
        """
        wide, narrow = self.must, other.may
        return (
            covers(wide[5], narrow[5])
            and covers(wide[2], narrow[2])
            and covers(wide[4], narrow[4])
            and covers(wide[3], narrow[3])
            and covers(wide[0], narrow[0])
        )

    def spans(self, other: ArnPattern) -> bool:
        """Say whether this takes in everything of ``other`` within its own region and account."""
        return covers(self.must[5], other.may[5]) and self.meets(other)

    @property
    def is_literal(self) -> bool:
        """Whether the pattern names one resource."""
        return all(is_literal(part) for part in self.may)


class Region:
    """Several patterns as one, in which those that may cover a target are found by the beginning of its name."""

    def __init__(self, patterns: Iterable[ArnPattern]) -> None:
        """Sort the patterns by service and by what stands before the first wildcard of the name."""
        self.patterns = tuple(dict.fromkeys(patterns))
        self._sorted: dict[tuple[str, str], list[ArnPattern]] = {}
        self._services: dict[str, list[ArnPattern]] = {}
        for pattern in self.patterns:
            service = pattern.must[2] if is_literal(pattern.must[2]) else ""
            self._sorted.setdefault((service, literal_prefix(pattern.must[5])), []).append(pattern)
            self._services.setdefault(pattern.may[2] if is_literal(pattern.may[2]) else "", []).append(pattern)
        self._lengths = sorted({len(head) for _, head in self._sorted})
        self._covered: dict[ArnPattern, bool] = {}
        self._met: dict[tuple[ArnPattern, Region | None], bool] = {}

    def covers(self, target: ArnPattern) -> bool:
        """Say whether one of the patterns surely covers a target."""
        if target not in self._covered:
            self._covered[target] = any(item.covers(target) for item in self._candidates(target))
        return self._covered[target]

    def _candidates(self, target: ArnPattern) -> Iterator[ArnPattern]:
        head, service = literal_prefix(target.may[5]), target.may[2]
        for length in self._lengths:
            if length > len(head):
                return
            yield from self._sorted.get(("", head[:length]), ())
            yield from self._sorted.get((service, head[:length]), ()) if service else ()

    def meets(self, target: ArnPattern, excepted: Region | None = None) -> bool:
        """Say whether some resource may belong to a target and to a pattern that another region does not cover."""
        key = (target, excepted)
        if key not in self._met:
            service = target.may[2]
            near = (
                (*self._services.get(service, ()), *self._services.get("", ()))
                if is_literal(service)
                else self.patterns
            )
            self._met[key] = any(
                item.meets(target) and not (excepted is not None and excepted.covers(item)) for item in near
            )
        return self._met[key]


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
