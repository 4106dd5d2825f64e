# SPDX-License-Identifier: Apache-2.0
"""The gate opens on success alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gate


def needs(**results: str) -> dict[str, str]:
    return {"NEEDS": json.dumps({job: {"result": result, "outputs": {}} for job, result in results.items()})}


def test_the_gate_opens_when_every_job_succeeded(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main(needs(test="success", policy="success")) == 0
    assert capsys.readouterr().out == "gate: open; policy, test ended in success\n"


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", "neutral", "", "Success"])
def test_any_other_result_closes_the_gate_and_is_named(result: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main(needs(test="success", policy=result)) == 1
    assert capsys.readouterr().err == f"gate: closed; every job must end in success\n  policy: {result}\n"


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "NEEDS is not JSON"),
        ({"NEEDS": "{"}, "NEEDS is not JSON"),
        ({"NEEDS": "{}"}, "NEEDS names no job"),
        ({"NEEDS": "[]"}, "NEEDS names no job"),
        ({"NEEDS": '["success"]'}, "NEEDS names no job"),
        ({"NEEDS": '{"test": "success"}'}, "no result for the job test"),
        ({"NEEDS": '{"test": {"outputs": {}}}'}, "no result for the job test"),
        ({"NEEDS": '{"test": {"result": true}}'}, "no result for the job test"),
    ],
)
def test_what_cannot_be_understood_never_opens_the_gate(
    environment: dict[str, str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert gate.main(environment) == 2
    assert reason in capsys.readouterr().err


def test_the_gate_runs_on_a_python_with_no_package_installed() -> None:
    source = Path(gate.__file__).read_text(encoding="utf-8")
    assert {line.split()[1] for line in source.splitlines() if line.startswith("import ")} == {"json", "os", "sys"}
