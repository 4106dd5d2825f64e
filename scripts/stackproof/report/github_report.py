# SPDX-License-Identifier: Apache-2.0
"""The verdicts on stacks as GitHub's annotations: what blocks as errors, what is unproven or advisory as warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.report import github, wording
from stackproof.report.order import Standing, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Outcome, Preview, Resource
    from stackproof.report.order import Entry

__all__ = ["render"]


def render(outcome: Outcome) -> str:
    """Render what a command came to."""
    found = [mark for preview in outcome.previews for mark in _marks(preview)]
    if outcome.stopped:
        found.insert(0, github.Annotation("error", "stackproof", outcome.stopped))
    return github.commands(found)


def _marks(preview: Preview) -> Iterator[github.Annotation]:
    preview, found = told(preview)
    stack = f"{preview.project} · {preview.stack}"
    for problem in preview.problems:
        yield github.Annotation("error", f"{stack}: not judged", problem)
    by_urn = {resource.urn: resource for resource in preview.resources}
    for entry in found:
        if entry.finding and entry.standing in {Standing.BLOCKS, Standing.ADVISORY, Standing.EXEMPTED}:
            yield _finding(stack, entry)
        elif entry.standing is Standing.UNPROVEN and not preview.problems:
            yield _unproven(stack, entry, preview, by_urn)
    end = wording.ending(preview, found)
    ended = f"{end.word}: {end.meaning} (exit code {end.code})"
    yield github.Annotation("notice", stack, "\n".join([ended, *_judged(preview)]))


def _judged(preview: Preview) -> Iterator[str]:
    packs = ", ".join(f"{pack.name} {pack.version} sha256:{pack.digest}".strip() for pack in preview.packs)
    passes = " and ".join(preview.passes)
    yield f"judged: commit {preview.commit or 'none'}, {preview.engine} engine, {passes}, by {packs}"
    yield f"blocks on {wording.strictness(preview.strictness)}"
    yield from (f"assumed: {note}" for note in preview.assumptions)


def _unproven(stack: str, entry: Entry, preview: Preview, by_urn: dict[str, Resource]) -> github.Annotation:
    verdict = entry.verdict
    words = [wording.subject(verdict), verdict.reason, *wording.unknowns(verdict, by_urn)]
    resource = by_urn.get(verdict.urn)
    source = resource.source if resource else None
    return github.Annotation(
        "error" if preview.strictness.unproven else "warning",
        f"{stack}: unproven, {wording.policy(verdict)}",
        "\n".join([*filter(None, words), wording.provable(verdict, preview)]),
        source.file if source else "",
        source.line if source else 0,
    )


def _finding(stack: str, entry: Entry) -> github.Annotation:
    finding = entry.finding
    if finding is None:
        raise AssertionError
    lines = [
        wording.subject(entry.verdict),
        f"{finding.path}: {finding.message}" if finding.path else finding.message,
        f"fix: {finding.remedy}" if finding.remedy else "",
        wording.let_through(finding),
        f"see: {finding.url}" if finding.url else "",
    ]
    levels: dict[Standing, github.Level] = {Standing.BLOCKS: "error", Standing.ADVISORY: "warning"}
    return github.Annotation(
        levels.get(entry.standing, "notice"),
        f"{stack}: {wording.name(finding)}",
        "\n".join(filter(None, lines)),
        finding.file,
        finding.line,
    )
