# SPDX-License-Identifier: Apache-2.0
"""The finding that an exemption is to be about: found in a JSON report by its id, or named in full."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackproof.errors import UsageError
from stackproof.redaction import HIDDEN
from stackproof.report.json_report import SCHEMA_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Subject", "in_report", "named"]

_URN = re.compile(r"urn:pulumi:(?P<stack>[^:]+)::(?P<project>[^:]+)::(?P<types>\S+?)::(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Subject:
    """One finding. ``resource`` is a URN, or a pair of type and name; ``stack`` is ``project/stack`` where known.

    ``pack``, ``policy`` and ``urn`` say who reported it about what, where a report tells.
    """

    rule: str
    key: str
    resource: str | tuple[str, str]
    stack: str = ""
    pack: str = ""
    policy: str = ""
    urn: str = ""


def named(rule: str, key: str, resource: str) -> Subject:
    """Take a finding as a person names it: the resource as its URN, or as ``TYPE NAME``.

    Raises:
        UsageError: the resource is neither.

    """
    match = _URN.fullmatch(resource)
    if match:
        return Subject(rule, key, resource, f"{match['project']}/{match['stack']}")
    type_, space, name = resource.partition(" ")
    if not space or not type_ or not name.strip():
        raise UsageError(f"--resource {resource!r} is no URN and no 'TYPE NAME'; take it from the report")
    return Subject(rule, key, (type_, name.strip()))


def in_report(path: Path, wanted: str, stacks: list[str]) -> Subject:
    """Find a finding by its id in what `stackproof preview --format json` wrote, in the first of some stacks.

    Without ``stacks`` it has to be in one stack alone: an exemption holds in no stack that nobody named.

    Raises:
        UsageError: the file is no such report, has no such finding, or nobody may let it through.

    """
    found = [(stack, verdict, item) for stack in _stacks(path) for verdict, item in _findings(stack)]
    there = [place for place in found if place[2]["id"] == wanted]
    if not there:
        known = ", ".join(dict.fromkeys(item["id"] for _, _, item in found)) or "none"
        raise UsageError(f"{path} has no finding {wanted!r}; it has {known}: take one of these, or judge anew")
    names = list(dict.fromkeys(stack["judged"]["stack"] for stack, _, _ in there))
    asked = {name.rpartition("/")[2] for name in stacks} or {*names}
    chosen = [place for place in there if place[0]["judged"]["stack"] in asked]
    if not chosen or (len(names) > 1 and not stacks):
        raise UsageError(f"{path} has the finding in {', '.join(names)}; name those in which it may stay with --stack")
    return _subject(path, *chosen[0])


def _findings(stack: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for verdict in stack["verdicts"]:
        for finding in verdict["findings"]:
            yield verdict, finding


def _subject(path: Path, stack: dict[str, Any], verdict: dict[str, Any], finding: dict[str, Any]) -> Subject:
    what = f"{finding['rule']}[{finding['key']}] on {verdict['name']}"
    if "exemption" in finding:
        raise UsageError(f"{path}: {what} is exempted already, until {finding['exemption']['expires']}")
    if not finding.get("exemptable"):
        raise UsageError(f"{path}: {what} is of a kind that nobody may let through; mend what it found")
    if HIDDEN in finding["key"] + verdict["urn"]:
        raise UsageError(f"{path}: {what} has a secret in its name, which no file may hold; mend what it found")
    judged = stack["judged"]
    alike = [item for item in stack["resources"] if (item["type"], item["name"]) == (verdict["type"], verdict["name"])]
    return Subject(
        rule=finding["rule"],
        key=finding["key"],
        resource=(verdict["type"], verdict["name"]) if len(alike) == 1 else verdict["urn"],
        stack=f"{judged['project']}/{judged['stack']}",
        pack=verdict["pack"],
        policy=verdict["policy"],
        urn=verdict["urn"],
    )


def _stacks(path: Path) -> Iterator[dict[str, Any]]:
    """Read a report: one object a line, each of one stack."""
    advice = "name a file that `stackproof preview --format json` wrote"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}; {advice}") from error
    for number, line in enumerate(text.splitlines(), 1):
        try:
            stack = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}:{number}: not valid JSON: {error}; {advice}") from error
        if not isinstance(stack, dict) or stack.get("schema") != SCHEMA_NAME:
            raise UsageError(f"{path}:{number}: is no report of the form {SCHEMA_NAME}; {advice}")
        yield stack
