# SPDX-License-Identifier: Apache-2.0
"""Noxfiles: the commands of a session, and what it forgives, are read without running it."""

from __future__ import annotations

import pytest

from stackproof.pipeline.gatecheck.noxfile import read_noxfile
from stackproof.pipeline.gatecheck.source import MalformedError

HEAD = "import nox\n@nox.session\ndef s(session):\n    "


def commands(body: str, *posargs: str, more: str = "") -> list[tuple[str, ...]]:
    noxfile = read_noxfile(HEAD + body.replace("\n", "\n    ") + "\n" + more, "noxfile.py")
    return [command.words for command in noxfile.commands("s", posargs)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("session.run('a', 'b')", ("a", "b")),
        ("session.run('a', *session.posargs)", ("a", "x", "y")),
        ("session.run('a', *(session.posargs or ['z']))", ("a", "x", "y")),
        ("session.run('a', session.posargs[0])", ("a", "x")),
        ("first, second = session.posargs\nsession.run('a', second)", ("a", "y")),
        ("pack = ('--pack', 'p')\nsession.run('a', *pack)", ("a", "--pack", "p")),
        ("pack = [] if session.posargs else ['-p']\nsession.run('a', *pack)", ("a", "-p")),
        ("session.run('a', str(1))", ("a", "*")),
        ("session.run_always('a')", ("a",)),
        ("other(session)", ("from", "other")),
        ("given(session, 'plan', 'apply', folder='f')", ("plan", "apply", "f", "x", "y")),
        ("first, *rest = session.posargs\nsession.run(first, *rest)", ("x", "y")),
        ("session.notify('t')", ("from", "t")),
    ],
)
def test_the_words_of_a_command_are_read_as_far_as_they_are_written(body: str, words: tuple[str, ...]) -> None:
    more = "def given(s, *words, folder='d'):\n    s.run(*words, folder, *s.posargs)\n"
    more += "def other(s):\n    s.run('from', 'other')\n@nox.session\ndef t(session):\n    session.run('from', 't')\n"
    assert commands(body, "x", "y", more=more) == [words]


def test_commands_are_read_in_the_order_they_are_written() -> None:
    assert commands("if 1:\n    session.run('a')\nsession.run('b')") == [("a",), ("b",)]


def test_sessions_know_their_names_and_which_run_by_default() -> None:
    text = "import nox\n@nox.session(name='x-y')\ndef f(s): ...\n@nox.session(default=False)\ndef g(s): ...\n"
    noxfile = read_noxfile(text, "noxfile.py")
    assert (sorted(noxfile.sessions), noxfile.default) == (["g", "x-y"], ("x-y",))


def test_the_sessions_of_the_options_run_by_default() -> None:
    assert read_noxfile("nox.options.sessions = ['a', 'b']\n", "noxfile.py").default == ("a", "b")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("session.run('a', success_codes=[0, 1])", "`success_codes=[0, 1]` accepts failure"),
        ("try:\n    session.run('a')\nexcept Exception:\n    pass", "an exception of its command is swallowed"),
        ("with contextlib.suppress(Exception):\n    session.run('a')", "an exception of its command is suppressed"),
    ],
)
def test_what_a_session_forgives_is_told(body: str, why: str) -> None:
    noxfile = read_noxfile(HEAD + body.replace("\n", "\n    ") + "\n", "noxfile.py")
    assert [item.why for item in noxfile.forgiven("s")] == [why]


@pytest.mark.parametrize(
    "body",
    [
        "session.run('a', success_codes=[0])",
        "try:\n    session.run('a')\nexcept Exception:\n    raise",
        "try:\n    session.run('a')\nexcept Exception:\n    session.error('no')",
        "try:\n    open('x')\nexcept OSError:\n    pass\nsession.run('a')",
        "with open('x'):\n    session.run('a')",
    ],
)
def test_what_still_fails_is_not_forgiven(body: str) -> None:
    assert read_noxfile(HEAD + body.replace("\n", "\n    ") + "\n", "noxfile.py").forgiven("s") == ()


def test_a_file_that_is_not_python_is_refused_with_its_line() -> None:
    with pytest.raises(MalformedError) as caught:
        read_noxfile("import nox\ndef (", "noxfile.py")
    assert caught.value.line == 2
