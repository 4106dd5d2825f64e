# SPDX-License-Identifier: Apache-2.0
"""Workflows that cannot be read are told by file and line, however hostile, and end with exit code 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof.audit import exit_code
from stackproof.errors import UsageError
from stackproof.pipeline.gatecheck.judge import judge
from stackproof.pipeline.gatecheck.source import DEEPEST, LONGEST, MalformedError, Mapping, Scalar, Sequence, read
from stackproof.settings import GatecheckSettings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "on: push\njobs:\n  a:\n    runs-on: x\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


def problems(tmp_path: Path, text: str | bytes) -> tuple[str, ...]:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "x.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    audit = judge([tmp_path], GatecheckSettings())
    assert audit.findings == ()
    assert exit_code(audit, "low") == (2 if audit.problems else 0)
    return tuple(item.rpartition(".github/workflows/x.yml:")[2] for item in audit.problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "    runs-on: y\n", "5: has the key runs-on twice"),
        (HEAD + "    <<: {}\n", "5: merges keys with <<, which GitHub does not read"),
        (HEAD + "    ? [a]\n    : b\n", "5: has a key that is no text"),
        (HEAD + "    env: *nobody\n", "5: has no anchor nobody"),
        (HEAD + "    env: &self {a: *self}\n", "5: has no anchor self"),
        (HEAD + "---\non: push\n", "6: holds more than one document"),
        ("", "1: is empty"),
        ("# nothing\n", "1: is empty"),
        ("- a\n", "1: the workflow must be a mapping"),
        ("text\n", "1: the workflow must be a mapping"),
        ("on: push\n", "1: is no workflow: it has no key jobs"),
        ("jobs: {}\n", "1: is no workflow: it has no key on"),
        ("on: push\njobs: []\n", "2: jobs must be a mapping"),
        ("on: push\njobs:\n  a: text\n", "3: the job a must be a mapping"),
        (HEAD + "    steps: {}\n", "5: steps must be a list"),
        (HEAD + "    steps: [text]\n", "5: a step must be a mapping"),
        (HEAD + "    if: [a]\n", "5: if must be text"),
        (HEAD + "    concurrency: {queue: max}\n", "5: concurrency has no group"),
        (f"a: {'[' * (DEEPEST + 1)}\n", f"1: is nested deeper than {DEEPEST} levels"),
        (BOMB, "4: unfolds to more than 100000 nodes"),
        (f"a: {'x' * LONGEST}\n", f"1: is longer than {LONGEST} characters"),
        (b"on: \xff\n", "1: is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str | bytes, problem: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text) == (problem,)


@pytest.mark.parametrize("line", ["\tsteps: []", "    steps: [", "    steps: 'x", "    a: b: c", "    @", "    !!x:y"])
def test_what_is_no_yaml_is_told_in_the_reader_s_words(line: str, tmp_path: Path) -> None:
    """The words and the line are those of the YAML library, of which there are two."""
    [found] = problems(tmp_path, f"{HEAD}{line}\n")
    assert ": is not YAML: " in found or "must be" in found


@pytest.mark.parametrize("key", ["on", "'on'", '"on"'])
def test_the_key_on_is_read_however_it_is_written(key: str, tmp_path: Path) -> None:
    assert problems(tmp_path, f"{key}: push\njobs: {{}}\n") == ()


def test_a_called_workflow_that_is_absent_is_a_problem_of_its_own(tmp_path: Path) -> None:
    found = problems(tmp_path, "on: push\njobs:\n  a:\n    uses: ./.github/workflows/none.yml\n")
    assert [item.rpartition("/")[2] for item in found] == ["none.yml:1: cannot be read: No such file or directory"]


def test_a_workflow_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "in" / ".github" / "workflows"
    folder.mkdir(parents=True)
    (tmp_path / "secret").write_text("on: push\njobs: {}\n", encoding="utf-8")
    (folder / "x.yml").symlink_to(tmp_path / "secret")
    audit = judge([tmp_path / "in"], GatecheckSettings())
    assert [item.rpartition(":")[2] for item in audit.problems] == [" is outside of the repository"]


def test_a_repository_without_workflows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no workflow; name a repository's root or workflow files"):
        judge([tmp_path], GatecheckSettings())


def test_nodes_know_their_lines() -> None:
    root = read("a: 1\nb:\n  - x\n  - |\n    text\n")
    assert isinstance(root, Mapping)
    second = root.get("b")
    assert isinstance(second, Sequence)
    assert [(item.line, isinstance(item, Scalar) and item.first_line) for item in second.items] == [(3, 3), (4, 5)]


def test_an_anchor_is_read_where_it_is_used() -> None:
    root = read("a: &x {k: v}\nb: *x\n")
    assert isinstance(root, Mapping)
    assert root.get("a") is root.get("b")


def test_malformed_text_is_an_error_with_a_line() -> None:
    with pytest.raises(MalformedError) as caught:
        read("a: b\na: c\n")
    assert (str(caught.value), caught.value.line) == ("has the key a twice", 2)
