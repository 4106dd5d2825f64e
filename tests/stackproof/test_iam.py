# SPDX-License-Identifier: Apache-2.0
"""`stackproof iam`: lines are answered one by one, files for people, and exit codes say what was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.stackproof import wheel
from typer.testing import CliRunner

from stackproof.cli import app
from stackproof.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

WIDE = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}]}
)
BUNDLE = json.dumps({"id": "one", "documents": [{"kind": "identity", "policy": WIDE}]})


def run(*arguments: str, given: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["iam", *arguments], input=given)
    if isinstance(done.exception, UsageError):
        raise done.exception
    return done.exit_code, done.stdout


def test_every_line_is_answered_in_order_and_blank_ones_are_skipped() -> None:
    code, out = run("--format", "jsonl", given=f"{BUNDLE}\n\nnonsense\n")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(item["id"], len(item["findings"]) > 0, item["error"]) for item in told] == [
        ("one", True, None),
        ("line-3", False, "the line is not JSON"),
    ]


@pytest.mark.parametrize(("least", "code"), [("critical", 0), ("high", 1), ("medium", 1), ("info", 1)])
def test_fail_on_ends_with_1_from_its_severity_on(tmp_path: Path, least: str, code: int) -> None:
    (tmp_path / "b.jsonl").write_text(f"{BUNDLE}\n", "utf-8")
    (tmp_path / "p.json").write_text(WIDE, "utf-8")
    assert run("--format", "jsonl", "--fail-on", least, str(tmp_path / "b.jsonl"))[0] == code
    assert run("--fail-on", least, str(tmp_path / "p.json"))[0] == code


def test_a_report_names_file_kind_and_every_finding_with_its_way_out(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(WIDE, "utf-8")
    code, out = run(str(file))
    lines = out.splitlines()
    assert code == 0
    assert lines[0].endswith("p.json · identity policy · 1 finding")
    assert lines[1:] == [
        "  iam-service-wildcard[Action::s3:*]  high, definite (A2)",
        "    Statement[0].Action[0]: the action s3:* allows all that a service can do, now and later",
        "    fix: list the actions that are used",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "jsonl", "no-such-file"], "no-such-file cannot be read: No such file or directory"),
        (["no-such-file"], "no-such-file cannot be read: No such file or directory"),
        (["--account", "12"], "12 is no account; give twelve digits"),
    ],
)
def test_what_cannot_be_used_is_a_usage_error(arguments: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        run(*arguments, given="")


def test_a_file_that_is_no_text_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match="it is not UTF-8"):
        run(str(tmp_path / "x"))


def test_answers_can_go_to_a_file(tmp_path: Path) -> None:
    assert run("--format", "jsonl", "--output", str(tmp_path / "out"), given=f"{BUNDLE}\n") == (0, "")
    assert json.loads((tmp_path / "out").read_text("utf-8"))["id"] == "one"


def test_what_a_wheel_carries_of_the_pack_suffices(tmp_path: Path) -> None:
    """The files are laid out as the wheel has them, and judged with outside of the repository."""
    wheel.lay_out(tmp_path)
    bundle = {"id": "x", "documents": [], "managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    given = f"{BUNDLE}\n{json.dumps(bundle)}\n"
    done = wheel.run(tmp_path, "-m", "stackproof", "iam", "--format", "jsonl", given=given)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [[item["class"] for item in answer["findings"]] for answer in answers] == [["A2"], ["H1"]], done.stderr
