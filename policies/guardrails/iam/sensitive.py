# SPDX-License-Identifier: Apache-2.0
"""Grants that give away something in particular on everything: data, credentials, exposure, keys, the audit trail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guardrails.iam.reviewed import watched
from guardrails.iam.taxonomy import IamFinding, made, weakened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.iam.grants import Grant, Reach
    from guardrails.values import Steps

__all__ = ["sensitive_grants"]

_SHOWN = 4
_KMS_LIMITS = ("kms:viaservice", "kms:requestalias", "kms:resourcealiases")
_NARROW_LOGS = ("logs:", "cloudwatch:", "ec2:", "s3:", "wafv2:", "route53resolver:")
"""Services whose items an application may well own; there, only a grant on all of them counts as tampering."""


@dataclass(frozen=True, slots=True)
class _Sort:
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


def sensitive_grants(reach: Reach) -> Iterator[IamFinding]:
    """Find them in what is effective; what a cap leaves nothing of is told as information."""
    for sort in _SORTS:
        for steps, grants in _by_place(sort, reach.grants).items():
            yield _finding(sort, steps, grants)
        for steps, grants in _by_place(sort, reach.capped).items():
            finding = _finding(sort, steps, grants)
            note = "; a boundary or service control policy allows none of it now"
            yield replace(finding, severity="info", message=finding.message + note, confidence="conditional")


def _by_place(sort: _Sort, granted: object) -> dict[Steps, list[Grant]]:
    """Group the grants of a sort by the action element that makes them."""
    places: dict[Steps, list[Grant]] = {}
    table = granted if isinstance(granted, dict) else {}
    for action, grants in table.items():
        item = watched()[action]
        if sort.listed not in item.lists or not item.targets:
            continue
        for grant in grants:
            if _counts(sort, grant):
                places.setdefault(grant.steps, []).append(grant)
    return places


def _counts(sort: _Sort, grant: Grant) -> bool:
    if sort.code == "C4":
        keys = [test.key for test in grant.condition.tests if test.key.startswith("kms:encryptioncontext")]
        if grant.condition.restricts((*_KMS_LIMITS, *keys)):
            return False
    if sort.code == "C5" and not grant.action.startswith(_NARROW_LOGS):
        return True
    return grant.broad


def _finding(sort: _Sort, steps: Steps, grants: Iterable[Grant]) -> IamFinding:
    ordered = sorted(grants, key=lambda grant: (grant.hole is not None, grant.conditional, grant.action))
    first = ordered[0]
    spelled = tuple(dict.fromkeys(watched()[grant.action].name for grant in ordered))
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
