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
from stackproof.verdicts import blocking, exit_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, RenderableType

    from stackproof.model import ChangeKind, Finding, PolicyVerdict, Preview, Resource

__all__ = ["write"]

_INDENT = 4
_MARKS = {
    Verdict.FAIL: ("✗", "bold red"),
    Verdict.UNPROVEN: ("?", "bold yellow"),
    Verdict.EXEMPTED: ("~", "cyan"),
    Verdict.PASS: ("✓", "green"),
    Verdict.NOT_APPLICABLE: ("-", "dim"),
}
_ENDINGS = {
    0: ("✓ proven", "bold green", "every policy holds on every resource"),
    1: ("✗ violated", "bold red", "mend the findings above"),
    2: ("✗ configuration", "bold red", "mend the configuration named above"),
    3: ("? unproven", "bold yellow", "nothing is violated, but not everything could be judged"),
    4: ("✗ not judged", "bold red", "the program did not run to its end, so nothing here counts as a pass"),
}
_KINDS: dict[ChangeKind, tuple[str, str]] = {
    "create": ("+", "to create"),
    "import": ("=", "to import"),
    "update": ("~", "to update (or replace)"),
    "replace": ("±", "to replace"),
    "same": ("·", "unchanged"),
}
_CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Indented:
    """Text that stands under a heading, wherever its lines break."""

    text: Text


def write(console: Console, preview: Preview, fail_on: str) -> None:
    """Write the report on one stack: wrapped for a terminal, else a line for each thing said, to be searched."""
    for block in _blocks(preview, fail_on):
        if not isinstance(block, _Indented):
            console.print(block, soft_wrap=not console.is_terminal)
        elif console.is_terminal:
            console.print(Padding(block.text, (0, 0, 0, _INDENT)))
        else:
            lines = (Text.assemble(" " * _INDENT, line) for line in block.text.split("\n", allow_blank=True))
            console.print(Text("\n").join(lines), soft_wrap=True)


def _blocks(preview: Preview, fail_on: str) -> Iterator[RenderableType | _Indented]:
    yield Text.assemble((f"{preview.project} · {preview.stack}", "bold"), (_facts(preview), "dim"))
    yield Text("")
    for problem in preview.problems:
        yield Text(f"✗ {problem}", style="red")
        yield Text("")
    if preview.problems and preview.program_output:
        yield Text("the program printed:", style="dim")
        yield _Indented(Text(preview.program_output))
        yield Text("")
    by_urn = {resource.urn: resource for resource in preview.resources}
    # Of one pass alone nothing is known about what the other would have seen.
    compared = len(preview.passes) > 1
    told = {Verdict.FAIL} if preview.problems else {Verdict.FAIL, Verdict.UNPROVEN}
    shown = [verdict for verdict in preview.verdicts if verdict.verdict in told]
    shown.sort(key=lambda verdict: (not blocking(verdict, fail_on), verdict.verdict is not Verdict.FAIL))
    for verdict in shown:
        blocks = _failed(verdict, compared=compared) if verdict.findings else _unproven(verdict, by_urn, preview.passes)
        yield from blocks
        yield Text("")
    yield _table(preview, compared=compared)
    if compared:
        yield from _beyond(preview)
    yield from _changes(preview)
    yield from _notes(preview)
    yield from _ending(preview, fail_on)


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
        yield Text(f"unused: {note}; nothing of this stack asked for it, so remove it if no other does", style="yellow")


def _ending(preview: Preview, fail_on: str) -> Iterator[Text]:
    code = exit_code(preview, fail_on)
    word, style, meaning = _ENDINGS[code]
    advice = sum(len(verdict.findings) for verdict in preview.verdicts)
    if not code and advice:
        meaning = f"nothing that blocks; {_count(advice, 'finding')} above to think about"
    yield Text("")
    yield Text.assemble((f"{word}: {preview.stack}", style), f" · {meaning} (exit code {code})")


def _facts(preview: Preview) -> str:
    packs = ", ".join(f"{pack.name} {pack.version}".strip() for pack in preview.packs)
    resources = _count(len(preview.resources), "resource")
    return f"   {resources} · {packs} · {preview.engine} engine, {' + '.join(preview.passes)} · {preview.seconds:.1f} s"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _failed(verdict: PolicyVerdict, *, compared: bool) -> Iterator[RenderableType | _Indented]:
    for finding in verdict.findings:
        mark, style = ("✗", "bold red") if finding.enforcement == "mandatory" else ("!", "bold yellow")
        key = f"[{finding.key}]" if finding.key else ""
        yield Text.assemble(
            (f"{mark} {finding.rule}", style),
            (f"{key}", "bold"),
            (f"  {finding.severity}, {finding.enforcement}", "dim"),
        )
        yield _Indented(Text.assemble((_place(finding), "cyan"), f"  {verdict.type} {verdict.name}"))
        path = f"{finding.path}: " if finding.path else ""
        yield _Indented(Text(f"{path}{finding.message}"))
        if finding.remedy:
            yield _Indented(Text.assemble(("fix: ", "green"), finding.remedy))
        if finding.url:
            yield _Indented(Text(f"see: {finding.url}", style="dim"))
    if compared and verdict.judged_in == "resolved":
        unread = ", ".join(item.path for item in verdict.unproven)
        why = f" ({unread} is unknown there)" if unread else ""
        yield _Indented(Text(f"Pulumi's own preview cannot judge this{why} and would have let it pass", style="yellow"))


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.file else "(no source line)"


def _unproven(
    verdict: PolicyVerdict,
    by_urn: dict[str, Resource],
    passes: Sequence[str],
) -> Iterator[RenderableType | _Indented]:
    resource = by_urn.get(verdict.urn)
    place = f"{resource.source.file}:{resource.source.line}  " if resource and resource.source else ""
    policy = f"{verdict.policy} policies" if verdict.policy == "all" else verdict.policy
    who = "neither pass could" if len(passes) > 1 else "the only pass that ran could not"
    yield Text.assemble(("? unproven", "bold yellow"), f"  {policy}", (f"  {who} tell", "dim"))
    yield _Indented(Text.assemble((place, "cyan"), f"{verdict.type} {verdict.name}"))
    if verdict.reason:
        yield _Indented(Text(verdict.reason))
    for item in verdict.unproven[:5]:
        names = ", ".join(by_urn[urn].name if urn in by_urn else urn for urn in item.sources)
        yield _Indented(Text(f"{item.path} is unknown" + (f", it comes from {names}" if names else "")))
    if len(verdict.unproven) > 5:  # noqa: PLR2004 (as many as are printed above)
        yield _Indented(Text(f"and {_count(len(verdict.unproven) - 5, 'more value')}", style="dim"))


def _table(preview: Preview, *, compared: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("policy", no_wrap=True, overflow="ignore")
    for verdict in (Verdict.FAIL, Verdict.UNPROVEN, Verdict.PASS):
        mark, style = _MARKS[verdict]
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
            numbers = [counts[verdict] for verdict in (Verdict.FAIL, Verdict.UNPROVEN, Verdict.PASS)]
            if compared:
                read = [verdict for verdict in own if verdict.verdict is not Verdict.UNPROVEN]
                numbers.append(sum(verdict.judged_in == "resolved" for verdict in read))
            table.add_row(policy.name, *(str(number or "·") for number in numbers))
    return table


def _beyond(preview: Preview) -> Iterator[Text]:
    """Name what only the resolved pass could read."""
    read: Iterable[str] = (
        f"{verdict.name}: {', '.join(item.path for item in verdict.unproven[:3])}"
        + (", …" if len(verdict.unproven) > 3 else "")  # noqa: PLR2004 (as many as are printed)
        for verdict in preview.verdicts
        if verdict.verdict is Verdict.PASS and verdict.judged_in == "resolved" and verdict.unproven
    )
    lines = list(dict.fromkeys(read))
    if lines:
        yield Text("")
        yield Text("proven on synthesised values, unknown in Pulumi's own preview:", style="dim")
        for line in lines[:8]:
            yield Text(f"  {line}", style="dim")
        if len(lines) > 8:  # noqa: PLR2004 (as many as are printed)
            yield Text(f"  and {_count(len(lines) - 8, 'more resource')}", style="dim")


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
    for line in lines[:_CHANGES_SHOWN]:
        yield Text(f"  {line}")
    if len(lines) > _CHANGES_SHOWN:
        yield Text(f"  and {_count(len(lines) - _CHANGES_SHOWN, 'more resource')}", style="dim")


def _because(properties: tuple[str, ...], note: str) -> str:
    words = [", ".join(properties), note]
    said = "; ".join(filter(None, words))
    return f"({said})" if said else ""
