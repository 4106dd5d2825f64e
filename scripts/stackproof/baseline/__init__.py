# SPDX-License-Identifier: Apache-2.0
"""The findings that a stack had before its rules: they are told and do not block, and nothing new joins them.

A finding is the same one if rule, key and URN are, and if it is no worse than it was; one that has no key (any pack's
but ours) is known by its message instead. What no exemption may let through, no baseline does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

from stackproof.errors import StackproofError, UnrunnableError, UsageError
from stackproof.model import STACK_TYPE, Severity, Verdict
from stackproof.redaction import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from stackproof.model import Finding, PolicyVerdict, Preview

__all__ = ["Baseline", "Old", "apply", "baseline_of", "pruned", "refused"]

_SEVERITIES = get_args(Severity)
_SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class Old:
    """One finding of a baseline; ``message`` is empty where it has a key."""

    urn: str
    rule: str
    key: str
    message: str
    severity: Severity = field(compare=False)

    @classmethod
    def of(cls, verdict: PolicyVerdict, finding: Finding) -> Old:
        """Take a finding of a verdict."""
        return cls(verdict.urn, finding.rule, finding.key, "" if finding.key else finding.message, finding.severity)

    def covers(self, other: Old) -> bool:
        """Say whether another is this one, and no worse."""
        return self == other and _SEVERITIES.index(other.severity) >= _SEVERITIES.index(self.severity)

    def __str__(self) -> str:
        return f"{self.rule}[{self.key}] on {self.urn.rpartition('::')[2]}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A file of old findings, by ``project/stack``, sorted."""

    stacks: Mapping[str, tuple[Old, ...]]


def apply(baseline: Baseline, path: Path, preview: Preview) -> Preview:
    """Mark the old findings of a stack, and say how many there are and which entries occur no more.

    ``path`` is the baseline's, as its user named it.
    """
    name = f"{preview.project}/{preview.stack}"
    old = {item: item for item in baseline.stacks.get(name, ())}
    verdicts = tuple(replace(one, findings=tuple(_marked(one, old))) for one in preview.verdicts)
    there = len({Old.of(one, finding) for one in verdicts for finding in one.findings if finding.baseline})
    notices = [f"baseline {path}: {there} old finding{' does' if there == 1 else 's do'} not block"]
    if name not in baseline.stacks:
        notices = [f"baseline {path} has no part for {name}, so every finding counts"]
    gone = list(_gone(preview, old))
    if gone:
        names = ", ".join(map(str, gone[:_SHOWN])) + (f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else "")
        advice = f"remove them with `stackproof baseline --prune --output {path}`"
        notices.append(f"baseline {path}: {len(gone)} of its findings occur no more: {names}; {advice}")
    return replace(preview, verdicts=verdicts, notices=(*preview.notices, *notices))


def _marked(verdict: PolicyVerdict, old: Mapping[Old, Old]) -> Iterator[Finding]:
    for finding in verdict.findings:
        known = old.get(Old.of(verdict, finding))
        covered = known is not None and known.covers(Old.of(verdict, finding))
        yield replace(finding, baseline=covered and _may_stay(finding))


def _may_stay(finding: Finding) -> bool:
    """Say whether a baseline may hold a finding: our own packs, and the tool, say of some that nobody may.

    One whose name holds a secret has none that could be told from another's.
    """
    named = HIDDEN not in finding.urn + (finding.key or finding.message)
    return named and finding.exemption is None and (not finding.key or finding.exemptable)


def _gone(preview: Preview, old: Iterable[Old]) -> Iterator[Old]:
    """Name what occurs no more; where something could not be told, so may that be."""
    if preview.problems:
        return
    there = {Old.of(one, finding) for one in preview.verdicts for finding in one.findings}
    unproven = [one for one in preview.verdicts if one.verdict is Verdict.UNPROVEN]
    doubtful = {one.urn for one in unproven}
    if any(one.type == STACK_TYPE for one in unproven):
        return
    yield from (item for item in old if item not in there and item.urn not in doubtful)


def baseline_of(previews: Iterable[Preview]) -> Baseline:
    """Make the baseline of some stacks.

    Raises:
        StackproofError: a stack was not judged to its end.

    """
    return Baseline({f"{one.project}/{one.stack}": tuple(sorted(_holdable(_judged(one)))) for one in previews})


def _holdable(preview: Preview) -> set[Old]:
    found = ((one, finding) for one in preview.verdicts if one.verdict is Verdict.FAIL for finding in one.findings)
    worst: dict[Old, Old] = {}
    for verdict, finding in found:
        if _may_stay(finding):
            item = Old.of(verdict, finding)
            if item not in worst or not worst[item].covers(item):
                worst[item] = item
    return set(worst.values())


def _judged(preview: Preview) -> Preview:
    if not preview.problems:
        return preview
    kind: type[StackproofError] = UsageError if preview.configuration_error else UnrunnableError
    raise kind(f"{preview.project}/{preview.stack} was not judged: {preview.problems[0]}; nothing is written")


def refused(previews: Iterable[Preview]) -> tuple[str, ...]:
    """Name the findings that block and that no baseline holds."""
    found = ((one, finding) for preview in previews for one in preview.verdicts for finding in one.findings)
    return tuple(
        f"{finding.rule}[{finding.key}] on {one.name}"
        for one, finding in found
        if not _may_stay(finding) and finding.exemption is None and finding.enforcement == "mandatory"
    )


def pruned(baseline: Baseline, previews: Iterable[Preview]) -> Baseline:
    """Leave out what occurs no more in the stacks that were judged; add nothing.

    Raises:
        StackproofError: a stack was not judged to its end.

    """
    stacks = dict(baseline.stacks)
    for preview in previews:
        name = f"{preview.project}/{preview.stack}"
        gone = {*_gone(_judged(preview), stacks.get(name, ()))}
        if name in stacks:
            stacks[name] = tuple(item for item in stacks[name] if item not in gone)
    return Baseline(stacks)
