# SPDX-License-Identifier: Apache-2.0
"""Each form of report over one stack with everything in it, byte for byte; and that its readers understand it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif
from tests.report.golden import ENDINGS, golden, written
from tests.report.stack import RICH

from stackproof.model import Outcome
from stackproof.report.formats import Format, render


@pytest.mark.parametrize("form", ENDINGS)
def test_each_form_tells_the_whole_stack(form: Format) -> None:
    assert written(form) == golden(form).read_text(encoding="utf-8")


def test_the_sarif_fits_its_schema_and_says_what_code_scanning_needs() -> None:
    """Rules with help, a stable fingerprint, file and line, and what was let through as suppressed."""
    log = json.loads(written(Format.SARIF))
    Sarif.model_validate(log)
    (run,) = log["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert "Flags `service:*`." in rules["iam-service-wildcard"]["help"]["markdown"]
    first = run["results"][0]
    assert (first["ruleId"], first["level"], rules[first["ruleId"]]["helpUri"]) == (
        "iam-service-wildcard",
        "error",
        "https://example.com/rules/iam-service-wildcard.md",
    )
    assert first["partialFingerprints"] == {"stackproof/v1": "a318bc5959d9"}
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("infra/main.py", 12)
    let_through = [result["ruleId"] for result in run["results"] if "suppressions" in result]
    assert let_through == ["alarm-presence", "naming-suffix"]


def test_the_fingerprint_stays_when_a_line_moves() -> None:
    """An alert that was dismissed must not come back for a blank line."""
    moved = replace(RICH.verdicts[2], findings=(replace(RICH.verdicts[2].findings[0], line=99),))
    found = [
        json.loads(render(Format.SARIF, Outcome((replace(RICH, verdicts=(one,)),))))["runs"][0]["results"][0]
        for one in (RICH.verdicts[2], moved)
    ]
    assert found[0]["partialFingerprints"] == found[1]["partialFingerprints"]


def test_a_junit_reader_counts_what_blocks_what_is_unproven_and_what_was_let_through() -> None:
    """Nothing but a pass is read as a pass."""
    xml = JUnitXml.fromstring(written(Format.JUNIT).encode())
    suites = [suite for suite in xml if isinstance(suite, TestSuite)]
    assert [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites] == [
        ("shop/prod", 8, 2, 2, 2)
    ]
    kinds = {case.name.split(" [")[0]: [type(one) for one in case.result] for case in suites[0] if case.result}
    assert kinds == {
        "aws:iam/policy:Policy reader": [Error],
        "acme:index:Team docs": [Error],
        "aws:sqs/queue:Queue jobs": [Skipped],
        "aws:kms/key:Key vault": [Skipped],
    }
    failed = [one.message for case in suites[0] for one in case.result if isinstance(one, Failure)]
    assert failed == ["grants every action of CodeCommit", "the name jobs does not end in prod"]


def test_where_unproven_warns_it_is_skipped_and_no_error() -> None:
    """No reader takes it for a pass, and none fails for it."""
    lenient = replace(RICH, strictness=replace(RICH.strictness, unproven=False))
    (suite,) = JUnitXml.fromstring(render(Format.JUNIT, Outcome((lenient,))).encode())
    assert (suite.failures, suite.errors, suite.skipped) == (2, 0, 4)
