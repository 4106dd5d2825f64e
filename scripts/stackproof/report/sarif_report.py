# SPDX-License-Identifier: Apache-2.0
"""The verdicts on stacks as SARIF: a run for each stack, a result for each finding and for each unproven verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.report import sarif, wording
from stackproof.report.order import Standing, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Outcome, Preview, Resource
    from stackproof.report.order import Entry

__all__ = ["render"]

_LEVELS: dict[Standing, sarif.Level] = {
    Standing.BLOCKS: "error",
    Standing.ADVISORY: "warning",
    Standing.EXEMPTED: "note",
    Standing.BASELINE: "note",
}


def render(outcome: Outcome) -> str:
    """Render what a command came to; where it was stopped, a run of its own says that it did not succeed."""
    runs = [_run(preview) for preview in outcome.previews]
    if outcome.stopped:
        runs.append(sarif.Run("stackproof/preview", (), (), (outcome.stopped,)))
    return sarif.log(runs)


def _run(preview: Preview) -> sarif.Run:
    preview, found = told(preview)
    by_urn = {resource.urn: resource for resource in preview.resources}
    return sarif.Run(
        id=f"stackproof/{preview.project}/{preview.stack}",
        rules=preview.pages,
        results=[result for entry in found for result in _results(entry, preview, by_urn)],
        failures=preview.problems,
        properties={
            "project": preview.project,
            "stack": preview.stack,
            "commit": preview.commit,
            "engine": preview.engine,
            "passes": list(preview.passes),
            "packs": [f"{pack.name} {pack.version} sha256:{pack.digest}".strip() for pack in preview.packs],
            "blocksOn": wording.strictness(preview.strictness),
            "assumptions": list(preview.assumptions),
            "notices": list(preview.notices),
        },
    )


def _results(entry: Entry, preview: Preview, by_urn: dict[str, Resource]) -> Iterator[sarif.Result]:
    verdict, finding = entry.verdict, entry.finding
    if finding:
        parts = [f"{finding.path}: {finding.message}" if finding.path else finding.message, finding.remedy]
        yield sarif.Result(
            rule=finding.rule,
            level=_LEVELS[entry.standing],
            message="\n\n".join(filter(None, [wording.subject(verdict), *parts])),
            identity=entry.id,
            place=(finding.file, finding.line) if finding.file else None,
            logical=verdict.urn,
            fragment=finding.fragment,
            suppressed=wording.let_through(finding),
        )
    elif entry.standing is Standing.UNPROVEN:
        resource = by_urn.get(verdict.urn)
        source = resource.source if resource else None
        what = f"{wording.subject(verdict)}: {wording.policy(verdict)} unproven"
        words = [verdict.reason, *wording.unknowns(verdict, by_urn), wording.provable(verdict, preview)]
        yield sarif.Result(
            rule="unproven",
            level="error" if preview.strictness.unproven else "warning",
            message="\n\n".join([what, *filter(None, words)]),
            identity=entry.id,
            place=(source.file, source.line) if source else None,
            logical=verdict.urn,
        )
