# SPDX-License-Identifier: Apache-2.0
"""The reports on an `Audit`: what lint, gatecheck and settings print, as text, JSON, SARIF and GitHub's annotations."""

from __future__ import annotations

import hashlib
import io
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from rich.console import Console
from rich.text import Text

from stackproof.audit import exit_code, failing
from stackproof.report import github, sarif
from stackproof.report.inert import harmless, line
from stackproof.report.json_report import as_line, finding_fields
from stackproof.report.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.audit import Audit
    from stackproof.model import Finding, Severity

__all__ = ["AuditFormat", "render", "write"]

_GRADES: dict[Severity, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}
_LEVELS: dict[Severity, sarif.Level] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}


class AuditFormat(StrEnum):
    """The forms that `--format` of these commands knows."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def render(audit: Audit, form: AuditFormat, fail_on: Severity) -> str:
    """Render an audit in one form; it ends in a line break."""
    match form:
        case AuditFormat.TEXT:
            file = io.StringIO()
            write(Console(file=file, width=120, highlight=False, no_color=True), audit, fail_on)
            return file.getvalue()
        case AuditFormat.JSON:
            return _json(audit, fail_on) + "\n"
        case AuditFormat.SARIF:
            return sarif.log([_sarif(harmless(audit))])
        case AuditFormat.GITHUB:
            return github.commands(_annotations(harmless(audit), fail_on))
        case _:
            assert_never(form)


def write(console: Console, audit: Audit, fail_on: Severity) -> None:
    """Write the text report: what fails first, then the rest, then what was let through, and one last line."""
    audit = harmless(audit)
    ordered = sorted(audit.findings, key=lambda one: list(_GRADES).index(one.severity))
    for problem in audit.problems:
        console.print(Text(f"✗ {problem}", style="red"), soft_wrap=True)
    for finding in ordered:
        for text in _finding(finding, fails=failing(finding, fail_on)):
            console.print(text, soft_wrap=True)
        console.print()
    for one in audit.suppressed:
        allowed = f"~ {_name(one.finding)}  {_place(one.finding)}  allowed: {one.reason}"
        console.print(Text(allowed, style="dim"), soft_wrap=True)
    console.print(_ending(audit, fail_on), soft_wrap=True)


def _finding(finding: Finding, *, fails: bool) -> Iterator[Text]:
    mark = "✗" if fails else "!"
    grade = f"  {finding.severity}, {finding.enforcement}"
    yield Text.assemble((f"{mark} {_name(finding)}", _GRADES[finding.severity]), (grade, "dim"))
    yield Text.assemble("    ", (_place(finding), "cyan"))
    if finding.fragment:
        yield Text(f"      {line(finding.fragment.strip(), 200)}", style="dim")
    yield Text(f"    {finding.message}")
    if finding.remedy:
        yield Text.assemble("    ", ("fix: ", "green"), finding.remedy)
    if finding.url:
        yield Text(f"    see: {finding.url}", style="dim")


def _ending(audit: Audit, fail_on: Severity) -> Text:
    code = exit_code(audit, fail_on)
    read = f"{count(len(audit.examined), 'file')} read · {count(len(audit.rules), 'rule')}"
    failed = sum(failing(finding, fail_on) for finding in audit.findings)
    counts = f"{failed} at or above {fail_on}, {len(audit.findings) - failed} below, {len(audit.suppressed)} allowed"
    facts = f" · {read} · {counts} · {audit.seconds:.1f} s (exit code {code})"
    word, style = {0: ("✓ clean", "bold green"), 1: ("✗ found", "bold red"), 2: ("✗ unreadable", "bold red")}[code]
    return Text.assemble((f"{word}: {audit.command}", style), facts)


def _name(finding: Finding) -> str:
    return f"{finding.rule}[{line(finding.key, 200)}]" if finding.key else finding.rule


def _place(finding: Finding) -> str:
    where = f"{finding.file}:{finding.line}" if finding.line else finding.file
    return where or finding.path or "(no place)"


def _json(audit: Audit, fail_on: Severity) -> str:
    document = {
        "schema": f"stackproof.{audit.command}/1",
        "exitCode": exit_code(audit, fail_on),
        "judged": {"commit": audit.commit, "files": list(audit.examined), "rules": [page.id for page in audit.rules]},
        "problems": list(audit.problems),
        "findings": [finding_fields(finding) for finding in audit.findings],
        "suppressed": [finding_fields(one.finding) | {"reason": one.reason} for one in audit.suppressed],
        "seconds": round(audit.seconds, 3),
    }
    return as_line(document)


def _sarif(audit: Audit) -> sarif.Run:
    found = [(finding, "") for finding in audit.findings] + [(one.finding, one.reason) for one in audit.suppressed]
    found.sort(key=lambda pair: (bool(pair[1]), list(_GRADES).index(pair[0].severity)))
    results = [
        sarif.Result(
            rule=finding.rule,
            level=_LEVELS[finding.severity],
            message=f"{finding.message}\n\n{finding.remedy}".strip(),
            identity=hashlib.sha256(f"{finding.rule}\n{finding.key}\n{finding.file}".encode()).hexdigest()[:32],
            place=(finding.file, finding.line) if finding.file else None,
            logical=finding.path,
            fragment=finding.fragment,
            suppressed=reason,
        )
        for finding, reason in found
    ]
    return sarif.Run(f"stackproof/{audit.command}", audit.rules, results, audit.problems)


def _annotations(audit: Audit, fail_on: Severity) -> Iterator[github.Annotation]:
    for problem in audit.problems:
        yield github.Annotation("error", f"stackproof {audit.command}", problem)
    for finding in sorted(audit.findings, key=lambda one: list(_GRADES).index(one.severity)):
        yield github.Annotation(
            "error" if failing(finding, fail_on) else "warning",
            _name(finding),
            f"{finding.message}\nfix: {finding.remedy}" if finding.remedy else finding.message,
            finding.file,
            finding.line,
        )
