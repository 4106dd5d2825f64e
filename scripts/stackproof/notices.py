# SPDX-License-Identifier: Apache-2.0
"""What a reader of a clean result must know: weakened levels, idle policies, rewrites, exemptions that end soon."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from stackproof.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackproof.model import Job, PackSource, Pass, PolicyPack, PolicyVerdict

__all__ = ["notices"]

_SOON = 14
"""Days before its end from which on an exemption is warned of."""

_STRENGTH = {"disabled": 0, "advisory": 1, "remediate": 2, "mandatory": 3}


def notices(job: Job, passes: Sequence[Pass], verdicts: Sequence[PolicyVerdict]) -> tuple[str, ...]:
    """Give the notices on one stack, each once; the packs are the first pass's."""
    packs = passes[0].packs
    found = [
        *(note for pack in packs for note in pack.notes),
        *(note for pack in packs for note in _weakened(pack)),
        *(note for source in job.packs for note in _relaxed(source)),
        *_idle(packs, verdicts),
        *(note for run in passes for note in _rewritten(run)),
        *_ending(verdicts),
    ]
    return tuple(dict.fromkeys(found))


def _weakened(pack: PolicyPack) -> Iterator[str]:
    for policy in pack.policies:
        if _STRENGTH[policy.enforcement] < _STRENGTH[policy.declared]:
            declared = f"pack {pack.name} declares it {policy.declared}"
            yield f"policy {policy.name} is {policy.enforcement} by configuration; {declared}"


def _relaxed(source: PackSource) -> Iterator[str]:
    """Name each level below mandatory that a pack's own property sets, as ours does for the rules of a family."""
    for policy, entry in source.config.items():
        for path, value in _leaves(entry, ""):
            if path not in {"", "enforcementLevel"} and value in {"advisory", "disabled"}:
                yield f"policy {policy} of pack {source.name} is configured with {path}: {value}"


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif not isinstance(value, list):
        yield path, value


def _idle(packs: Sequence[PolicyPack], verdicts: Sequence[PolicyVerdict]) -> Iterator[str]:
    """Name the blocking policies that were asked and found nothing to judge."""
    seen = defaultdict(set)
    for item in verdicts:
        seen[item.pack, item.policy].add(item.verdict)
    for pack in packs:
        for policy in pack.policies:
            idle = seen[pack.name, policy.name] == {Verdict.NOT_APPLICABLE}
            if idle and policy.enforcement in {"mandatory", "remediate"}:
                yield f"policy {policy.name} of pack {pack.name} judged nothing: it says that nothing here is its own"


def _rewritten(run: Pass) -> Iterator[str]:
    names = {resource.urn: f"{resource.type} {resource.name}" for resource in run.resources}
    for analysis in run.analyses:
        for item in analysis.remediations:
            if item.changed:
                yield (
                    f"policy {item.policy} of pack {analysis.pack} rewrites {', '.join(item.changed)} of"
                    f" {names.get(analysis.urn, analysis.urn)}; what is judged is the rewritten resource"
                )


def _ending(verdicts: Sequence[PolicyVerdict]) -> Iterator[str]:
    """Name each exemption that ends soon."""
    for verdict in verdicts:
        for finding in verdict.findings:
            given = finding.exemption
            if given and given.days_left <= _SOON:
                left = f"{given.days_left} day{'' if given.days_left == 1 else 's'} left"
                which = f"the exemption of {finding.rule}[{finding.key}] on {verdict.name}"
                advice = f"{given.owner} has to mend the finding, or have the exemption approved anew"
                yield f"{which} ends on {given.expires} ({left}); {advice}"
