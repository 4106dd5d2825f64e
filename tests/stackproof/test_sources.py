# SPDX-License-Identifier: Apache-2.0
"""The program's lines round what is named, without what only its text tells to be secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.report.stack import WILDCARD, resource, verdict

from stackproof.model import Pass, ProgramEnd, Snippet, SourcePosition, Verdict
from stackproof.redaction import HIDDEN
from stackproof.sources import snippets

if TYPE_CHECKING:
    from pathlib import Path

URN = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::jobs"


def seen(*places: SourcePosition) -> Pass:
    """Make a pass that saw a resource at each place."""
    resources = tuple(resource(f"{URN}-{index}", 1, source=place) for index, place in enumerate(places))
    return Pass("faithful", ProgramEnd.COMPLETED, 0, "", resources, (), (), (), (), 0.1)


def lines(root: Path, text: str, number: int, *, secrets: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Give the lines round one line of a program."""
    (root / "main.py").write_text(text, encoding="utf-8")
    (found,) = snippets(root, [seen(SourcePosition("main.py", number))], [], secrets)
    return found.lines


def test_three_lines_before_and_after_are_kept_and_neighbours_joined(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("".join(f"{number}\n" for number in range(1, 41)), encoding="utf-8")
    places = [SourcePosition("main.py", number) for number in (1, 20, 26, 39)]
    finding = verdict("x", URN, Verdict.FAIL, WILDCARD)
    assert snippets(tmp_path, [seen(*places)], [finding], frozenset()) == (
        Snippet("main.py", 1, ("1", "2", "3", "4")),
        Snippet("main.py", 17, tuple(str(number) for number in range(17, 30))),
        Snippet("main.py", 36, ("36", "37", "38", "39", "40")),
    )


def test_the_line_of_a_finding_counts_as_well(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / WILDCARD.file).write_text("x\n" * 30, encoding="utf-8")
    (found,) = snippets(tmp_path, [], [verdict("x", URN, Verdict.FAIL, WILDCARD)], frozenset())
    assert (found.file, found.first, len(found.lines)) == (WILDCARD.file, WILDCARD.line - 3, 7)


@pytest.mark.parametrize("name", ["absent.py", "../outside.py", "folder", "/etc/hostname", "a\0b"])
def test_what_cannot_be_read_or_lies_outside_is_left_out(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.py").write_text("x\n", encoding="utf-8")
    assert snippets(root, [seen(SourcePosition(name, 1))], [], frozenset()) == ()


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.py").write_text("x\n", encoding="utf-8")
    (root / "main.py").symlink_to(tmp_path / "outside.py")
    assert snippets(root, [seen(SourcePosition("main.py", 1))], [], frozenset()) == ()


def test_a_file_of_data_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("x\n" * 2_000_001, encoding="utf-8")
    assert snippets(tmp_path, [seen(SourcePosition("main.py", 1))], [], frozenset()) == ()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('password = "hunter2"', f'password = "{HIDDEN}"'),
        ("db_password: str = 'a'", f'db_password: str = "{HIDDEN}"'),
        ('{"apiKey": "k"}', f'{{"apiKey": "{HIDDEN}"}}'),
        ('config["token"] = "k"', f'config["token"] = "{HIDDEN}"'),
        ('f(token=f"a{b}c")', f'f(token="{HIDDEN}")'),
        ('pulumi.Output.secret("k")', f'pulumi.Output.secret("{HIDDEN}")'),
        ('password=pulumi.Output.from_input("k")', f'password=pulumi.Output.from_input("{HIDDEN}")'),
        (r'secret = "a\"b" + c', f'secret = "{HIDDEN}" + c'),
        ('stage = "abc"', f'stage = "{HIDDEN}"'),
    ],
)
def test_a_literal_that_is_secret_by_its_name_is_hidden(tmp_path: Path, written: str, shown: str) -> None:
    """And one that is as short as `abc`, only where it is the whole literal."""
    assert lines(tmp_path, written, 1, secrets=frozenset({"abc"}))[0] == shown


@pytest.mark.parametrize(
    "text", ['name="jobs"', 'aws.secretsmanager.Secret("db", name="db-dev")', "abc = abcdef", "token = read(path)"]
)
def test_any_other_text_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    assert lines(tmp_path, text, 1, secrets=frozenset({"abc"}))[0] == text


def test_a_private_key_is_hidden_whole_and_the_lines_after_it_keep_their_numbers(tmp_path: Path) -> None:
    text = 'a = """-----BEGIN RSA PRIVATE KEY-----\nMIIB\nabcd\n-----END RSA PRIVATE KEY-----"""\nb = 1\n'
    assert lines(tmp_path, text, 4) == (f'a = """{HIDDEN}', "", "", '"""', "b = 1")


def test_no_line_takes_long(tmp_path: Path) -> None:
    """A megabyte of data in one line, of the kind that makes a careless pattern try for ever."""
    text = "secret" * 200_000
    assert lines(tmp_path, text, 1) == (text[:2000],)
