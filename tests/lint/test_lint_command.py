# SPDX-License-Identifier: Apache-2.0
"""`stackproof lint`: what it prints, where, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from stackproof.cli import app

ROOT = Path(__file__).resolve().parents[2]
BAD = 'import pulumi\nimport pulumi_aws as aws\n\nbucket = aws.s3.Bucket("b")\npulumi.export("n", f"{bucket.id}")\n'
LOW = 'import pulumi\nimport pulumi_aws as aws\n\nif pulumi.get_stack() == "prod":\n    aws.s3.Bucket("b")\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of a project that does one thing wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(BAD)
    return tmp_path


class Done(NamedTuple):
    """How a command ended."""

    exit_code: int
    stdout: str
    exception: BaseException | None


def lint(*arguments: str) -> Done:
    result = CliRunner().invoke(app, ["lint", *arguments])
    return Done(result.exit_code, result.stdout, result.exception)


def test_the_text_names_rule_place_and_remedy() -> None:
    done = lint()
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "✗ output-in-text[bucket.id]  high, mandatory",
        "    __main__.py:5",
        "      bucket.id",
        "    an Output becomes the text of a warning here, not its value",
        "    fix: build the text with pulumi.Output.concat, Output.format or apply",
    ]
    assert done.exit_code == 1


def test_a_clean_program_ends_with_0(folder: Path) -> None:
    (folder / "__main__.py").write_text("import pulumi\n")
    assert (lint().exit_code, lint(".").exit_code) == (0, 0)


@pytest.mark.parametrize(("fail_on", "code"), [("critical", 0), ("medium", 0), ("low", 0), ("info", 1)])
def test_what_is_below_the_threshold_does_not_fail(fail_on: str, code: int, folder: Path) -> None:
    (folder / "__main__.py").write_text(LOW)
    assert lint("--fail-on", fail_on).exit_code == code


def test_json_holds_the_findings() -> None:
    document = json.loads(lint("--format", "json").stdout)
    [finding] = document["findings"]
    assert (document["schema"], document["exitCode"]) == ("stackproof.lint/1", 1)
    assert (finding["rule"], finding["file"], finding["line"]) == ("output-in-text", "__main__.py", 5)


def test_sarif_and_annotations_are_had() -> None:
    [run] = json.loads(lint("--format", "sarif").stdout)["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["output-in-text"]
    assert "file=__main__.py,line=5" in lint("--format", "github").stdout


def test_a_report_goes_to_a_file(folder: Path) -> None:
    done = lint("--format", "json", "--output", "report.json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert json.loads((folder / "report.json").read_text())["exitCode"] == 1


def test_a_path_that_does_not_exist_is_a_usage_error() -> None:
    done = lint("nowhere")
    assert getattr(done.exception, "exit_code", None) == 2
    assert str(done.exception).startswith("nowhere cannot be read: ")


def test_the_sample_and_its_tests_are_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = lint("program", "tests/program", "--fail-on", "info")
    assert (done.exit_code, done.stdout.split(" · ")[0]) == (0, "✓ clean: lint")


def test_the_hook_for_pre_commit_runs_the_command_on_python_files() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    found = {hook["id"]: (hook["entry"], hook.get("types")) for hook in hooks}
    assert found["stackproof-lint"] == ("stackproof lint", ["python"])
