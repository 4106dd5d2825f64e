# SPDX-License-Identifier: Apache-2.0
"""The text report: what blocks first and in full, then what is unproven or advisory, then a table and one last line.

Colour carries no meaning of its own: every verdict has a mark and a word as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stackproof.model import Verdict
from stackproof.report import wording
from stackproof.report.inert import block, line
from stackproof.report.order import Standing, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

    from stackproof.model import ChangeKind, Finding, Preview, Resource
    from stackproof.report.order import Entry

__all__ = ["write"]

_INDENT = 4
_STYLES = {
    Standing.BLOCKS: "bold red",
    Standing.UNPROVEN: "bold yellow",
    Standing.ADVISORY: "bold yellow",
    Standing.EXEMPTED: "cyan",
    Standing.BASELINE: "cyan",
    Standing.PASSED: "green",
}
_COLUMNS = {
    Verdict.FAIL: ("✗", "bold red"),
    Verdict.UNPROVEN: ("?", "bold yellow"),
    Verdict.EXEMPTED: ("~", "cyan"),
    Verdict.PASS: ("✓", "green"),
}
_ENDING_STYLES = {"✓": "bold green", "✗": "bold red", "?": "bold yellow"}
_KINDS: dict[ChangeKind, tuple[str, str]] = {
    "create": ("+", "to create"),
    "import": ("=", "to import"),
    "update": ("~", "to update (or replace)"),
    "replace": ("±", "to replace"),
    "same": ("·", "unchanged"),
}
_CHANGES_SHOWN = 20
_DIGEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Indented:
    """Text that stands under a heading, wherever its lines break."""

    text: Text


def write(console: Console, preview: Preview) -> None:
    """Write the report on one stack: wrapped for a terminal, else a line for each thing said, to be searched."""
    for item in _blocks(preview):
        if not isinstance(item, _Indented):
            console.print(item, soft_wrap=not console.is_terminal)
        elif console.is_terminal:
            console.print(Padding(item.text, (0, 0, 0, _INDENT)))
        else:
            lines = (Text.assemble(" " * _INDENT, text) for text in item.text.split("\n", allow_blank=True))
            console.print(Text("\n").join(lines), soft_wrap=True)


def _blocks(preview: Preview) -> Iterator[RenderableType | _Indented]:
    preview, found = told(preview)
    yield Text.assemble((f"{preview.project} · {preview.stack}", "bold"), (_facts(preview), "dim"))
    yield Text(_judged(preview), style="dim")
    yield Text("")
    yield from _problems(preview)
    by_urn = {resource.urn: resource for resource in preview.resources}
    for entry in found:
        if entry.finding and entry.standing in {Standing.BLOCKS, Standing.ADVISORY}:
            yield from _finding(entry, entry.finding, compared=len(preview.passes) > 1)
            yield Text("")
        elif entry.standing is Standing.UNPROVEN and not preview.problems:
            yield from _unproven(entry, by_urn, preview)
            yield Text("")
    yield from _let_through(found)
    # Of one pass alone nothing is known about what the other would have seen.
    compared = len(preview.passes) > 1
    yield _table(preview, compared=compared)
    if compared:
        yield from _beyond(preview)
    yield from _changes(preview)
    yield from _notes(preview)
    end = wording.ending(preview, found)
    yield Text("")
    yield Text.assemble(
        (f"{end.mark} {end.word}: {preview.stack}", _ENDING_STYLES[end.mark]),
        f" · {end.meaning} (exit code {end.code})",
    )


def _problems(preview: Preview) -> Iterator[RenderableType | _Indented]:
    for problem in preview.problems:
        yield Text(f"✗ {block(problem)}", style="red")
        yield Text("")
    if preview.problems and preview.program_output:
        yield Text("the program printed:", style="dim")
        yield _Indented(Text(block(preview.program_output)))
        yield Text("")


def _notes(preview: Preview) -> Iterator[Text]:
    if preview.notices:
        yield Text("")
    for notice in preview.notices:
        yield Text(f"! {notice}", style="yellow")
    if preview.assumptions or preview.unused:
        yield Text("")
    for note in preview.assumptions:
        yield Text(f"assumed: {note}", style="dim")
    for note in preview.unused:
        words = f"unused: {note}; nothing of this stack asked for it, so remove it if no other does"
        yield Text(words, style="yellow")


def _facts(preview: Preview) -> str:
    resources = wording.count(len(preview.resources), "resource")
    return f"   {resources} · {preview.engine} engine, {' + '.join(preview.passes)} · {preview.seconds:.1f} s"


def _judged(preview: Preview) -> str:
    packs = [f"{f'{pack.name} {pack.version}'.strip()} sha256:{pack.digest[:_DIGEST_SHOWN]}" for pack in preview.packs]
    head, dirty, _ = preview.commit.partition("-dirty")
    commit = f"commit {head[:_DIGEST_SHOWN]}{dirty} · " if head else ""
    return f"{commit}{', '.join(packs)} · blocks on {wording.strictness(preview.strictness)}"


def _finding(entry: Entry, finding: Finding, *, compared: bool) -> Iterator[Text | _Indented]:
    yield Text.assemble(
        (f"{entry.standing.mark} {wording.name(finding)}", _STYLES[entry.standing]),
        (f"  {finding.severity}, {finding.enforcement}", "dim"),
    )
    place = wording.place(finding.file, finding.line)
    yield _Indented(Text.assemble((place, "cyan"), f"  {wording.subject(entry.verdict)}"))
    path = f"{line(finding.path, 300)}: " if finding.path else ""
    yield _Indented(Text(f"{path}{finding.message}"))
    if finding.fragment:
        yield _Indented(Text.assemble(("found: ", "dim"), line(finding.fragment, 300)))
    if finding.remedy:
        yield _Indented(Text.assemble(("fix: ", "green"), finding.remedy))
    if finding.url:
        yield _Indented(Text(f"see: {finding.url}", style="dim"))
    if words := wording.exempting(entry):
        yield _Indented(Text(f"exempt: {words}", style="dim"))
    if compared and (words := wording.beyond(entry.verdict)):
        yield _Indented(Text(words, style="yellow"))


def _unproven(entry: Entry, by_urn: dict[str, Resource], preview: Preview) -> Iterator[Text | _Indented]:
    verdict = entry.verdict
    resource = by_urn.get(verdict.urn)
    place = f"{wording.place(resource.source.file, resource.source.line)}  " if resource and resource.source else ""
    who = "neither pass could" if len(preview.passes) > 1 else "the only pass that ran could not"
    yield Text.assemble(("? unproven", "bold yellow"), f"  {wording.policy(verdict)}", (f"  {who} tell", "dim"))
    yield _Indented(Text.assemble((place, "cyan"), wording.subject(verdict)))
    if verdict.reason:
        yield _Indented(Text(verdict.reason))
    for words in wording.unknowns(verdict, by_urn):
        yield _Indented(Text(words))
    yield _Indented(Text.assemble(("to prove it: ", "green"), wording.provable(verdict, preview)))


def _let_through(found: tuple[Entry, ...]) -> Iterator[Text | _Indented]:
    exempted = [entry for entry in found if entry.standing is Standing.EXEMPTED and entry.finding]
    for entry in exempted:
        finding = entry.finding
        if finding is None:
            continue
        place = wording.place(finding.file, finding.line)
        yield Text.assemble(
            (f"~ {wording.name(finding)}", _STYLES[Standing.EXEMPTED]), f"  {place}  {wording.subject(entry.verdict)}"
        )
        yield _Indented(Text(wording.let_through(finding)))
    old = sum(entry.standing is Standing.BASELINE for entry in found)
    if old:
        yield Text(f"= {wording.count(old, 'finding')} of the baseline: there before, not blocking", style="cyan")
    if exempted or old:
        yield Text("")


def _table(preview: Preview, *, compared: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("policy", no_wrap=True, overflow="ignore")
    exempted = any(verdict.verdict is Verdict.EXEMPTED for verdict in preview.verdicts)
    columns = [verdict for verdict in _COLUMNS if verdict is not Verdict.EXEMPTED or exempted]
    for verdict in columns:
        mark, style = _COLUMNS[verdict]
        table.add_column(f"{mark} {verdict.value}", justify="right", style=style)
    if compared:
        table.add_column("beyond preview", justify="right")
    for pack in preview.packs:
        for policy in pack.policies:
            if policy.enforcement == "disabled":
                table.add_row(f"{policy.name} (disabled)")
                continue
            own = [
                verdict for verdict in preview.verdicts if (verdict.pack, verdict.policy) == (pack.name, policy.name)
            ]
            counts = Counter(verdict.verdict for verdict in own)
            if policy.enforcement == "advisory" and set(counts) <= {Verdict.NOT_APPLICABLE}:
                continue
            numbers = [counts[verdict] for verdict in columns]
            if compared:
                read = [verdict for verdict in own if verdict.verdict is not Verdict.UNPROVEN]
                numbers.append(sum(verdict.judged_in == "resolved" for verdict in read))
            table.add_row(policy.name, *(str(number or "·") for number in numbers))
    return table


def _beyond(preview: Preview) -> Iterator[Text]:
    """Name what only the resolved pass could read."""
    read: Iterable[str] = (
        f"{line(verdict.name, 200)}: {', '.join(line(item.path, 200) for item in verdict.unproven[:3])}"
        + (", …" if len(verdict.unproven) > 3 else "")  # noqa: PLR2004 (as many as are printed)
        for verdict in preview.verdicts
        if verdict.verdict is Verdict.PASS and verdict.judged_in == "resolved" and verdict.unproven
    )
    lines = list(dict.fromkeys(read))
    if lines:
        yield Text("")
        yield Text("proven on synthesised values, unknown in Pulumi's own preview:", style="dim")
        for words in lines[:8]:
            yield Text(f"  {words}", style="dim")
        if len(lines) > 8:  # noqa: PLR2004 (as many as are printed)
            yield Text(f"  and {wording.count(len(lines) - 8, 'more resource')}", style="dim")


def _changes(preview: Preview) -> Iterator[Text]:
    """Say what an update would do, where a state was given."""
    changes = [(resource.type, resource.name, resource.change) for resource in preview.resources if resource.change]
    if not changes and not preview.deletions:
        return
    counts = Counter(change.kind for _, _, change in changes)
    numbers = [(counts[kind], words) for kind, (_, words) in _KINDS.items()]
    numbers.insert(-1, (len(preview.deletions), "to delete"))
    parts = [f"{number} {words}" for number, words in numbers if number]
    yield Text("")
    yield Text(f"against the state: {' · '.join(parts)}", style="bold")
    lines = [
        f"{_KINDS[change.kind][0]} {type_} {name} {_because(change.properties, change.note)}".rstrip()
        for type_, name, change in changes
        if change.kind != "same" or change.note
    ]
    lines += [f"- {one.type} {one.name} {_because((), one.note)}".rstrip() for one in preview.deletions]
    for words in lines[:_CHANGES_SHOWN]:
        yield Text(f"  {words}")
    if len(lines) > _CHANGES_SHOWN:
        yield Text(f"  and {wording.count(len(lines) - _CHANGES_SHOWN, 'more resource')}", style="dim")


def _because(properties: tuple[str, ...], note: str) -> str:
    words = [", ".join(properties), note]
    said = "; ".join(filter(None, words))
    return f"({said})" if said else ""
