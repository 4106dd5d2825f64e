# SPDX-License-Identifier: Apache-2.0
"""Grants that give away something in particular on everything: data, credentials, exposure, keys, the audit trail."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from guardrails.iam.reviewed import watched
from guardrails.iam.taxonomy import IamFinding, made, weakened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from guardrails.iam.grants import Grant, Reach, Strand
    from guardrails.values import Steps

__all__ = ["sensitive_grants"]

_SHOWN = 4
_KMS_LIMITS = ("kms:viaservice", "kms:requestalias", "kms:resourcealiases")
_NARROW_LOGS = ("logs:", "cloudwatch:", "ec2:", "s3:", "wafv2:", "route53resolver:")
"""Services whose items an application may well own; there, only a grant on all of them counts as tampering."""


class _Sort(NamedTuple):
    code: str
    listed: str
    message: str
    remedy: str


_SORTS = (
    _Sort("C1", "data", "returns the data of every resource", "name the resources whose data is read"),
    _Sort("C2", "credentials", "returns credentials of every resource", "name the resources that are signed in to"),
    _Sort(
        "C3", "exposure", "can share or publish every resource", "name the resources, or leave sharing to a pipeline"
    ),
    _Sort("C4", "kms", "can be used with every key", "name the keys, or add kms:ViaService or kms:ResourceAliases"),
    _Sort("C5", "audit", "can stop or delete what records the account", "leave it to the security team's role"),
)


def sensitive_grants(reach: Reach, reported: AbstractSet[Steps]) -> Iterator[IamFinding]:
    """Find them in what is effective; what a cap leaves nothing of is told as information.

    ``reported`` are statements that are reported as a whole.
    """
    for sort in _SORTS:
        for steps, parts in _by_place(sort, reach.strands, reported).items():
            yield _finding(sort, steps, parts)
        for steps, parts in _by_place(sort, reach.capped, reported).items():
            finding = _finding(sort, steps, parts)
            note = "; a boundary or service control policy allows none of it now"
            yield replace(finding, severity="info", message=finding.message + note, confidence="conditional")


def _by_place(
    sort: _Sort, strands: Iterable[Strand], reported: AbstractSet[Steps]
) -> dict[Steps, list[tuple[Grant, tuple[str, ...]]]]:
    """Group the grants of a sort, with those of their actions that are of it, by the element that makes them."""
    places: dict[Steps, list[tuple[Grant, tuple[str, ...]]]] = {}
    for strand in strands:
        grant = strand.grant
        if grant.steps[:-2] not in reported:
            listed = _listed(strand.actions, sort, broad=grant.broad)
            if listed and _counts(sort, grant):
                places.setdefault(grant.steps, []).append((grant, listed))
    return places


@lru_cache(maxsize=1_024)
def _listed(actions: tuple[str, ...], sort: _Sort, *, broad: bool) -> tuple[str, ...]:
    """Give those of some actions, in order, that are of a sort, granted on everything or not."""
    return tuple(
        sorted(
            action
            for action in actions
            for entry in [watched()[action]]
            if sort.listed in entry.lists
            and entry.targets
            and (broad or (sort.code == "C5" and not action.startswith(_NARROW_LOGS)))
        )
    )


def _counts(sort: _Sort, grant: Grant) -> bool:
    if sort.code != "C4":
        return True
    keys = [test.key for test in grant.condition.tests if test.key.startswith("kms:encryptioncontext")]
    return not grant.condition.restricts((*_KMS_LIMITS, *keys))


def _finding(sort: _Sort, steps: Steps, parts: Sequence[tuple[Grant, tuple[str, ...]]]) -> IamFinding:
    """Tell the grants of a place, the surest first."""
    ranked: dict[tuple[bool, bool], set[tuple[str, ...]]] = {}
    for grant, actions in parts:
        ranked.setdefault(_doubt(grant), set()).add(actions)
    first, _ = min(parts, key=lambda part: (_doubt(part[0]), part[1][0]))
    ordered = [_merged(frozenset(ranked[doubt])) for doubt in sorted(ranked)]
    spelled = tuple(dict.fromkeys(itertools.chain(*ordered))) if len(ordered) > 1 else ordered[0]
    shown = ", ".join(spelled[:_SHOWN]) + (", …" if len(spelled) > _SHOWN else "")
    prefix = "NotAction" if "NotAction" in steps else "Action"
    finding = made(
        sort.code,
        f"{prefix}::{first.written.lower()}",
        steps,
        f"{shown} {sort.message}",
        sort.remedy,
        actions=spelled,
    )
    if first.hole is not None:
        return replace(finding, confidence="unknown", hole=first.hole)
    return weakened(finding, first.condition, conditional=first.conditional)


def _doubt(grant: Grant) -> tuple[bool, bool]:
    return grant.hole is not None, grant.conditional


@lru_cache(maxsize=1_024)
def _merged(parts: frozenset[tuple[str, ...]]) -> tuple[str, ...]:
    """Give AWS's spelling of all actions of some lists, each once and in order."""
    return tuple(watched()[action].name for action in sorted({*itertools.chain(*parts)}))
