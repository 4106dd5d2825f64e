# SPDX-License-Identifier: Apache-2.0
"""What the watched actions can be used on, and how much of it a resource pattern takes in."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from guardrails.iam.arns import ArnPattern, Region, is_every_resource
from guardrails.iam.patterns import covers, is_everything, is_literal, matches, pieces_in
from guardrails.iam.reviewed import watched

__all__ = ["Met", "met", "services", "spans"]


class Met(NamedTuple):
    """The targets of watched actions that a pattern meets, and those that it spans.

    A pattern spans what it takes in within its own region and account. Patterns for which they are the same share one
    object.
    """

    targets: frozenset[ArnPattern]
    spanned: frozenset[ArnPattern]


@lru_cache(maxsize=16_384)
def met(pattern: ArnPattern) -> Met:
    """Give the targets of watched actions that a pattern meets."""
    *rest, name = pattern.may
    if "*" in name:
        # With a target that has a wildcard too, only what stands before the first and behind the last one counts.
        name = f"{name.split('*', 1)[0]}*{name.rsplit('*', 1)[1]}"
    _, literal = _targets()
    found = _met((*rest, name)).union(target for target in literal if pattern.meets(target))
    if is_every_resource(pattern.text):
        return _shared(found, found)
    if not pieces_in(pattern.must[5], _names()):
        return _shared(found, frozenset())
    return _shared(found, frozenset(target for target in found if covers(pattern.must[5], target.may[5])))


@lru_cache(maxsize=4_096)
def _met(segments: tuple[str, ...]) -> frozenset[ArnPattern]:
    """Give the targets with a wildcard in their name that a pattern of some segments meets."""
    pattern = ArnPattern("", segments, segments)
    wild, _ = _targets()
    return frozenset(target for target in wild.near(pattern) if pattern.meets(target))


@lru_cache(maxsize=16_384)
def _shared(targets: frozenset[ArnPattern], spanned: frozenset[ArnPattern]) -> Met:
    return Met(targets, spanned)


def spans(pattern: ArnPattern, targets: tuple[ArnPattern, ...]) -> bool:
    """Say whether a pattern takes in every target of a type, within its own region and account."""
    return is_every_resource(pattern.text) or any(pattern.spans(target) for target in targets)


@lru_cache(maxsize=4_096)
def services(pattern: str) -> tuple[str, ...]:
    """List the services of targets that a pattern fits: a name itself, known or not; of ``*``, none."""
    if is_literal(pattern) or is_everything(pattern):
        return (pattern,) if is_literal(pattern) else ()
    return tuple(name for name in _services() if matches(pattern, name))


@cache
def _targets() -> tuple[Region, tuple[ArnPattern, ...]]:
    """Give all targets: those with a wildcard in their name, and the few without."""
    every = dict.fromkeys(target for entry in watched().values() for target in entry.targets)
    wild = Region(target for target in every if not is_literal(target.name))
    return wild, tuple(target for target in every if is_literal(target.name))


@cache
def _names() -> str:
    """Give the names of all targets in one text: a pattern of other pieces spans none."""
    return " ".join(sorted({target.name for entry in watched().values() for target in entry.targets}))


@cache
def _services() -> tuple[str, ...]:
    return tuple(sorted({name for entry in watched().values() for name in entry.services}))
