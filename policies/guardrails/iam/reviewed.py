# SPDX-License-Identifier: Apache-2.0
"""The reviewed tables: minimal sets of actions that escalate, and lists of actions by what they give away.

``data/iam_reviewed.json`` is written by hand, ``data/iam_actions.json`` holds what AWS publishes of its actions
(``scripts/refresh_iam.py``). Together they are the few hundred actions that every grant is tested for, so that no
wildcard has to be spelled out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from guardrails.iam.arns import ArnPattern, arn_format
from guardrails.iam.patterns import intersects, matches, pieces_in, squeezed

__all__ = ["EscalationSet", "Listed", "Watched", "data_file", "escalation_sets", "watched", "watched_by"]

Listed = Literal["data", "credentials", "exposure", "kms", "audit", "boundary", "self", "creates", "linked"]


_BROAD = {"data", "credentials", "exposure", "kms"}
"""Lists whose actions matter only where they are granted on everything."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One action that grants are tested for: folded name, AWS's spelling, ARN formats of its targets, its lists.

    ``services`` are those of its targets; ``only_broad`` says that no judgement asks for it on named resources.
    """

    key: str
    name: str
    targets: tuple[ArnPattern, ...]
    lists: frozenset[str]
    services: frozenset[str] = frozenset()
    only_broad: bool = False


@dataclass(frozen=True, slots=True)
class EscalationSet:
    """Actions that together give another principal's permissions; ``principals`` are the services that take the role.

    ``kind``: on a ``principal`` itself, through a role ``passed`` to something new, through something ``existing``
    that has a role, by ``assume``, or ``retired`` with its service. ``variants`` are what known supersets have beyond
    the set: they are no findings of their own, and named in its message.
    """

    actions: tuple[str, ...]
    kind: Literal["principal", "passed", "existing", "assume", "retired"]
    gives: str
    principals: frozenset[str]
    variants: tuple[tuple[str, ...], ...] = ()

    @property
    def mentioned(self) -> frozenset[str]:
        """All actions that the set or a variant of it consists of."""
        return frozenset(self.actions).union(*self.variants)

    @property
    def label(self) -> str:
        """The key of a finding."""
        return f"Set::{'+'.join(self.actions)}"


@cache
def data_file(name: str) -> dict[str, Any]:
    """Read one of the tables that travel with the analysis."""
    from pathlib import Path  # noqa: PLC0415 - the import of the analysis would double its standard library

    text = (Path(__file__).resolve().parent.parent / "data" / name).read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def escalation_sets() -> tuple[EscalationSet, ...]:
    """Give every set, the shortest first; none contains another."""
    return tuple(
        EscalationSet(
            tuple(row["actions"]),
            row["kind"],
            row["gives"],
            frozenset(row.get("principals", ())),
            tuple(map(tuple, row.get("variants", ()))),
        )
        for row in data_file("iam_reviewed.json")["sets"]
    )


@cache
def watched() -> dict[str, Watched]:
    """Give every watched action by its folded name."""
    lists: dict[str, set[str]] = {}
    for name, actions in data_file("iam_reviewed.json")["lists"].items():
        for action in actions:
            lists.setdefault(action.lower(), set()).add(name)
    members = {action for entry in escalation_sets() for action in entry.mentioned}
    return {
        key: Watched(
            key,
            row["name"],
            tuple(arn_format(text) for text in row["targets"]),
            frozenset(lists.get(key, ())),
            frozenset(arn_format(text).may[2] for text in row["targets"]),
            key not in members and lists.get(key, set()) <= _BROAD,
        )
        for key, row in data_file("iam_actions.json")["actions"].items()
    }


@cache
def _by_service() -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for key in watched():
        grouped.setdefault(key.partition(":")[0], []).append(key)
    return {service: tuple(keys) for service, keys in grouped.items()}


@cache
def _all_keys() -> str:
    """Give all watched actions in one text, so that a piece that stands in none of them is found out at once."""
    return " ".join(watched())


@lru_cache(maxsize=65_536)
def watched_by(pattern: str) -> frozenset[str]:
    """List the watched actions that an action pattern matches, by folded name."""
    folded = pattern.lower()
    if ":" not in folded:
        return frozenset(watched()) if folded and not folded.strip("*") else frozenset()
    if "*" not in folded and "?" not in folded:
        return frozenset({folded} & watched().keys())
    if not pieces_in(folded, _all_keys()):
        return frozenset()
    if "**" in folded:
        return watched_by(squeezed(folded))
    service = folded.partition(":")[0]
    groups = _by_service()
    names = [service] if service in groups else [name for name in groups if intersects(service, name)]
    return frozenset(key for name in names for key in groups[name] if matches(folded, key))
