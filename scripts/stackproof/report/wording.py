# SPDX-License-Identifier: Apache-2.0
"""The words that the reports have in common: what was judged, how it ended, where a thing is, how to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.report.inert import line
from stackproof.report.order import Standing
from stackproof.verdicts import exit_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.model import Finding, PolicyVerdict, Preview, Resource, Strictness
    from stackproof.report.order import Entry

__all__ = [
    "Ending",
    "beyond",
    "count",
    "ending",
    "exempting",
    "let_through",
    "name",
    "place",
    "policy",
    "provable",
    "strictness",
    "subject",
    "unknowns",
]

_SOURCES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stack ended: a mark, a word, and a sentence that says what that means."""

    mark: str
    word: str
    meaning: str
    code: int


_ENDINGS = {
    0: ("✓", "proven", "every policy holds on every resource"),
    1: ("✗", "violated", "mend the findings above"),
    2: ("✗", "configuration", "mend the configuration named above"),
    3: ("?", "unproven", "nothing is violated, but not everything could be judged"),
    4: ("✗", "not judged", "the program did not run to its end, so nothing here counts as a pass"),
}


def ending(preview: Preview, found: tuple[Entry, ...]) -> Ending:
    """Say how a stack ended; a clean end does not hide what is still to think about."""
    code = exit_code(preview)
    mark, word, meaning = _ENDINGS[code]
    open_ = sum(entry.standing in {Standing.UNPROVEN, Standing.ADVISORY} for entry in found)
    let = sum(entry.standing in {Standing.EXEMPTED, Standing.BASELINE} for entry in found)
    if not code and open_ + let:
        parts = [(open_, f"{count(open_, 'finding')} above to think about"), (let, f"{let} let through")]
        meaning = f"nothing that blocks; {', '.join(words for number, words in parts if number)}"
    return Ending(mark, word, meaning, code)


def count(number: int, noun: str) -> str:
    """Give a number with its noun, in the plural where it is not one."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def strictness(given: Strictness) -> str:
    """Say what blocks, and who says so."""
    parts = ["mandatory violations", *(["unproven"] if given.unproven else []), *(["advice"] if given.advisory else [])]
    return f"{', '.join(parts)} ({given.origin})"


def name(finding: Finding) -> str:
    """Give a finding's name as an exemption has it: the rule, and its key in brackets."""
    return f"{finding.rule}[{line(finding.key, 300)}]" if finding.key else line(finding.rule, 300)


def place(file: str, number: int) -> str:
    """Give a file and a line as editors and terminals link them."""
    return f"{file}:{number}" if file else "(no source line)"


def subject(verdict: PolicyVerdict) -> str:
    """Name the resource that a verdict is on: its type and name."""
    return f"{line(verdict.type, 200)} {line(verdict.name, 300)}".strip()


def policy(verdict: PolicyVerdict) -> str:
    """Name the policy of a verdict, which may stand for all of a pack."""
    return "all policies" if verdict.policy == "all" else line(verdict.policy, 200)


def exempting(entry: Entry) -> str:
    """Give the command that lets a finding through, where it blocks and its pack takes exemptions; else nothing."""
    possible = entry.standing is Standing.BLOCKS and entry.finding is not None and entry.finding.exemptable
    return f"stackproof exempt {entry.id} --report FILE" if possible else ""


def let_through(finding: Finding) -> str:
    """Say why a finding does not block, and for how long; empty where it may."""
    if finding.exemption:
        given = finding.exemption
        link = f" ({given.link})" if given.link else ""
        days = f"{count(given.days_left, 'day')} left"
        return f"exempted until {given.expires} ({days}) by {given.owner}: {given.reason}{link}"
    return "in the baseline: it was there before" if finding.baseline else ""


def beyond(verdict: PolicyVerdict) -> str:
    """Say what Pulumi's own preview misses, where the resolved pass was the one that saw; else nothing."""
    if verdict.judged_in != "resolved":
        return ""
    unread = ", ".join(line(item.path, 200) for item in verdict.unproven)
    why = f" ({unread} is unknown there)" if unread else ""
    return f"Pulumi's own preview cannot judge this{why} and would have let it pass"


def unknowns(verdict: PolicyVerdict, by_urn: Mapping[str, Resource]) -> list[str]:
    """Name the values that nobody could read, and the resources they come from; a long list says how much longer."""
    lines = []
    for item in verdict.unproven[:_SOURCES_SHOWN]:
        names = ", ".join(line(by_urn[urn].name if urn in by_urn else urn, 200) for urn in item.sources)
        lines.append(f"{line(item.path, 200)} is unknown" + (f", it comes from {names}" if names else ""))
    if len(verdict.unproven) > _SOURCES_SHOWN:
        lines.append(f"and {count(len(verdict.unproven) - _SOURCES_SHOWN, 'more value')}")
    return lines


def provable(verdict: PolicyVerdict, preview: Preview) -> str:
    """Say what would make a verdict provable."""
    if len(preview.passes) == 1 and preview.passes[0] == "faithful":
        return "run the resolved pass as well (--pass both)"
    if verdict.unproven:
        return "take the value from configuration, or give it: tool.stackproof.resources or functions, or --state FILE"
    if preview.problems:
        return "mend what kept the program from its end"
    return "let the program register what is to be judged, in this stack and by its own code"
