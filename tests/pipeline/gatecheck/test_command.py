# SPDX-License-Identifier: Apache-2.0
"""`stackproof gatecheck`: its exit codes, its forms, its settings, and the comments that let findings through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from stackproof.cli import app
from stackproof.errors import UsageError
from stackproof.settings import GatecheckSettings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

WORKFLOW = """\
on:
  pull_request:{comment}
permissions: {{}}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: stackproof preview program --policy-pack policies
"""
NAME = ".github/workflows/x.yml"
RULE = "merge-group-missing"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository in which one rule finds something, and stand in it."""
    write(tmp_path, "")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, comment: str) -> None:
    path = root / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(WORKFLOW.format(comment=comment), encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["gatecheck", *arguments], catch_exceptions=False)


def told(*arguments: str) -> list[str]:
    return [finding["rule"] for finding in json.loads(run("--format", "json", *arguments).stdout)["findings"]]


@pytest.mark.usefixtures("root")
def test_a_finding_fails_at_its_severity_and_above() -> None:
    codes = {level: run("--fail-on", level).exit_code for level in ("info", "low", "medium")}
    assert codes == {"info": 1, "low": 1, "medium": 0}


def test_a_clean_repository_passes(root: Path) -> None:
    write(root, "\n  merge_group:")
    assert run().exit_code == 0


def test_what_cannot_be_read_fails_whatever_is_asked(root: Path) -> None:
    (root / ".github/workflows/y.yml").write_text("on: [\n", encoding="utf-8")
    done = run("--fail-on", "critical")
    assert done.exit_code == 2
    assert "✗ .github/workflows/y.yml:" in done.stdout


@pytest.mark.usefixtures("root")
def test_the_text_names_file_line_and_remedy() -> None:
    out = run().stdout
    assert f"{RULE}[merge_group]" in out
    assert f"{NAME}:2\n" in out
    assert "fix: add the trigger `merge_group:`" in out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_report_goes_to_a_file_in_each_form(form: str, root: Path) -> None:
    done = run("--format", form, "--output", "report")
    assert (done.exit_code, done.stdout) == (1, "")
    assert RULE in (root / "report").read_text(encoding="utf-8")


@pytest.mark.usefixtures("root")
def test_sarif_points_at_the_place() -> None:
    [result] = json.loads(run("--format", "sarif").stdout)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]) == (RULE, NAME, 2)


def test_single_files_are_judged_alone(root: Path) -> None:
    other = root / ".github/workflows/y.yml"
    other.write_text("on: push\njobs: {}\n", encoding="utf-8")
    assert (told(str(other)), told(NAME)) == ([], [RULE])


@pytest.mark.usefixtures("root")
def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"nowhere is no file; name a repository's root or workflow files"):
        run("nowhere")


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        (f" # stackproof: allow[{RULE}] there is no queue", []),
        (f"\n    # stackproof: allow[{RULE}] too late", [RULE, "allowance-unused"]),
        (f" # stackproof: allow[{RULE}]", [RULE, "allowance-without-reason"]),
        (" # stackproof: allow[no-such-rule] x", [RULE, "allowance-unknown"]),
        (f" # stackproof: allow[{RULE},no-such-rule] two at once", ["allowance-unknown"]),
        (" # stackproof: allow[static-cloud-key] x", [RULE, "allowance-unused"]),
        (" # stackproof allow merge-group-missing", [RULE]),
    ],
)
def test_a_comment_lets_a_finding_through_with_a_reason_alone(comment: str, rules: list[str], root: Path) -> None:
    write(root, comment)
    assert sorted(told()) == sorted(rules)


def test_a_comment_on_the_line_before_counts(root: Path) -> None:
    path = root / NAME
    text = WORKFLOW.format(comment="").replace(
        "  pull_request", f"  # stackproof: allow[{RULE}] no queue\n  pull_request"
    )
    path.write_text(text, encoding="utf-8")
    document = json.loads(run("--format", "json").stdout)
    assert [(item["rule"], item["reason"]) for item in document["suppressed"]] == [(RULE, "no queue")]
    assert document["findings"] == []


def test_the_settings_of_the_repository_count(root: Path) -> None:
    (root / "stackproof.toml").write_text(
        '[gatecheck]\naggregator = "policy"\ndeploy-commands = ["stackproof preview"]\n'
    )
    assert told() == [
        "deploy-on-untrusted-event",
        "deploy-without-environment",
        "stack-without-concurrency",
        "deploy-without-policy",
    ]


def test_settings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "stackproof.toml"
    path.write_text(
        '[gatecheck]\naggregator = "ok"\ngate-commands = ["a b"]\ndeploy-commands = ["c"]\n', encoding="utf-8"
    )
    assert load_settings(path).gatecheck == GatecheckSettings(("c",), ("a b",), "ok")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("deploy-commands = 'a'", "gatecheck.deploy-commands must be an array of texts, not text"),
        ("gate-commands = [1]", "gatecheck.gate-commands must be an array of texts, not an array"),
        ("gate-commands = [' ']", "gatecheck.gate-commands must be an array of texts, not an array"),
        ("aggregator = ''", "gatecheck.aggregator must be text, not text"),
        ("gates = []", "gatecheck.gates is not a setting; allowed here: deploy-commands, gate-commands, aggregator"),
    ],
)
def test_a_setting_that_is_wrong_is_refused(line: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "stackproof.toml"
    path.write_text(f"[gatecheck]\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_settings(path)
    assert str(caught.value) == f"{path}: {words}"
