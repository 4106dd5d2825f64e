# SPDX-License-Identifier: Apache-2.0
"""The JSON report: its schema, its versions, and that it prints no values."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
from tests.report.stack import READER, RICH
from tests.report.test_text import changed

from stackproof.model import Outcome
from stackproof.report import json_report
from stackproof.report.formats import Format, render


def valid(line: str) -> dict[str, object]:
    """Read a line that fits the schema."""
    document: dict[str, object] = json.loads(line)
    jsonschema.validate(document, json_report.schema(), jsonschema.Draft202012Validator)
    return document


def test_the_report_fits_its_schema_and_prints_no_values() -> None:
    """Inputs may hold secrets."""
    jsonschema.Draft202012Validator.check_schema(json_report.schema())
    line = json_report.render(RICH)
    document = json.loads(line)
    valid(line)
    assert "never printed" not in line
    assert "\n" not in line
    assert (document["exitCode"], document["summary"]["fail"], document["summary"]["not-applicable"]) == (1, 4, 1)
    assert document["findings"][0] == {
        "rule": "iam-service-wildcard",
        "key": "Action::codecommit:*",
        "severity": "high",
        "enforcement": "mandatory",
        "file": "infra/main.py",
        "line": 12,
        "path": "policy.Statement[0].Action[0]",
        "urn": READER,
        "message": "grants every action of CodeCommit",
        "remedy": "name the actions",
        "url": "https://example.com/rules/iam-service-wildcard.md",
        "fragment": '"codecommit:*"',
        "exemptable": True,
        "id": "a318bc5959d9",
    }


def test_changes_are_in_the_report_too() -> None:
    document = json.loads(json_report.render(changed()))
    valid(json_report.render(changed()))
    found = {one["name"]: one.get("change") for one in document["resources"]}
    assert (found["0"], found["3"], found["6"]) == (
        {"kind": "create", "properties": []},
        {"kind": "replace", "properties": ["size"], "note": "replaced on changes of size"},
        None,
    )
    assert [(one["name"], one.get("note")) for one in document["deletions"]] == [
        ("gone", None),
        ("kept", "protected, so the update would refuse"),
    ]


def test_a_command_that_was_stopped_ends_in_an_object_that_proves_nothing() -> None:
    """A reader of lines sees it after the stacks that were judged."""
    clean = replace(RICH, verdicts=())
    first, last = map(valid, render(Format.JSON, Outcome((clean,), "interrupted", 130)).splitlines())
    assert (first["exitCode"], last["exitCode"], last["problems"]) == (0, 130, ["interrupted"])
