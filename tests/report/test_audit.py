# SPDX-License-Identifier: Apache-2.0
"""The reports on files: what lint, gatecheck and settings print."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif
from tests.report.stack import RICH

from stackproof.audit import Audit, Suppressed, exit_code
from stackproof.model import Finding, Severity
from stackproof.report.audit_report import AuditFormat, render

FINDING = Finding(
    rule="gate-exit-code-swallowed",
    key="policy",
    severity="high",
    enforcement="mandatory",
    message="the step always succeeds",
    remedy="take || true away",
    url="https://example.com/docs/gate-exit-code-swallowed.md",
    path="jobs.policy.steps[1].run",
    file=".github/workflows/pr.yml",
    line=12,
    fragment="  run: nox -s policy || true",
)
MINOR = replace(
    FINDING, rule="check-name-ambiguous", key="", severity="low", enforcement="advisory", line=3, fragment=""
)
AUDIT = Audit(
    command="gatecheck",
    examined=(".github/workflows/pr.yml",),
    rules=RICH.pages,
    findings=(MINOR, FINDING),
    suppressed=(Suppressed(replace(FINDING, line=40), "the report must not hide the test's result"),),
    commit="0" * 40,
    seconds=0.24,
)
TEXT = """\
✗ gate-exit-code-swallowed[policy]  high, mandatory
    .github/workflows/pr.yml:12
      run: nox -s policy || true
    the step always succeeds
    fix: take || true away
    see: https://example.com/docs/gate-exit-code-swallowed.md

! check-name-ambiguous  low, advisory
    .github/workflows/pr.yml:3
    the step always succeeds
    fix: take || true away
    see: https://example.com/docs/gate-exit-code-swallowed.md

~ gate-exit-code-swallowed[policy]  .github/workflows/pr.yml:40  allowed: the report must not hide the test's result
✗ found: gatecheck · 1 file read · 1 rule · 1 at or above medium, 1 below, 1 allowed · 0.2 s (exit code 1)
"""


def test_the_text_tells_what_fails_first_and_how_to_mend_it() -> None:
    assert render(AUDIT, AuditFormat.TEXT, "medium") == TEXT


@pytest.mark.parametrize("audit", [AUDIT, replace(AUDIT, command="lint", problems=("x.yml: not YAML",))])
def test_the_json_fits_its_published_schema(audit: Audit) -> None:
    schema = json.loads(resources.files("stackproof.report").joinpath("audit.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render(audit, AuditFormat.JSON, "low")), schema, jsonschema.Draft202012Validator)


def test_the_sarif_fits_its_schema_with_what_was_allowed_as_suppressed() -> None:
    log = json.loads(render(AUDIT, AuditFormat.SARIF, "medium"))
    Sarif.model_validate(log)
    results = log["runs"][0]["results"]
    assert len({one["partialFingerprints"]["stackproof/v1"] for one in results}) == len(results)
    assert [(one["level"], "suppressions" in one) for one in results] == [
        ("error", False),
        ("note", False),
        ("error", True),
    ]


def test_annotations_stand_on_the_lines() -> None:
    words = "::the step always succeeds%0Afix: take || true away"
    place = "file=.github/workflows/pr.yml"
    assert render(AUDIT, AuditFormat.GITHUB, "medium").splitlines() == [
        f"::error {place},line=12,title=gate-exit-code-swallowed[policy]{words}",
        f"::warning {place},line=3,title=check-name-ambiguous{words}",
    ]


@pytest.mark.parametrize(
    ("fail_on", "problems", "code"),
    [("critical", (), 0), ("high", (), 1), ("info", (), 1), ("critical", ("x.yml: not YAML",), 2)],
)
def test_the_exit_code_follows_the_severity_and_nothing_unreadable_is_clean(
    fail_on: Severity, problems: tuple[str, ...], code: int
) -> None:
    audit = replace(AUDIT, problems=problems)
    assert exit_code(audit, fail_on) == code
    assert all(problem in render(audit, form, fail_on) for problem in problems for form in AuditFormat)
