# SPDX-License-Identifier: Apache-2.0
"""The commands the README gives are those that continuous integration runs."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

from stackproof import __version__
from stackproof.cli import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(markdown: str) -> list[str]:
    """Return the shell blocks of a Markdown text, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


def commands(script: str) -> list[str]:
    """Return the lines of a shell text that run this repository's nox, without comments."""
    lines = (line.partition(" #")[0].strip() for line in script.splitlines())
    return [line for line in lines if line.startswith("scripts/nox ")]


def under_heading(markdown: str, heading: str) -> str:
    """Return the part of a Markdown text from a heading of the second level to the next."""
    parts = re.split(r"^## ", markdown, flags=re.MULTILINE)
    [found] = [part for part in parts[1:] if part.startswith(f"{heading}\n")]
    return found


def runs(command: str) -> set[tuple[str, tuple[str, ...]]]:
    """Tell the sessions a command runs, each with what follows --."""
    words = shlex.split(command)[1:]
    after = words.index("--") if "--" in words else len(words)
    return {(name, tuple(words[after + 1 :])) for name in words[:after] if not name.startswith("-")}


def all_runs(listed: list[str]) -> set[tuple[str, tuple[str, ...]]]:
    return set().union(*map(runs, listed))


def test_the_readme_lists_exactly_the_commands_of_continuous_integration() -> None:
    listed = commands("".join(blocks(under_heading(README, "Every check"))))
    assert listed == commands((ROOT / ".ci" / "run").read_text(encoding="utf-8"))


def test_the_first_commands_of_the_readme_are_the_first_that_run() -> None:
    first = commands(blocks(README)[0])
    assert first == ["scripts/nox -s preview", "scripts/nox -s test policy"]
    assert commands((ROOT / ".ci" / "run").read_text(encoding="utf-8"))[:2] == first


def test_the_gate_of_the_pull_request_workflow_runs_the_same_sessions() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "pr.yml").read_text(encoding="utf-8"))
    judging = [workflow["jobs"][name] for name in workflow["jobs"]["gate"]["needs"]]
    steps = [step.get("run", "") for job in judging for step in job["steps"]]
    here = commands((ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert all_runs(commands("\n".join(steps))) == all_runs(here)


def test_every_command_of_the_readme_names_sessions_that_exist() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE)) - {"prepare"}
    named = {name for name, _ in all_runs(commands("".join(blocks(README))))}
    assert named - sessions == set()


def test_the_exit_codes_of_the_readme_are_those_of_the_command() -> None:
    rows = re.findall(r"^\| (\d) \|", README, re.MULTILINE)
    assert rows == ["0", "1", "2", "3", "4"]


def test_the_entry_points_can_be_run() -> None:
    found = {name: os.access(ROOT / name, os.X_OK) for name in ("scripts/nox", ".ci/run")}
    assert found == {"scripts/nox": True, ".ci/run": True}


def test_the_changelog_knows_the_version_under_way() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] in {"Unreleased", __version__}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("scripts/nox -s test policy", {("test", ()), ("policy", ())}),
        ("scripts/nox -s docs -- --check", {("docs", ("--check",))}),
        ("scripts/nox -s preview -- path/to/program --stack dev", {("preview", ("path/to/program", "--stack", "dev"))}),
    ],
)
def test_sessions_and_their_arguments_are_told_apart(command: str, expected: set[tuple[str, tuple[str, ...]]]) -> None:
    assert runs(command) == expected


def test_only_shell_blocks_and_whole_commands_are_read() -> None:
    text = "## A\n```sh\nscripts/nox -s a # why\nls\n```\n```text\nscripts/nox -s b\n```\n## B\n```sh\nnox -s c\n```"
    assert commands("".join(blocks(under_heading(text, "A")))) == ["scripts/nox -s a"]


def test_every_hook_that_others_run_is_a_command_in_a_language_of_pre_commit() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    known = {item.name or item.callback.__name__ for item in app.registered_commands if item.callback}
    told = [(hook["entry"].split()[0], hook["entry"].split()[1] in known, hook.get("language")) for hook in hooks]
    assert told == [("stackproof", True, "python")] * len(hooks)
    assert sorted(hook["id"] for hook in hooks) == sorted(hook["entry"].replace(" ", "-") for hook in hooks)
