# SPDX-License-Identifier: Apache-2.0
"""SARIF 2.1.0, the part of it that code scanning reads: one run for a stack, or for a command over files.

The format is OASIS's (https://docs.oasis-open.org/sarif/sarif/v2.1.0/); what GitHub makes of it and its limits are at
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from stackproof import __version__
from stackproof.report.inert import block, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stackproof.model import Page, Severity

__all__ = ["LIMIT", "Result", "Run", "log"]

LIMIT = 5000
"""How many results of one run GitHub keeps; the gravest are given first, and the run says how many are left out."""

Level = Literal["error", "warning", "note", "none"]
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_REPOSITORY = "https://github.com/stackproof/stackproof"
_SECURITY: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
"""GitHub's bands of ``security-severity``: critical from 9, high from 7, medium from 4, low below."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found. ``place`` is a file and a 1-based line, or ``None``; ``identity`` is the same in every run.

    ``suppressed`` says why it was let through, or is empty.
    """

    rule: str
    level: Level
    message: str
    identity: str
    place: tuple[str, int] | None = None
    logical: str = ""
    fragment: str = ""
    suppressed: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one stack, or one command, comes to; ``id`` is its category, ``failures`` what kept it from its end."""

    id: str
    rules: Sequence[Page]
    results: Sequence[Result]
    failures: Sequence[str] = ()
    properties: dict[str, object] | None = None


def log(runs: Iterable[Run]) -> str:
    """Render a whole log."""
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(run) for run in runs]}
    return json.dumps(document, ensure_ascii=True, indent=1) + "\n"


def _run(run: Run) -> dict[str, object]:
    told = {result.rule for result in run.results}
    known = {page.id: page for page in run.rules}
    names = sorted({*known, *told})
    kept = _told_apart(run.results[:LIMIT])
    notes = [*run.failures]
    invocation: dict[str, Any] = {"executionSuccessful": not run.failures}
    if len(run.results) > len(kept):
        notes.append(f"{len(run.results) - LIMIT:,} more results are left out here; the other reports have them")
    if notes:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": block(note)}} for note in notes
        ]
    return {
        "tool": {
            "driver": {
                "name": "stackproof",
                "semanticVersion": __version__,
                "informationUri": _REPOSITORY,
                "rules": [_rule(name, known.get(name)) for name in names],
            }
        },
        "automationDetails": {"id": f"{quote(run.id)}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(result, names) for result in kept],
        **({"properties": run.properties} if run.properties else {}),
    }


def _told_apart(results: Sequence[Result]) -> list[Result]:
    """Give every result an identity of its own: of equal ones, code scanning would keep one alone."""
    seen: Counter[str] = Counter()
    made = []
    for result in results:
        seen[result.identity] += 1
        number = seen[result.identity]
        made.append(replace(result, identity=f"{result.identity}:{number}") if number > 1 else result)
    return made


def _rule(name: str, page: Page | None) -> dict[str, object]:
    if page is None:
        return {"id": name, "name": name, "shortDescription": {"text": name}}
    what, why = (page.sections.get(heading, "") for heading in ("What it does", "Why is this bad?"))
    return {
        "id": page.id,
        "name": page.id,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": " ".join(f"{what} {why}".split())[:1000] or page.title},
        "help": {"text": f"{page.title}. {what}\n\n{why}\n\n{page.url}", "markdown": page.markdown},
        "helpUri": page.url or _REPOSITORY,
        "defaultConfiguration": {"level": "error" if page.enforcement == "mandatory" else "warning"},
        "properties": {
            "precision": "very-high" if page.enforcement == "mandatory" else "high",
            "security-severity": _SECURITY[page.severity],
            "tags": ["security"],
        },
    }


def _result(result: Result, names: list[str]) -> dict[str, object]:
    made: dict[str, object] = {
        "ruleId": result.rule,
        "ruleIndex": names.index(result.rule),
        "level": result.level,
        "message": {"text": block(result.message)},
        "partialFingerprints": {"stackproof/v1": result.identity},
    }
    location: dict[str, object] = {}
    if result.place:
        region: dict[str, object] = {"startLine": max(result.place[1], 1)}
        if result.fragment:
            region["snippet"] = {"text": block(result.fragment)}
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(result.place[0].replace("\\", "/")), "uriBaseId": "%SRCROOT%"},
            "region": region,
        }
    if result.logical:
        location["logicalLocations"] = [{"fullyQualifiedName": line(result.logical), "kind": "resource"}]
    if location:
        made["locations"] = [location]
    if result.suppressed:
        made["suppressions"] = [{"kind": "external", "justification": block(result.suppressed)}]
    return made
