# SPDX-License-Identifier: Apache-2.0
"""What a reader of a clean result must know: weakened levels, policies that judged nothing, rewritten resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackproof.model import Pass, PolicyPack, PolicyVerdict

__all__ = ["notices"]

_STRENGTH = {"disabled": 0, "advisory": 1, "remediate": 2, "mandatory": 3}


def notices(passes: Sequence[Pass], verdicts: Sequence[PolicyVerdict]) -> tuple[str, ...]:
    """Give the notices on one stack, each once; the packs are the first pass's."""
    packs = passes[0].packs
    found = [
        *(note for pack in packs for note in pack.notes),
        *(note for pack in packs for note in _weakened(pack)),
        *_idle(packs, verdicts),
        *(note for run in passes for note in _rewritten(run)),
    ]
    return tuple(dict.fromkeys(found))


def _weakened(pack: PolicyPack) -> Iterator[str]:
    for policy in pack.policies:
        if _STRENGTH[policy.enforcement] < _STRENGTH[policy.declared]:
            declared = f"pack {pack.name} declares it {policy.declared}"
            yield f"policy {policy.name} is {policy.enforcement} by configuration; {declared}"


def _idle(packs: Sequence[PolicyPack], verdicts: Sequence[PolicyVerdict]) -> Iterator[str]:
    """Name the blocking policies that found nothing to judge."""
    busy = {(item.pack, item.policy) for item in verdicts if item.verdict is not Verdict.NOT_APPLICABLE}
    for pack in packs:
        for policy in pack.policies:
            if policy.enforcement in {"mandatory", "remediate"} and (pack.name, policy.name) not in busy:
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
