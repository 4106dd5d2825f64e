# SPDX-License-Identifier: Apache-2.0
"""The sample program against the sample pack, as a user types it: clean as it is, red after each classic mistake."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stackproof import cli
from stackproof.report import json_report

ROOT = Path(__file__).parents[2]
REPOSITORY = "aws:codecommit/repository:Repository"


@dataclass(frozen=True)
class Judged:
    """What a preview ended with: its exit code, the JSON objects it wrote, and its messages."""

    code: int
    stacks: list[dict[str, Any]]
    errors: str


Preview = Callable[..., Judged]


def words(program: Path, *options: str) -> list[str]:
    """Give the command as the nox session types it, with JSON out."""
    return ["preview", str(program), "--policy-pack", str(ROOT / "policies"), "--format", "json", *options]


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Preview:
    """Type the command in this process, which spares each test the start of another; the engine's own are real."""

    def type_(program: Path, *options: str) -> Judged:
        monkeypatch.chdir(program.parent)
        monkeypatch.setattr("sys.argv", ["stackproof", *words(program, *options)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Judged(int(str(ended.value.code)), [json.loads(line) for line in out.splitlines()], err)

    return type_


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Give a copy of the sample program that a test may spoil."""
    copy = tmp_path / "program"
    shutil.copytree(ROOT / "program", copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def spoil(program: Path) -> Callable[[str, str, str], Path]:
    """Replace the first place of a text in a file of the program; the text must be there."""

    def replace(name: str, old: str, new: str) -> Path:
        path = program / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return program

    return replace


@pytest.fixture(scope="module")
def sample() -> Judged:
    """Judge the sample as it stands, in its least and its most demanding stack, by a process as users start it."""
    command = [sys.executable, "-m", "stackproof", *words(ROOT / "program", "--stack", "dev", "--stack", "prod")]
    env = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    return Judged(done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr)


def test_the_sample_is_proven(sample: Judged) -> None:
    """Nothing violated, nothing unproven; the reports fit the published schema."""
    assert (sample.code, sample.errors) == (0, "")
    assert [stack["judged"]["stack"] for stack in sample.stacks] == ["dev", "prod"]
    for stack in sample.stacks:
        jsonschema.validate(stack, json_report.schema(), jsonschema.Draft202012Validator)
        assert (stack["exitCode"], stack["findings"], stack["problems"]) == (0, [], [])
        assert {verdict["verdict"] for verdict in stack["verdicts"]} == {"pass"}


def test_what_pulumis_preview_cannot_read_of_the_sample_is_named(sample: Judged) -> None:
    """The contributor's policy is one unknown string until its repositories exist."""
    stack = sample.stacks[0]
    (verdict,) = [
        verdict
        for verdict in stack["verdicts"]
        if (verdict["type"], verdict["name"]) == ("aws:iam/policy:Policy", "repository-contributor")
        and verdict["policy"] == "least-privilege"
    ]
    assert (verdict["verdict"], verdict["judged_in"]) == ("pass", "resolved")
    (unproven,) = verdict["unproven"]
    assert unproven["path"] == "policy"
    assert {urn.split("::")[-1] for urn in unproven["from"]} == {"payments-api", "payments-web"}


@dataclass(frozen=True)
class Mistake:
    """An edit, and the finding that it must cause: the rule, the resource's type, and the file it is registered in."""

    file: str
    old: str
    new: str
    rule: str
    type: str
    place: str
    only_resolved: bool = False


MISTAKES = {
    "the contributor may do everything": Mistake(
        "infra/contributor_role.py",
        '["codecommit:GitPull", "codecommit:GitPush"]',
        '"codecommit:*"',
        "iam-service-wildcard",
        "aws:iam/policy:Policy",
        "infra/contributor_role.py",
        only_resolved=True,
    ),
    "the contributor may do it everywhere": Mistake(
        "infra/contributor_role.py",
        '"Resource": list(args.repository_arns),',
        '"Resource": "*",',
        "iam-resource-star",
        "aws:iam/policy:Policy",
        "infra/contributor_role.py",
        only_resolved=True,
    ),
    "a repository loses its alarm": Mistake(
        "__main__.py",
        "for k, arn in arns.items())",
        "for k, arn in list(arns.items())[1:])",
        "alarm-presence",
        REPOSITORY,
        "infra/repository.py",
    ),
    "the alarms of the repositories lose their action": Mistake(
        "infra/repository_alarm.py",
        "alarm_actions=[topic_arn],",
        "",
        "alarm-presence",
        REPOSITORY,
        "infra/repository.py",
    ),
    "one alarm loses its action": Mistake(
        "infra/alarm_topic.py",
        "alarm_actions=[topic.arn],",
        "",
        "alarm-unheard",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "infra/alarm_topic.py",
    ),
    "a name loses its suffix": Mistake(
        "infra/repository.py",
        "physical_name(args.repository.name, args.environment_suffix)",
        "args.repository.name",
        "naming-suffix",
        REPOSITORY,
        "infra/repository.py",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_classic_mistake_is_found_where_it_was_made(
    mistake: Mistake,
    spoil: Callable[[str, str, str], Path],
    preview: Preview,
) -> None:
    """Exit code 1; the rule, the resource, the file and line, what to do, and what Pulumi could not have read of it."""
    # Where both passes see the mistake, one of them is enough here, and takes half the time.
    passes = "both" if mistake.only_resolved else "faithful"
    judged = preview(spoil(mistake.file, mistake.old, mistake.new), "--stack", "dev", "--pass", passes)
    assert (judged.code, judged.errors) == (1, "")
    findings = [
        finding
        for finding in judged.stacks[0]["findings"]
        if finding["rule"] == mistake.rule and finding["urn"].split("::")[2].split("$")[-1] == mistake.type
    ]
    assert findings
    for finding in findings:
        assert (finding["file"], finding["enforcement"]) == (f"program/{mistake.place}", "mandatory")
        assert finding["line"] > 0
        assert finding["remedy"]
        assert finding["url"]
    (verdict, *_) = [v for v in judged.stacks[0]["verdicts"] if v["verdict"] == "fail"]
    assert (verdict["judged_in"] == "resolved") == mistake.only_resolved
    assert [item["path"] for item in verdict["unproven"]] == ["policy"] * mistake.only_resolved


def test_a_mistake_that_pulumi_would_let_pass_is_unproven_in_its_own_terms(
    spoil: Callable[[str, str, str], Path],
    preview: Preview,
) -> None:
    """The faithful pass alone finds nothing and proves nothing: that blocks in prod, and is told in dev."""
    mistake = MISTAKES["the contributor may do everything"]
    spoilt = spoil(mistake.file, mistake.old, mistake.new)
    alone = preview(spoilt, "--stack", "prod", "--stack", "dev", "--pass", "faithful")
    prod, dev = alone.stacks
    assert alone.code == 3
    assert (prod["exitCode"], prod["findings"], dev["exitCode"], dev["findings"]) == (3, [], 0, [])
    assert min(stack["summary"]["unproven"] for stack in (prod, dev)) > 0


def test_a_malformed_value_of_the_programs_own_configuration_is_a_configuration_error(
    program: Path,
    preview: Preview,
) -> None:
    """Exit code 2, the key, what was found, what is accepted, and no traceback."""
    judged = preview(program, "--stack", "dev", "--config", "environmentSuffix=DEV!")
    assert judged.code == 2
    (problem,) = judged.stacks[0]["problems"]
    assert "stackproof-sample:environmentSuffix" in problem
    assert '"DEV!"' in problem
    assert "accepted: " in problem
    assert "Traceback" not in problem


def test_a_missing_stack_file_is_a_usage_error(program: Path, preview: Preview) -> None:
    """Exit code 2, and the stacks that are there."""
    judged = preview(program, "--stack", "qa")
    (stopped,) = judged.stacks
    assert (judged.code, stopped["exitCode"], stopped["verdicts"]) == (2, 2, [])
    assert "Pulumi.qa.yaml (stacks here: dev, staging, prod)" in stopped["problems"][0]
    assert "Pulumi.qa.yaml (stacks here: dev, staging, prod)" in judged.errors
