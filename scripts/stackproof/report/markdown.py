# SPDX-License-Identifier: Apache-2.0
"""Markdown for a step summary and for a pull request's comments, one a stack, each with a mark to find it again by.

A comment may have 65,536 characters and the mark is its first line; what does not fit is counted, never cut off in
silence. Text from outside is escaped, so that it is neither markup nor a mark nor a mention nor a link.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackproof.report import wording
from stackproof.report.inert import block, line
from stackproof.report.order import Standing, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackproof.model import Outcome, Preview, Resource
    from stackproof.report.order import Entry

__all__ = ["LIMIT", "STOPPED", "mark", "render", "sections"]

LIMIT = 65_000
"""How many characters the report has at most; GitHub refuses a comment of more than 65,536."""

STOPPED = "stopped"
"""What the mark of a run that did not finish says, in the place of a project and its stack."""

_MARK = re.compile(r"^<!-- stackproof: ([A-Za-z0-9_./-]+) -->\n", re.MULTILINE)
_SPECIAL = re.compile(r"([\\`*_{}\[\]()|~])|^([-+#])")
_PASSES_SHOWN = 200
_PROBLEM = 4_000


def render(outcome: Outcome) -> str:
    """Render what a command came to: a section a stack, behind one that says why it did not finish if it did not."""
    head = f"{mark(STOPPED)}\n" if outcome.stopped or not outcome.previews else ""
    if outcome.stopped:
        head += f"## ✗ Stackproof did not finish\n\n{_quoted(outcome.stopped)}\nNothing here counts as a pass.\n\n"
    if not outcome.previews:
        return head
    share = (LIMIT - len(head)) // len(outcome.previews)
    return head + "\n".join(_marked(preview, share) for preview in outcome.previews)


def mark(name: str) -> str:
    """Give the line that a section begins with, which a reader does not see."""
    return f"<!-- stackproof: {re.sub(r'[^A-Za-z0-9_./-]', '-', name)[:300]} -->"


def sections(text: str) -> dict[str, str]:
    """Take a report apart: each section with its mark, by what that says; nothing where the report begins with none."""
    found = list(_MARK.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    if not found or found[0].start():
        return {}
    return {match[1]: text[match.start() : end] for match, end in zip(found, ends, strict=True)}


def _marked(preview: Preview, limit: int) -> str:
    own = f"{mark(f'{preview.project}/{preview.stack}')}\n"
    return f"{own}{_stack(preview, limit - len(own) - 1)}"


def _stack(preview: Preview, limit: int) -> str:
    """Render one stack in at most so many characters: entries are taken in their order until one does not fit."""
    preview, found = told(preview)
    end = wording.ending(preview, found)
    title = f"## {end.mark} {_text(preview.project)} · {_text(preview.stack)}: {end.word}\n\n"
    meaning = end.meaning.replace("above", "below")
    head = f"{title}{meaning[0].upper()}{meaning[1:]}.\n\n{_counts(found)}{_problems(preview)}"
    tail = _judged(preview)
    body = _body(found, preview, limit - len(head) - len(tail))
    return f"{head}{body}{tail}"


def _counts(found: Sequence[Entry]) -> str:
    names = {
        Standing.BLOCKS: "blocking",
        Standing.UNPROVEN: "unproven",
        Standing.ADVISORY: "advisory",
        Standing.EXEMPTED: "exempted",
        Standing.BASELINE: "in the baseline",
        Standing.PASSED: "passed",
    }
    numbers = {standing: sum(entry.standing is standing for entry in found) for standing in Standing}
    parts = [f"{standing.mark} {numbers[standing]:,} {names[standing]}" for standing in Standing if numbers[standing]]
    return f"{' · '.join(parts)}\n\n" if parts else ""


def _problems(preview: Preview) -> str:
    text = "".join(f"{_quoted(problem)}\n" for problem in preview.problems)
    if preview.problems and preview.program_output:
        text += f"The program printed:\n\n{_fenced(block(preview.program_output, _PROBLEM))}\n"
    return text


def _body(found: Sequence[Entry], preview: Preview, limit: int) -> str:
    by_urn = {resource.urn: resource for resource in preview.resources}
    parts: list[str] = []
    left: dict[Standing, int] = {}
    room = limit - 400  # for the sentence that says what is left out
    for standing in Standing:
        own = [entry for entry in found if entry.standing is standing]
        shown = _section(own, standing, preview, by_urn, room)
        text, number = shown
        parts.append(text)
        room -= len(text)
        if number < len(own):
            left[standing] = len(own) - number
    if left:
        words = ", ".join(f"{number:,} {standing}" for standing, number in left.items())
        total = f"**And {sum(left.values()):,} more**"
        parts.append(f"{total} that do not fit here: {words}. The other reports have them.\n\n")
    return "".join(parts)


def _section(
    own: Sequence[Entry], standing: Standing, preview: Preview, by_urn: dict[str, Resource], room: int
) -> tuple[str, int]:
    """Render what fits of one standing, and say how much that is; what does not block is folded."""
    if not own:
        return "", 0
    folded = standing not in {Standing.BLOCKS, Standing.UNPROVEN}
    opening, closing = _fold(standing, len(own)) if folded else ("", "")
    room -= len(opening) + len(closing)
    items: list[str] = []
    limit = _PASSES_SHOWN if standing is Standing.PASSED else len(own)
    for entry in own[:limit]:
        text = _entry(entry, preview, by_urn)
        if len(text) > room:
            break
        items.append(text)
        room -= len(text)
    if not items:
        return "", 0
    return f"{opening}{''.join(items)}{closing}", len(items)


def _fold(standing: Standing, number: int) -> tuple[str, str]:
    words = {
        Standing.ADVISORY: f"{wording.count(number, 'finding')} to think about",
        Standing.EXEMPTED: f"{wording.count(number, 'finding')} exempted",
        Standing.BASELINE: f"{wording.count(number, 'finding')} of the baseline",
        Standing.PASSED: f"{number:,} passed",
    }[standing]
    return f"<details><summary>{standing.mark} {words}</summary>\n\n", "\n</details>\n\n"


def _entry(entry: Entry, preview: Preview, by_urn: dict[str, Resource]) -> str:
    if entry.standing is Standing.PASSED:
        return f"- {_text(entry.verdict.policy)}: {_code(wording.subject(entry.verdict))}\n"
    lines = list(_finding(entry) if entry.finding else _unproven(entry, preview, by_urn))
    return "  \n".join(lines) + "\n\n"


def _finding(entry: Entry) -> Iterator[str]:
    finding = entry.finding
    if finding is None:
        return
    grade = f"{finding.severity}, {finding.enforcement}"
    yield f"**{entry.standing.mark} {_code(wording.name(finding))}** {grade}"
    yield f"{_code(wording.place(finding.file, finding.line))} · {_code(wording.subject(entry.verdict))}"
    path = f"{_code(line(finding.path, 300))}: " if finding.path else ""
    yield f"{path}{_text(finding.message)}"
    if finding.fragment:
        yield f"Found: {_code(line(finding.fragment, 300))}"
    if finding.remedy and not finding.exemption:
        yield f"**Fix:** {_text(finding.remedy)}"
    if words := wording.let_through(finding):
        yield _text(words)
    links = [f"[{_text(finding.rule)}]({_url(finding.url)})"] if _url(finding.url) else []
    if words := wording.exempting(entry):
        links.append(f"to let it through: {_code(words)}")
    if entry.standing is Standing.BLOCKS and (words := wording.beyond(entry.verdict)):
        yield f"_{_text(words)}._"
    if links:
        yield f"<sub>{' · '.join(links)}</sub>"


def _unproven(entry: Entry, preview: Preview, by_urn: dict[str, Resource]) -> Iterator[str]:
    verdict = entry.verdict
    yield f"**? unproven: {_text(wording.policy(verdict))}** · {_code(wording.subject(verdict))}"
    if verdict.reason:
        yield _text(verdict.reason)
    for words in wording.unknowns(verdict, by_urn):
        yield _text(words)
    yield f"**To prove it:** {_text(wording.provable(verdict, preview))}"


def _judged(preview: Preview) -> str:
    facts = [
        f"commit {_code(preview.commit)}" if preview.commit else "no commit",
        f"stack {_code(preview.stack)}",
        f"{_text(preview.engine)} engine, {' and '.join(preview.passes)}",
        *(f"pack {_code(f'{pack.name} {pack.version} sha256:{pack.digest}')}" for pack in preview.packs),
        f"blocks on {_text(wording.strictness(preview.strictness))}",
        *(f"assumed: {_text(note)}" for note in preview.assumptions[:20]),
        *(f"notice: {_text(note)}" for note in preview.notices[:20]),
    ]
    listed = "".join(f"- {fact}\n" for fact in facts)
    return f"<details><summary>What was judged</summary>\n\n{listed}\n</details>\n"


def _text(text: str) -> str:
    """Escape a line: no markup, no HTML, no mention, no reference to an issue, no link of its own."""
    harmless = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    harmless = _SPECIAL.sub(lambda match: f"\\{match[0]}", harmless)
    harmless = re.sub(r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=GH-)(?=\d)|(?<=:)(?=//)|(?<=www)(?=\.)", "&#8203;", harmless)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", harmless)


def _code(text: str) -> str:
    """Put a line into a code span, inside which nothing else is markup, a mention or a link."""
    inner = line(text, 400).replace("\n", " ")
    longest = max((len(run) for run in re.findall("`+", inner)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{fence}{padding}{inner or ' '}{padding}{fence}"


def _quoted(text: str) -> str:
    return "".join(f"> {_text(row)}\n" for row in block(text, _PROBLEM).splitlines())


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    harmless = text.replace("<!--", "<! --")  # which would be a mark, were it alone on its line
    return f"{fence}text\n{harmless}\n{fence}\n"


def _url(url: str) -> str:
    return url if re.fullmatch(r"https://[A-Za-z0-9._~/%#?=&+-]+", url) else ""
