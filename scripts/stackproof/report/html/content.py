# SPDX-License-Identifier: Apache-2.0
"""What the page holds of each stack: the few things everybody reads as words, the many as data for the page's script.

All of it is made of what `stackproof.report.order.told` gives, in which no text can do harm any more.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackproof.model import Verdict
from stackproof.redaction import HIDDEN
from stackproof.report import wording
from stackproof.report.html.drawing import Drawing
from stackproof.report.html.layout import is_drawn
from stackproof.report.html.rows import Rows, wrong
from stackproof.report.inert import block, harmless, line
from stackproof.report.order import Standing, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stackproof.model import Preview
    from stackproof.report.html.texts import Texts
    from stackproof.report.order import Entry

__all__ = ["Fact", "Headline", "StackPage", "rule_pages", "source_lines", "stack_page"]

_LABEL = 80
"""How many characters of a name a headline shows."""
_TOP = 5
"""How many of the things that block stand in the headline."""
_SOURCE_LINE = 240
_ENDINGS = {
    0: ("passed", "is proven"),
    1: ("blocks", "is violated"),
    2: ("stopped", "was not judged"),
    3: ("unproven", "is unproven"),
    4: ("stopped", "was not judged"),
}
_SECTIONS = ("Why is this bad?", "Good")
"""The parts of a rule's page that help whoever has to mend a finding."""
_PASSES = {
    "faithful": "what is unknown in a first preview is left unknown",
    "resolved": "what is unknown in a first preview is synthesised in its right shape",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was judged or taken for granted: what it is, and its values, each a line."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """One thing that blocks, in short: how it stands, the rules it breaks, its place, what is wrong and what to do."""

    standing: str
    rules: str
    subject: str
    place: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StackPage:
    """One stack of the page. ``standing`` and ``words`` are the verdict on all of it; ``data`` is for the script."""

    id: str
    stack: str
    project: str
    standing: str
    words: str
    meaning: str
    exit_code: int
    summary: str
    top: tuple[Headline, ...]
    more: int
    not_applicable: int
    problems: tuple[str, ...]
    output: str
    beyond: str
    notices: tuple[str, ...]
    facts: tuple[Fact, ...]
    changes: tuple[str, ...]
    data: Mapping[str, Any]


def stack_page(judged: Preview, number: int, texts: Texts) -> StackPage:
    """Put together what the page holds of one stack, the ``number``-th."""
    preview, found = told(judged)
    end = wording.ending(preview, found)
    standing, words = _ENDINGS[end.code]
    top = _headlines([entry for entry in found if _stops(entry, preview)], preview)
    return StackPage(
        id=f"s{number}",
        stack=preview.stack,
        project=preview.project,
        standing=standing,
        words=words,
        meaning=_meaning(end, found, strict=preview.strictness.unproven),
        exit_code=end.code,
        summary=_summary(preview),
        top=tuple(top[:_TOP]),
        more=max(len(top) - _TOP, 0),
        not_applicable=sum(item.verdict is Verdict.NOT_APPLICABLE for item in preview.verdicts),
        problems=preview.problems,
        output=preview.program_output if preview.problems else "",
        beyond=_beyond(preview, found),
        notices=preview.notices,
        facts=tuple(_facts(preview)),
        changes=tuple(_changes(preview)),
        data=_data(preview, found, number, texts),
    )


def _data(preview: Preview, found: Sequence[Entry], number: int, texts: Texts) -> Mapping[str, Any]:
    at = {resource.urn: index for index, resource in enumerate(preview.resources)}
    rows = Rows(preview, at, texts)
    drawing = Drawing(preview, at, _states(found), texts)
    return {
        "id": f"s{number}",
        "name": preview.stack,
        "project": preview.project,
        "rows": [rows.row(entry) for entry in found if entry.standing is not Standing.PASSED],
        "passed": [rows.passed(entry) for entry in found if entry.standing is Standing.PASSED],
        **drawing.graph(),
        "reach": drawing.reach(),
    }


def _states(found: Iterable[Entry]) -> Mapping[str, str]:
    """Give the gravest standing of each resource by its URN; entries come in that order."""
    states: dict[str, str] = {}
    for entry in found:
        states.setdefault(entry.verdict.urn, entry.standing.value)
    return states


def _stops(entry: Entry, preview: Preview) -> bool:
    unproven = entry.standing is Standing.UNPROVEN and preview.strictness.unproven
    return entry.standing is Standing.BLOCKS or unproven


def _meaning(end: wording.Ending, found: Sequence[Entry], *, strict: bool) -> str:
    if end.code == 1:
        number = sum(entry.standing is Standing.BLOCKS for entry in found)
        unproven = sum(entry.standing is Standing.UNPROVEN for entry in found) if strict else 0
        more = f", and {wording.count(unproven, 'verdict')} that nobody could give" if unproven else ""
        return f"{wording.count(number, 'finding')} to mend{more}; then judge again."
    words = end.meaning.replace("above", "below")
    return f"{words[:1].upper()}{words[1:]}."


def _beyond(preview: Preview, found: Sequence[Entry]) -> str:
    """Say how many verdicts only the resolved pass could give, where both passes ran."""
    seen = [entry for entry in found if entry.standing is not Standing.UNPROVEN and wording.beyond(entry.verdict)]
    number = len({(entry.verdict.policy, entry.verdict.urn) for entry in seen})
    if not number or len(preview.passes) == 1:
        return ""
    return f"{wording.count(number, 'verdict')} here could not be had from Pulumi's own preview"


def _headlines(found: Sequence[Entry], preview: Preview) -> list[Headline]:
    """Put entries in short, and those into one that say the same of the same resource under several rules."""
    merged: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in found:
        merged[entry.verdict.urn, wrong(entry)].append(entry)
    sources = {resource.urn: resource.source for resource in preview.resources}
    return [_headline(same, preview, sources) for same in merged.values()]


def _headline(same: Sequence[Entry], preview: Preview, sources: Mapping[str, Any]) -> Headline:
    entry = same[0]
    finding, source = entry.finding, sources.get(entry.verdict.urn)
    rules = [wording.name(one.finding) if one.finding else wording.policy(one.verdict) for one in same]
    file, number = (finding.file, finding.line) if finding else (source.file, source.line) if source else ("", 0)
    return Headline(
        standing=entry.standing.value,
        rules=", ".join(dict.fromkeys(rules)),
        subject=line(entry.verdict.name, _LABEL) or "the whole stack",
        place=wording.place(file, number) if file else "",
        message=wrong(entry),
        remedy=finding.remedy if finding else wording.provable(entry.verdict, preview),
    )


def _summary(preview: Preview) -> str:
    resources = wording.count(sum(map(is_drawn, preview.resources)), "resource")
    commit = f"commit {preview.commit[:12]} · " if preview.commit else ""
    return f"{resources} · {commit}{preview.engine} engine, {' + '.join(preview.passes)} · {preview.seconds:.1f} s"


def _facts(preview: Preview) -> Iterator[Fact]:
    yield Fact("Project and stack", (f"{preview.project} · {preview.stack}",))
    yield Fact("Commit", (preview.commit or "none: the program is in no git repository",))
    yield Fact("Engine", (f"{preview.engine}, {preview.seconds:.1f} s",))
    yield Fact("Passes", tuple(f"{name}: {_PASSES[name]}" for name in preview.passes))
    yield Fact(
        "Policy packs",
        tuple(
            f"{pack.name} {pack.version}, {len(pack.policies)} policies, sha256:{pack.digest}" for pack in preview.packs
        ),
    )
    yield Fact("Blocks", (wording.strictness(preview.strictness),))
    yield Fact("Assumed", preview.assumptions or ("nothing: the program asked for nothing outside of itself",))
    if preview.unused:
        yield Fact("Told, and not asked for", preview.unused)


def _changes(preview: Preview) -> Iterator[str]:
    """Say what an update would do, where a state was given."""
    for resource in preview.resources:
        change = resource.change
        if change and (change.kind != "same" or change.note):
            why = "; ".join(filter(None, [", ".join(change.properties), change.note]))
            yield f"{change.kind}: {resource.type} {resource.name}" + (f" ({why})" if why else "")
    for gone in preview.deletions:
        yield f"delete: {gone.type} {gone.name}" + (f" ({gone.note})" if gone.note else "")


def source_lines(previews: Iterable[Preview]) -> Mapping[str, list[tuple[int, list[str]]]]:
    """Give the source lines of all stacks by file, as runs of a first line and texts; hidden wins over shown."""
    files: dict[str, dict[int, str]] = defaultdict(dict)
    for snippet in (harmless(item) for preview in previews for item in preview.snippets):
        lines = files[snippet.file]
        for number, full in enumerate(snippet.lines, snippet.first):
            text = line(full, _SOURCE_LINE)
            if number not in lines or text.count(HIDDEN) > lines[number].count(HIDDEN):
                lines[number] = text
    return {file: _runs(lines) for file, lines in sorted(files.items())}


def rule_pages(previews: Iterable[Preview]) -> Mapping[str, list[str]]:
    """Give why each rule with findings is there, and how it is done right, as its page has them: Markdown."""
    pages = {page.id: page for preview in previews for page in preview.pages}
    return {name: [block(page.sections.get(heading, "")) for heading in _SECTIONS] for name, page in pages.items()}


def _runs(lines: Mapping[int, str]) -> list[tuple[int, list[str]]]:
    runs: list[tuple[int, list[str]]] = []
    for number in sorted(lines):
        if runs and number == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(lines[number])
        else:
            runs.append((number, [lines[number]]))
    return runs
