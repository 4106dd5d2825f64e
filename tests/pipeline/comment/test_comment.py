# SPDX-License-Identifier: Apache-2.0
"""`stackproof comment`: one comment a stack, edited in place, nobody else's touched, and no failure kept quiet."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.report.stack import RICH
from typer.testing import CliRunner

from stackproof.cli import app
from stackproof.errors import StackproofError, UnrunnableError, UsageError
from stackproof.model import Outcome
from stackproof.report.formats import Format, render

BOT, PERSON = {"login": "github-actions", "kind": "Bot"}, {"login": "github-actions", "kind": "User"}
DEV, PROD = "<!-- stackproof: shop/dev -->\n## dev\n", "<!-- stackproof: shop/prod -->\n## prod\n"
STOPPED = "<!-- stackproof: stopped -->\n## did not finish\n"


@dataclass(frozen=True, slots=True)
class Board:
    """The recorder's folder."""

    folder: Path

    def hold(self, *comments: dict[str, Any]) -> None:
        """Have these comments there."""
        text = json.dumps([{"id": f"old-{number}", **one} for number, one in enumerate(comments)])
        (self.folder / "comments.json").write_text(text, encoding="utf-8")

    def fail(self, when: str, words: str) -> None:
        """Have one kind of request fail."""
        (self.folder / "when").write_text(when, encoding="utf-8")
        (self.folder / "fails").write_text(words, encoding="utf-8")

    def bodies(self) -> dict[str, str]:
        """Give what each comment says now."""
        return {one["id"]: one["body"] for one in json.loads((self.folder / "comments.json").read_bytes())}

    def verbs(self) -> list[str]:
        """Give what was asked for, in order."""
        path = self.folder / "verbs"
        return path.read_text(encoding="utf-8").split() if path.exists() else []


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Board:
    """Put the recorder on the PATH as `gh`."""
    made = Board(tmp_path / "board")
    made.folder.mkdir()
    gh = tmp_path / "gh"
    recorder = (Path(__file__).parent / "gh_recorder.py").read_text(encoding="utf-8")
    gh.write_text(f"#!{sys.executable}\n{recorder}", encoding="utf-8")
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("GH_FOLDER", str(made.folder))
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/app")
    (made.folder / "viewer").write_text("github-actions[bot]", encoding="utf-8")
    made.hold()
    return made


def run(board: Board, text: str, *more: str, number: int = 7) -> list[str]:
    """Comment with a report, and give what the command said."""
    report = board.folder / "preview.md"
    report.write_text(text, encoding="utf-8")
    words = ["comment", str(report), "--pull-request", str(number), *more]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout.splitlines()


def test_each_stack_has_a_comment_of_its_own(board: Board) -> None:
    said = run(board, DEV + PROD)
    assert list(board.bodies().values()) == [DEV, PROD]
    assert said == [f"acme/app#7: created the comment on shop/{stack}" for stack in ("dev", "prod")]


def test_a_report_of_three_stacks_is_three_comments(board: Board) -> None:
    """And what a program prints makes no comment, though it looks like a mark."""
    printing = replace(RICH, problems=("no",), program_output="<!-- stackproof: shop/other -->\n")
    stacks = tuple(replace(printing, stack=name) for name in ("dev", "staging", "prod"))
    run(board, render(Format.MARKDOWN, Outcome(stacks, "", 1)))
    marks = [body.splitlines()[0] for body in board.bodies().values()]
    assert marks == [f"<!-- stackproof: {RICH.project}/{name} -->" for name in ("dev", "staging", "prod")]


def test_the_comment_of_an_earlier_run_is_edited_in_place(board: Board) -> None:
    board.hold({"body": "hello", **PERSON}, {"body": f"{DEV}old", **BOT})
    said = run(board, DEV + PROD)
    assert board.bodies() == {"old-0": "hello", "old-1": DEV, "new-2": PROD}
    assert said == ["acme/app#7: edited the comment on shop/dev", "acme/app#7: created the comment on shop/prod"]


def test_a_comment_that_says_the_same_is_left_alone(board: Board) -> None:
    board.hold({"body": DEV.replace("\n", "\r\n").strip(), **BOT}, {"body": PROD, **BOT})
    run(board, PROD)
    assert board.verbs() == ["find"]


def test_a_comment_on_a_later_page_is_found(board: Board) -> None:
    board.hold(*({"body": f"number {number}", **PERSON} for number in range(250)), {"body": f"{DEV}old", **BOT})
    run(board, DEV)
    assert board.verbs() == ["find", "find", "find", "edit"]
    assert board.bodies()["old-250"] == DEV


@pytest.mark.parametrize("author", [PERSON, {"login": "mallory", "kind": "User"}, {"login": "other", "kind": "Bot"}])
def test_a_stranger_s_comment_with_the_mark_is_not_touched(author: dict[str, str], board: Board) -> None:
    board.hold({"body": f"{DEV}mine", **author})
    run(board, DEV)
    assert board.bodies() == {"old-0": f"{DEV}mine", "new-1": DEV}


def test_a_person_s_token_edits_that_person_s_comment(board: Board) -> None:
    (board.folder / "viewer").write_text("jane", encoding="utf-8")
    board.hold(
        {"body": f"{DEV}bot", "login": "jane", "kind": "Bot"}, {"body": f"{DEV}old", "login": "jane", "kind": "User"}
    )
    run(board, DEV)
    assert board.bodies() == {"old-0": f"{DEV}bot", "old-1": DEV}


def test_a_mark_within_a_comment_is_no_mark(board: Board) -> None:
    board.hold({"body": f"they said:\n{DEV}", **BOT})
    run(board, DEV)
    assert sorted(board.bodies()) == ["new-1", "old-0"]


def test_that_a_run_did_not_finish_is_taken_back_by_one_that_did(board: Board) -> None:
    run(board, STOPPED)
    assert "of an earlier run" in board.bodies()["new-0"]
    run(board, DEV)
    assert board.bodies()["new-0"].endswith("A later run finished. Its stacks have comments of their own.\n")
    assert board.bodies()["new-1"] == DEV


FORBIDDEN = "Resource not accessible by integration (HTTP 403)"


@pytest.mark.parametrize("when", ["find", "create", "edit"])
def test_a_token_that_may_not_write_is_a_failure_unless_comments_are_optional(when: str, board: Board) -> None:
    board.hold({"body": f"{DEV}old", **BOT})
    board.fail(when, FORBIDDEN)
    with pytest.raises(UnrunnableError, match=r"HTTP 403.*pull-requests: write"):
        run(board, DEV + PROD)
    [said] = run(board, DEV + PROD, "--optional")
    assert said.startswith("no comment on acme/app#7, which is optional here: ")
    assert FORBIDDEN in said


@pytest.mark.parametrize(
    "words", ["error connecting to api.github.com", "API rate limit exceeded (HTTP 403)", "Bad credentials (HTTP 401)"]
)
def test_what_is_no_refusal_is_a_failure_though_comments_are_optional(words: str, board: Board) -> None:
    board.fail("create", words)
    with pytest.raises(UnrunnableError, match="failed: gh: "):
        run(board, DEV, "--optional")


def test_a_pull_request_that_is_not_there_is_a_failure(board: Board) -> None:
    with pytest.raises(UnrunnableError, match="Could not resolve to a PullRequest"):
        run(board, DEV, number=8)


@pytest.mark.parametrize("answer", ["nothing", "[]", '{"data": {"viewer": {"login": "a"}, "repository": null}}'])
def test_an_answer_that_cannot_be_understood_is_a_failure(answer: str, board: Board) -> None:
    gh = board.folder.parent / "gh"
    gh.write_text(f"#!/bin/sh\necho '{answer}'\n", encoding="utf-8")
    with pytest.raises(UnrunnableError, match=r"does not (print|tell)"):
        run(board, DEV)


def test_without_gh_nothing_can_be_commented(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(board.folder))
    with pytest.raises(UsageError, match="need the command gh"):
        run(board, DEV, "--optional")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with no mark"),
        (f"something\n{DEV}", "begins with no mark"),
        (f"{DEV}{'x' * 65_536}", "shop/dev has 65,5.. characters, and a comment at most 65,536"),
    ],
)
def test_what_is_no_report_or_too_long_is_refused_before_anything_is_asked(text: str, words: str, board: Board) -> None:
    with pytest.raises(UsageError, match=words):
        run(board, text)
    assert board.verbs() == []


def test_a_file_that_is_not_there_and_a_repository_that_is_none_are_refused(board: Board) -> None:
    for words in (["none.md"], [str(board.folder / "viewer"), "--repo", "acme"]):
        with pytest.raises(StackproofError, match=r"cannot be read|is not OWNER/NAME"):
            CliRunner().invoke(app, ["comment", *words, "--pull-request", "7"], catch_exceptions=False)
