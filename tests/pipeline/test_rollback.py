# SPDX-License-Identifier: Apache-2.0
"""A stack goes back to a commit that the branch was at, named in full, and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipeline.clone import Repository, Terminal


@pytest.fixture
def commits(repository: Repository) -> dict[str, str]:
    """Make a history with a merge in it, and give its commits by name."""
    first = repository.git("rev-parse", "HEAD")
    repository.git("switch", "--quiet", "--create", "side")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "side")
    side = repository.git("rev-parse", "HEAD")
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "side")
    return {"first": first, "side": side, "head": repository.git("rev-parse", "HEAD")}


def test_a_commit_that_the_branch_was_at_is_given_to_the_workflow(
    commits: dict[str, str], type_: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert type_("rollback", commits["first"]).code == 0
    assert (tmp_path / "output").read_text(encoding="utf-8") == f"commit={commits['first']}\n"


@pytest.mark.parametrize("name", ["side", "head"])
def test_a_commit_that_the_branch_was_never_at_before_is_refused(
    name: str, commits: dict[str, str], type_: Terminal
) -> None:
    done = type_("rollback", commits[name])
    assert (done.code, f"was never at {commits[name]}" in done.err) == (2, True)


@pytest.mark.parametrize("word", ["main", "HEAD~1", "abc1234", "--all"])
def test_what_may_move_is_refused(word: str, commits: dict[str, str], type_: Terminal) -> None:
    done = type_("rollback", "--", word)
    assert (done.code, len(commits), "is not a commit's full hash" in done.err) == (2, 3, True)
