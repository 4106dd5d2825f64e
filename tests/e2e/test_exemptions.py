# SPDX-License-Identifier: Apache-2.0
"""Exemptions of the sample pack, in each engine and in a deployment: what they let through, and that they end."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackproof import cli

ROOT = Path(__file__).parents[2]
NEEDS_CLI = pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on the PATH")
EVERYWHERE = pytest.mark.parametrize(
    "command",
    [
        ("preview",),
        pytest.param(("preview", "--engine", "pulumi"), marks=NEEDS_CLI),
        pytest.param(("up",), marks=NEEDS_CLI),
    ],
    ids=["embedded engine", "Pulumi's preview", "pulumi up"],
)
RULE = "iam-service-wildcard"
TODAY = dt.datetime.now(tz=dt.UTC).date()

Judge = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Judge:
    """Judge copies of program and pack, whose contributor may do everything; give the exit code and the stack."""
    for name in ("program", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    role = tmp_path / "program" / "infra" / "contributor_role.py"
    text = role.read_text("utf-8")
    wanted = '["codecommit:GitPull", "codecommit:GitPush"]'
    assert wanted in text
    role.write_text(text.replace(wanted, '"codecommit:*"'), "utf-8")
    monkeypatch.chdir(tmp_path)

    def type_(*words: str) -> tuple[int, dict[str, Any]]:
        told = [*words, "program", "--policy-pack", "policies", "--format", "json"]
        monkeypatch.setattr("sys.argv", ["stackproof", *told, *(() if "--stack" in words else ("--stack", "dev"))])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        (line,) = capsys.readouterr().out.splitlines()
        return int(str(ended.value.code)), json.loads(line)

    return type_


def let_through(days: int = 30, stack: str = "stackproof-sample/dev", name: str = "repository-contributor") -> None:
    """Add an entry to the pack in the current folder."""
    entry = {
        "rule": RULE,
        "key": "Action::codecommit:*",
        "resource": {"type": "aws:iam/policy:Policy", "name": name},
        "stacks": [stack],
        "reason": "until the list is known",
        "owner": "Jane Doe",
        "expires": (TODAY + dt.timedelta(days=days)).isoformat(),
    }
    with Path("policies/exemptions.yaml").open("a", encoding="utf-8") as file:
        file.write(f"- {json.dumps(entry)}\n")


def found(stack: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((item["rule"], item["enforcement"]) for item in stack["findings"])


@EVERYWHERE
def test_an_exempted_finding_is_told_and_does_not_block(judge: Judge, command: tuple[str, ...]) -> None:
    let_through(days=10)
    code, stack = judge(*command)
    assert (code, found(stack), stack["summary"]["exempted"]) == (0, [(RULE, "advisory")], 1)
    given = {"reason": "until the list is known", "owner": "Jane Doe", "daysLeft": 10}
    assert given.items() <= stack["findings"][0]["exemption"].items()
    (notice,) = [text for text in stack["notices"] if text.startswith("the exemption of")]
    assert "(10 days left); Jane Doe has to mend the finding" in notice


@EVERYWHERE
def test_an_exemption_that_ended_blocks_with_what_it_let_through(judge: Judge, command: tuple[str, ...]) -> None:
    """In a deployment at the registration of the stack, before any resource is created."""
    let_through(days=-1)
    code, stack = judge(*command)
    assert code == 1
    assert ("exemption-expired", "mandatory") in found(stack)
    assert "exempted" not in {verdict["verdict"] for verdict in stack["verdicts"]}


@EVERYWHERE
def test_an_entry_for_what_is_not_there_blocks(judge: Judge, command: tuple[str, ...]) -> None:
    let_through()
    let_through(name="long-gone")
    code, stack = judge(*command)
    assert (code, found(stack)) == (1, [("exemption-stale", "mandatory"), (RULE, "advisory")])


def test_a_preview_alone_cannot_tell_whether_an_unknown_document_needs_its_entry(judge: Judge) -> None:
    """It neither blocks as stale nor passes."""
    let_through(stack="stackproof-sample/prod")
    code, stack = judge("preview", "--pass", "faithful", "--stack", "prod")
    in_use = [verdict["verdict"] for verdict in stack["verdicts"] if verdict["policy"] == "exemptions-in-use"]
    assert (code, found(stack), in_use) == (3, [], ["unproven"])


def test_what_exempt_wrote_from_a_report_holds_in_the_next_run(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, stack = judge("preview")
    assert code == 1
    Path("report.json").write_text(json.dumps(stack) + "\n", "utf-8")
    last = (TODAY + dt.timedelta(days=30)).isoformat()
    why = ["--reason", "until the list is known", "--owner", "Jane Doe", "--expires", last]
    identity = stack["findings"][0]["id"]
    monkeypatch.setattr("sys.argv", ["stackproof", "exempt", identity, "--report", "report.json", *why])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, "is let through until" in capsys.readouterr().out) == (0, True)
    code, stack = judge("preview")
    assert (code, stack["summary"]["exempted"]) == (0, 1)


def test_a_baseline_of_the_sample_lets_its_finding_through_and_no_other(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["baseline", "program", "--policy-pack", "policies", "--stack", "dev", "--output", "old.json"]
    monkeypatch.setattr("sys.argv", ["stackproof", *told])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().out) == (0, "old.json: stackproof-sample/dev: 1 old findings\n")
    code, stack = judge("preview", "--baseline", "old.json")
    assert (code, [item["baseline"] for item in stack["findings"]]) == (0, [True])
    role = Path("program/infra/contributor_role.py")
    role.write_text(role.read_text("utf-8").replace('"codecommit:*"', '["codecommit:*", "s3:*"]'), "utf-8")
    code, stack = judge("preview", "--baseline", "old.json")
    assert code == 1
