# SPDX-License-Identifier: Apache-2.0
"""Runs that failed, crashed or were stopped: every form of report says so, and none of their readers sees a pass."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from junitparser import JUnitXml
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif
from tests.report.stack import REPO, RICH, verdict

from stackproof.model import Outcome, Verdict
from stackproof.report.formats import Format, render

CRASHED = replace(
    RICH,
    verdicts=(verdict("naming-suffix", REPO, Verdict.UNPROVEN, reason="the program failed"),),
    problems=("the program failed: ValueError: no such size",),
    program_output="Traceback\nValueError: no such size",
)
CLEAN = replace(RICH, verdicts=())
OUTCOMES = {
    "crashed": Outcome((CRASHED,)),
    "stopped before anything": Outcome((), "interrupted; nothing was judged", 130),
    "stopped after a clean stack": Outcome((CLEAN,), "policy pack rules did not start", 4),
}


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
@pytest.mark.parametrize("form", Format)
def test_the_report_says_that_it_is_none(form: Format, outcome: Outcome) -> None:
    """In words that a person reads."""
    said = outcome.stopped or "no such size"
    assert said in render(form, outcome).replace("\\", "")


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_no_reader_takes_it_for_a_pass(outcome: Outcome) -> None:
    """Each by the field that its consumers look at."""
    lines = [json.loads(line) for line in render(Format.JSON, outcome).splitlines()]
    assert lines[-1]["exitCode"] in {4, 130}
    log = json.loads(render(Format.SARIF, outcome))
    Sarif.model_validate(log)
    assert not all(run["invocations"][0]["executionSuccessful"] for run in log["runs"])
    junit = JUnitXml.fromstring(render(Format.JUNIT, outcome).encode())
    assert junit.errors > 0
    assert render(Format.GITHUB, outcome).startswith("::error")
    assert render(Format.MARKDOWN, outcome).splitlines()[1].startswith("## ✗")
    assert "✓" not in render(Format.TEXT, Outcome((), outcome.stopped or "x", 4))
