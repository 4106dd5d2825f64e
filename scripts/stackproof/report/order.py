# SPDX-License-Identifier: Apache-2.0
"""The order in which every report tells things: what blocks, what is unproven, advice, what was let through, passes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, get_args

from stackproof.findings import finding_id
from stackproof.model import Severity, Verdict
from stackproof.report.inert import harmless
from stackproof.verdicts import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding, PolicyVerdict, Preview, Strictness

__all__ = ["Entry", "Standing", "entries", "told"]

_SEVERITIES = get_args(Severity)


class Standing(StrEnum):
    """How one entry of a report stands, the gravest first."""

    BLOCKS = "blocks"
    UNPROVEN = "unproven"
    ADVISORY = "advisory"
    EXEMPTED = "exempted"
    BASELINE = "baseline"
    PASSED = "passed"

    @property
    def mark(self) -> str:
        """The sign by which it is told without colour."""
        return {"blocks": "✗", "unproven": "?", "advisory": "!", "exempted": "~", "baseline": "=", "passed": "✓"}[self]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a report tells: a finding of a verdict, or a verdict that has none.

    ``id`` is the finding's, as `stackproof exempt` takes it; that of a verdict without findings names its policy.
    """

    standing: Standing
    verdict: PolicyVerdict
    id: str
    finding: Finding | None = None


def told(preview: Preview) -> tuple[Preview, tuple[Entry, ...]]:
    """Give a stack and its entries with every text in them made harmless, as all reports but JSON show them."""
    return harmless(preview), harmless(entries(preview))


def entries(preview: Preview) -> tuple[Entry, ...]:
    """Give everything that a report on a stack tells, in its order: standing, then severity, then place."""
    found = [entry for verdict in preview.verdicts for entry in _entries(verdict, preview.strictness)]
    return tuple(sorted(found, key=_rank))


def _entries(verdict: PolicyVerdict, strictness: Strictness) -> Iterator[Entry]:
    for finding in verdict.findings:
        id_ = finding_id(finding.rule, finding.key, verdict.type, verdict.name)
        yield Entry(_standing(finding, strictness), verdict, id_, finding)
    own = finding_id(verdict.policy, "", verdict.type, verdict.name)
    if verdict.verdict is Verdict.UNPROVEN:
        yield Entry(Standing.UNPROVEN, verdict, own)
    elif verdict.verdict is Verdict.PASS:
        yield Entry(Standing.PASSED, verdict, own)


def _standing(finding: Finding, strictness: Strictness) -> Standing:
    if finding.exemption:
        return Standing.EXEMPTED
    if finding.baseline:
        return Standing.BASELINE
    return Standing.BLOCKS if blocks(finding, strictness) else Standing.ADVISORY


def _rank(entry: Entry) -> tuple[int, int, str, int, str, str]:
    finding = entry.finding
    severity = _SEVERITIES.index(finding.severity) if finding else len(_SEVERITIES)
    place = (finding.file, finding.line) if finding else ("", 0)
    return (list(Standing).index(entry.standing), severity, *place, entry.verdict.name, finding.rule if finding else "")
