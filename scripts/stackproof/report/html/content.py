# SPDX-License-Identifier: Apache-2.0
"""What the page holds of each stack: the few things everybody reads as words, the many as data for the page's script.

Every text passes `stackproof.report.inert` here; nothing after this module sees the model. Texts that repeat are kept
once, and rows name them by number, so that a thousand findings stay small.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from stackproof.model import STACK_TYPE, AccessLevel, Severity, Verdict
from stackproof.report.html.edges import edges_of
from stackproof.report.html.layout import is_drawn, lay_out
from stackproof.report.inert import block, line
from stackproof.sources import MASK
from stackproof.verdicts import blocking, exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackproof.model import Finding, PolicyVerdict, Preview, PrincipalReach, Resource

__all__ = ["Fact", "Headline", "StackPage", "Texts", "source_lines", "stack_page"]

_NAME, _LABEL = 200, 80
"""How many characters of a name a table shows, and of one a graph does."""
_DEEPEST = 50
"""Components inside of one another, beyond which a URN is given as it is."""
_TOP = 5
"""How many of the things that block stand in the headline."""
_ORDER = ("blocking", "unproven", "advisory", "exempted", "passed")
_ENDINGS = {
    0: ("passed", "is proven", "Every policy holds on every resource."),
    1: ("blocking", "is violated", "Mend what blocks, then judge again."),
    2: ("stopped", "was not judged", "Its configuration is wrong. Nothing here counts as a pass."),
    3: ("unproven", "is unproven", "Nothing is violated, but not everything could be judged, and that blocks as well."),
    4: ("stopped", "was not judged", "It could not be run to its end. Nothing here counts as a pass."),
}
_LEVELS = get_args(AccessLevel)
_SEVERITIES = get_args(Severity)
_STATE_ORDER = ("blocking", "unproven", "advisory", "exempted", "passed", "none")


class Texts:
    """Texts that are kept once for the whole page and named by their number; number 0 is the empty text."""

    def __init__(self) -> None:
        self.all = [""]
        self._numbers = {"": 0}

    def of(self, text: str) -> int:
        """Give the number of a text."""
        number = self._numbers.setdefault(text, len(self.all))
        if number == len(self.all):
            self.all.append(text)
        return number


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was judged or taken for granted: what it is, and its values, each a line."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """One thing that blocks, in short: its state, title, place, what is wrong and what to do."""

    state: str
    title: str
    subject: str
    place: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StackPage:
    """One stack of the page. ``state`` and ``state_words`` are the verdict on all of it; ``data`` is for the script."""

    id: str
    stack: str
    project: str
    state: str
    state_words: str
    meaning: str
    exit_code: int
    summary: str
    top: tuple[Headline, ...]
    more: int
    counts: tuple[tuple[str, int], ...]
    not_applicable: int
    problems: tuple[str, ...]
    output: str
    notices: tuple[str, ...]
    facts: tuple[Fact, ...]
    changes: tuple[str, ...]
    data: dict[str, Any]


def stack_page(preview: Preview, fail_on: str, number: int, texts: Texts) -> StackPage:
    """Put together what the page holds of one stack, the ``number``-th."""
    return _Builder(preview, fail_on, texts).page(number)


class _Builder:
    """One stack on its way to the page."""

    def __init__(self, preview: Preview, fail_on: str, texts: Texts) -> None:
        self.preview = preview
        self.fail_on = fail_on
        self.texts = texts
        self.at = {resource.urn: index for index, resource in enumerate(preview.resources)}
        self.names = {resource.urn: resource.name for resource in preview.resources}
        self.compared = len(preview.passes) > 1
        self.states: dict[str, Counter[str]] = defaultdict(Counter)

    def page(self, number: int) -> StackPage:
        preview, code = self.preview, exit_code(self.preview, self.fail_on)
        rows = sorted(self._rows(), key=lambda row: (_ORDER.index(row["g"]), row.pop("rank")))
        passed = [self._passed(item) for item in preview.verdicts if item.verdict is Verdict.PASS]
        state, words, meaning = _ENDINGS[code]
        counts = Counter(row["g"] for row in rows) + Counter(passed=len(passed))
        if code == 1:
            meaning = f"{_count(counts['blocking'], 'finding')} to mend; then judge again."
        elif not code and counts["advisory"] + counts["exempted"]:
            meaning = "Nothing blocks. What is advisory or exempted stands below."
        top = self._top([row for row in rows if row["g"] in self._blocking_groups()])
        return StackPage(
            id=f"s{number}",
            stack=line(preview.stack, _NAME),
            project=line(preview.project, _NAME),
            state=state,
            state_words=words,
            meaning=meaning,
            exit_code=code,
            summary=self._summary(),
            top=tuple(top[:_TOP]),
            more=max(len(top) - _TOP, 0),
            counts=tuple((group, counts[group]) for group in _ORDER),
            not_applicable=sum(item.verdict is Verdict.NOT_APPLICABLE for item in preview.verdicts),
            problems=tuple(map(block, preview.problems)),
            output=block(preview.program_output) if preview.problems else "",
            notices=tuple(map(line, preview.notices)),
            facts=tuple(self._facts()),
            changes=tuple(self._changes()),
            data={
                "id": f"s{number}",
                "name": line(preview.stack, _NAME),
                "project": line(preview.project, _NAME),
                "rows": [{key: value for key, value in row.items() if value not in (0, "", [])} for row in rows],
                "passed": passed,
                **self._graph(),
                "reach": self._reach(),
            },
        )

    def _blocking_groups(self) -> tuple[str, ...]:
        strict = any(blocking(item, self.fail_on) for item in self.preview.verdicts if item.verdict is Verdict.UNPROVEN)
        return ("blocking", "unproven") if strict else ("blocking",)

    # rows ------------------------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[dict[str, Any]]:
        for verdict in self.preview.verdicts:
            if verdict.verdict in {Verdict.FAIL, Verdict.EXEMPTED}:
                for finding in verdict.findings:
                    yield self._finding(verdict, finding)
            elif verdict.verdict is Verdict.UNPROVEN:
                yield self._unproven(verdict)
            elif verdict.verdict is Verdict.PASS:
                self.states[verdict.urn]["passed"] += 1

    def _group(self, verdict: PolicyVerdict, finding: Finding) -> str:
        if finding.exemption or finding.baseline or verdict.verdict is Verdict.EXEMPTED:
            return "exempted"
        strict = blocking(verdict, self.fail_on) and (finding.enforcement == "mandatory" or self.fail_on == "advisory")
        return "blocking" if strict else "advisory"

    def _row(self, group: str, verdict: PolicyVerdict, rank: int = 0) -> dict[str, Any]:
        self.states[verdict.urn][group] += 1
        return {
            "rank": rank,
            "g": group,
            "o": self.texts.of(line(verdict.policy, _NAME)),
            "i": self.at.get(verdict.urn, -1),
        }

    def _finding(self, verdict: PolicyVerdict, finding: Finding) -> dict[str, Any]:
        text = self.texts.of
        row = self._row(self._group(verdict, finding), verdict, _SEVERITIES.index(finding.severity)) | {
            "r": text(line(finding.rule, _NAME)),
            "k": text(line(finding.key)),
            "v": text(finding.severity),
            "e": text(finding.enforcement),
            "m": text(block(finding.message)),
            "x": text(block(finding.remedy)),
            "u": text(_link(finding.url)),
            "p": text(line(finding.path)),
            "c": text(block(finding.fragment)),
            "f": text(line(finding.file, _NAME)),
            "l": finding.line,
            "b": text(self._beyond(verdict)),
        }
        if finding.exemption:
            given = finding.exemption
            days = _count(given.days_left, "day")
            row["w"] = text(line(f"{given.reason} ({given.owner}, until {given.expires}, {days} left)"))
            row["wl"] = text(_link(given.link))
        elif finding.baseline:
            row["w"] = text("it was there before the rules were, and stands in the baseline")
        return row

    def _beyond(self, verdict: PolicyVerdict) -> str:
        """Say that Pulumi's own preview would have missed a finding, where both passes tell."""
        if not self.compared or verdict.judged_in != "resolved":
            return ""
        unread = ", ".join(line(item.path) for item in verdict.unproven[:3])
        why = f": {unread} is unknown there" if unread else ""
        return f"Pulumi's own preview cannot judge this{why}, and would have let it pass."

    def _unproven(self, verdict: PolicyVerdict) -> dict[str, Any]:
        resource = self.preview.resources[self.at[verdict.urn]] if verdict.urn in self.at else None
        source = resource.source if resource else None
        who = "neither pass could tell" if self.compared else "the only pass that ran could not tell"
        what = ", ".join(line(item.path) for item in verdict.unproven[:3]) or line(verdict.reason)
        policy = "every policy" if verdict.policy == "all" else line(verdict.policy, _NAME)
        return self._row("unproven", verdict) | {
            "r": self.texts.of(policy),
            "m": self.texts.of(block(verdict.reason) or f"{what} is unknown, and {who} what it will be"),
            "n": [
                [self.texts.of(line(item.path)), [self.texts.of(line(self._name(urn), _LABEL)) for urn in item.sources]]
                for item in verdict.unproven
            ],
            "x": self.texts.of(self._provable(verdict)),
            "f": self.texts.of(line(source.file, _NAME) if source else ""),
            "l": source.line if source else 0,
        }

    def _provable(self, verdict: PolicyVerdict) -> str:
        """Say what would make an unproven verdict a pass or a fail."""
        if self.preview.problems:
            return "let the program run to its end"
        if not verdict.unproven:
            return "remove what the reason names, or judge that part on its own"
        sources = [self._name(urn) for item in verdict.unproven for urn in item.sources]
        names = ", ".join(line(name, _LABEL) for name in dict.fromkeys(sources[:3]))
        given = f"say what {names} gives" if names else "say what the value is"
        return f"{given}, under [tool.stackproof] of pyproject.toml; or build it from values that are known beforehand"

    def _name(self, urn: str) -> str:
        return self.names.get(urn, urn.rpartition("::")[2])

    def _passed(self, verdict: PolicyVerdict) -> list[int]:
        unread = ", ".join(line(item.path) for item in verdict.unproven[:3])
        beyond = self.compared and verdict.judged_in == "resolved"
        note = self.texts.of(unread or "a value") if beyond else 0
        return [self.texts.of(line(verdict.policy, _NAME)), self.at.get(verdict.urn, -1), note]

    # words -----------------------------------------------------------------------------------------------------------

    def _summary(self) -> str:
        preview = self.preview
        resources = _count(sum(is_drawn(resource) for resource in preview.resources), "resource")
        commit = f"commit {line(preview.commit, 12)} · " if preview.commit else ""
        passes = " + ".join(preview.passes)
        return f"{resources} · {commit}{preview.engine} engine, {passes} · {preview.seconds:.1f} s"

    def _top(self, rows: Sequence[dict[str, Any]]) -> list[Headline]:
        """Put rows in short, and those into one that say the same of the same resource under several rules."""
        merged: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            merged[row["i"], row["m"]].append(row)
        return [self._headline(same[0], [self._title(row) for row in same]) for same in merged.values()]

    def _title(self, row: dict[str, Any]) -> str:
        key: str = self.texts.all[row.get("k", 0)]
        rule: str = self.texts.all[row["r"]]
        return rule + (f"[{key}]" if key else "")

    def _headline(self, row: dict[str, Any], titles: Sequence[str]) -> Headline:
        texts = self.texts.all
        resource = self.preview.resources[row["i"]] if row["i"] >= 0 else None
        return Headline(
            state=row["g"],
            title=", ".join(dict.fromkeys(titles)),
            subject=line(resource.name, _LABEL) if resource else "the whole stack",
            place=f"{texts[row['f']]}:{row['l']}" if row["f"] else "",
            message=texts[row["m"]],
            remedy=texts[row["x"]],
        )

    def _facts(self) -> Iterator[Fact]:
        preview = self.preview
        yield Fact("Project and stack", (line(f"{preview.project} · {preview.stack}", _NAME),))
        yield Fact("Commit", (line(preview.commit, _NAME) or "none: the program is in no git repository",))
        yield Fact("Engine", (f"{preview.engine}, {preview.seconds:.1f} s",))
        yield Fact("Passes", tuple(f"{name}: {_PASSES[name]}" for name in preview.passes))
        yield Fact(
            "Policy packs",
            tuple(
                f"{line(pack.name, _NAME)} {pack.version}, {len(pack.policies)} policies, sha256:{pack.digest}"
                for pack in preview.packs
            ),
        )
        yield Fact("Strictness", (_STRICTNESS[self.fail_on],))
        yield Fact(
            "Assumed",
            tuple(map(line, preview.assumptions)) or ("nothing: the program asked for nothing outside of itself",),
        )
        if preview.unused:
            yield Fact("Told, and not asked for", tuple(map(line, preview.unused)))

    def _changes(self) -> Iterator[str]:
        for resource in self.preview.resources:
            change = resource.change
            if change and (change.kind != "same" or change.note):
                why = "; ".join(filter(None, [", ".join(change.properties), change.note]))
                yield line(f"{change.kind}: {resource.type} {resource.name}" + (f" ({why})" if why else ""))
        for gone in self.preview.deletions:
            yield line(f"delete: {gone.type} {gone.name}" + (f" ({gone.note})" if gone.note else ""))

    # graph -----------------------------------------------------------------------------------------------------------

    def _graph(self) -> dict[str, Any]:
        edges = edges_of(self.preview)
        boxes = lay_out(self.preview.resources, edges)
        whole = boxes[""]
        return {
            "size": [round(whole.width), round(whole.height)],
            "resources": [self._resource(resource, boxes.get(resource.urn)) for resource in self.preview.resources],
            "edges": [
                [self.at[edge.source], self.at[edge.target], edge.kind, self.texts.of(line(edge.label))]
                for edge in edges
                if edge.source in boxes and edge.target in boxes
            ],
        }

    def _resource(self, resource: Resource, box: Any) -> dict[str, Any]:
        counts = self.states[resource.urn]
        given: dict[str, Any] = {
            "n": line(resource.name, _NAME),
            "t": self.texts.of(line(resource.type, _NAME)),
            "a": self.at.get(resource.parent, -1),
            "s": next(state for state in _STATE_ORDER if counts[state] or state == "none"),
        }
        if resource.urn != self._usual_urn(resource):
            given["U"] = self.texts.of(line(resource.urn, 2 * _NAME))
        if resource.source:
            given |= {"f": self.texts.of(line(resource.source.file, _NAME)), "l": resource.source.line}
        if not resource.custom and resource.type != STACK_TYPE:
            given["c"] = 1
        if resource.opaque:
            given["q"] = self.texts.of(line(resource.opaque))
        if box:
            given["b"] = [round(box.x), round(box.y), round(box.width), round(box.height)]
        return given

    def _usual_urn(self, resource: Resource) -> str:
        """Put a URN together as the page's script does, from the names that the page holds anyway."""
        types, parent = [resource.type], resource.parent
        while (
            parent in self.at and self.preview.resources[self.at[parent]].type != STACK_TYPE and len(types) < _DEEPEST
        ):
            types.append(self.preview.resources[self.at[parent]].type)
            parent = self.preview.resources[self.at[parent]].parent
        whole = f"urn:pulumi:{self.preview.stack}::{self.preview.project}::{'$'.join(reversed(types))}::{resource.name}"
        return whole if whole == line(whole) else ""

    # reach -----------------------------------------------------------------------------------------------------------

    def _reach(self) -> dict[str, Any]:
        reach = self.preview.reach
        services = {service for item in reach.principals for one in item.permissions for service, _ in one.levels}
        return {
            "absent": line(reach.absent),
            "services": [line(name, _LABEL) for name in sorted(services)],
            "principals": [self._principal(item) for item in reach.principals],
        }

    def _principal(self, item: PrincipalReach) -> dict[str, Any]:
        text = self.texts.of
        cells: dict[str, set[str]] = defaultdict(set)
        for one in item.permissions:
            for service, levels in one.levels:
                cells[line(service, _LABEL)].update(levels)
        return {
            "i": self.at.get(item.urn, -1),
            "n": line(item.name, _NAME),
            "t": text(line(item.type, _NAME)),
            "by": [text(line(words)) for words in item.trusted],
            "open": [text(line(words)) for words in item.unknown],
            "cells": {service: sorted(levels, key=_LEVELS.index) for service, levels in cells.items()},
            "may": [
                {
                    "i": self.at.get(one.source, -1),
                    "sid": line(one.sid, _NAME),
                    "lv": [[line(service, _LABEL), list(levels)] for service, levels in one.levels],
                    "do": [text(line(action)) for action in one.actions],
                    "on": [text(line(resource)) for resource in one.resources],
                    "if": [text(line(words)) for words in one.conditions],
                    "not": [text(line(words)) for words in one.limits],
                }
                for one in item.permissions
            ],
        }


_PASSES = {
    "faithful": "what is unknown in a first preview is left unknown",
    "resolved": "what is unknown in a first preview is synthesised in its right shape",
}
_STRICTNESS = {
    "violation": "mandatory violations block; what is unproven and what is advisory does not",
    "unproven": "mandatory violations block, and so does what is unproven",
    "advisory": "everything blocks: violations, what is unproven, what is advisory",
}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _link(url: str) -> str:
    """Give an address that a browser may follow, or nothing."""
    return line(url) if url.startswith(("https://", "http://")) else ""


def source_lines(previews: Sequence[Preview]) -> Mapping[str, list[list[Any]]]:
    """Give the source lines of all stacks by file, as runs of a first line and texts; masked wins over unmasked."""
    files: dict[str, dict[int, str]] = defaultdict(dict)
    for snippet in (item for preview in previews for item in preview.snippets):
        lines = files[line(snippet.file, _NAME)]
        for number, text in enumerate(snippet.lines, snippet.first):
            shown = block(text)
            if number not in lines or MASK in shown:
                lines[number] = shown
    return {file: _runs(lines) for file, lines in sorted(files.items())}


def _runs(lines: Mapping[int, str]) -> list[list[Any]]:
    runs: list[list[Any]] = []
    for number in sorted(lines):
        if runs and number == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(lines[number])
        else:
            runs.append([number, [lines[number]]])
    return runs
