# SPDX-License-Identifier: Apache-2.0
"""Scripts: a command's failure is called lost exactly where bash ends in success."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackproof.pipeline.gatecheck.shell import Command, Options, read_script

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [
    "if",
    "then",
    "else",
    "fi",
    "do",
    "done",
    "while",
    "for",
    "case",
    "in",
    "esac",
    "{",
    "}",
    "(",
    ")",
    ";",
    ";;",
    "&&",
    "||",
    "|",
    "&",
    "!",
    "x",
    "$(",
    "`",
    "'",
    '"',
    "[[",
    "]]",
    "function",
    "<<E",
]
SCRIPTS = [
    "gate",
    "gate || true",
    "gate || :",
    "gate || echo no",
    "gate || exit 0",
    "gate || exit 1",
    "gate || { echo no; exit 1; }",
    "gate || { echo no; }",
    "gate || false",
    "gate; echo on",
    "gate\nexit 0",
    "set +e\ngate\nexit 0",
    "set +e\ngate",
    "set +e\ngate\ncode=$?\nset -e\necho x\nexit $code",
    "set +e; gate; set -e; echo x",
    "gate | cat",
    "set -o pipefail\ngate | cat",
    "set -euo pipefail; gate | cat",
    "gate 2>&1 | tee /dev/null",
    "gate | cat; exit ${PIPESTATUS[0]}",
    "gate && echo ok",
    "gate && echo ok\necho done",
    "true && gate",
    "true && gate\necho done",
    "if gate; then echo a; fi",
    "if gate; then echo a; else exit 1; fi",
    "if ! gate; then exit 3; fi",
    "if ! gate; then echo a; fi",
    "! gate",
    "gate &",
    "x=$(gate)",
    "export x=$(gate)",
    'echo "$(gate)"',
    "x=$(gate)\necho $x",
    "(gate)",
    "(gate; echo x)",
    "{ gate; echo x; }",
    "for i in 1 2; do gate; done",
    "for i in 1 2; do gate || true; done",
    "f() { gate; }\nf",
    "f() { gate; }\nf || true",
    "function f { gate; }\nf",
    "case x in\n  x) gate ;;\n  *) exit 1 ;;\nesac",
    "cat <<EOF >/dev/null\ngate || true\nEOF\ngate",
    "gate > /dev/null 2>&1",
    "gate \\\n  --flag",
    "trap 'exit 0' EXIT\ngate",
    "time gate",
    "gate # || true",
    "echo 'gate || true'\ngate",
    "[[ 1 == 1 ]] && gate",
    "while ! gate; do exit 1; done",
    "bash -c true\ngate",
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash to ask")
@pytest.mark.parametrize("pipefail", [False, True], ids=["default", "bash"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_bash_agrees(script: str, pipefail: bool, tmp_path: Path) -> None:  # noqa: FBT001 (a parameter of the test)
    gate = tmp_path / "gate"
    gate.write_text("#!/bin/sh\nexit 7\n", encoding="utf-8")
    gate.chmod(0o755)
    started = ["bash", "--noprofile", "--norc", "-e", *(["-o", "pipefail"] if pipefail else []), "-c", script]
    done = subprocess.run(started, check=False, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True)
    read = read_script(script, Options(pipefail=pipefail))
    assert read.unread is None
    lost = [bool(command.lost) for command in read.commands if command.words[0] == "gate"]
    assert lost == [done.returncode == 0]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "pulumi up \\\n  --yes -s ${{ inputs.a || 'b c' }}",
            ("pulumi", "up", "--yes", "-s", "${{ inputs.a || 'b c' }}"),
        ),
        ('pulumi up -s "$STACK" > log', ("pulumi", "up", "-s", "$STACK")),
        ("A=1 B='x y' pulumi up", ("pulumi", "up")),
        ("pulumi  'u'p\"\"", ("pulumi", "up")),
        ("cd infra && pulumi up", ("pulumi", "up")),
        ("out=$(cd x; pulumi up)", ("pulumi", "up")),
        ("echo `pulumi up`", ("pulumi", "up")),
        ("x=(a b)\npulumi up", ("pulumi", "up")),
        ("cat <<'EOF'\n$(\nEOF\npulumi up", ("pulumi", "up")),
        ("cat <<-EOF\n\tx\n\tEOF\npulumi up", ("pulumi", "up")),
        ("until pulumi up; do sleep 1; done", ("pulumi", "up")),
        ('[ -n "$x" ] || pulumi up', ("pulumi", "up")),
        ("pulumi up <(echo a) < b", ("pulumi", "up")),
        ("echo $((1 + 2)) ${x:-$(y)} && pulumi up", ("pulumi", "up")),
    ],
)
def test_commands_are_found_with_their_words(script: str, words: tuple[str, ...]) -> None:
    found = [command.words for command in read_script(script, Options()).commands if command.words[0] == "pulumi"]
    assert found == [words]


def test_a_command_stands_on_its_line() -> None:
    script = "echo a\nif true; then\n  pulumi up\nfi\n"
    assert [c.line for c in read_script(script, Options()).commands if c.words[0] == "pulumi"] == [2]


@pytest.mark.parametrize(
    ("script", "fails"),
    [
        ("exit 1", True),
        ("echo x\nexit 1", True),
        ("exit 0", False),
        ("a || exit 1", False),
        ("false", True),
        ("", False),
    ],
)
def test_a_script_that_always_fails_is_known(script: str, *, fails: bool) -> None:
    assert read_script(script, Options()).ends_in_failure is fails


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    read = read_script("if true; then\npulumi up\necho 'x", Options())
    assert read.unread is not None
    assert Command(("pulumi", "up"), 1) in read.commands


@given(st.text(alphabet="ab $(){}[]|&;<>\"'`\\\n!#=*?-/", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_script(text, Options())


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_no_order_of_words_breaks_the_reader(words: list[str]) -> None:
    read_script("\n".join([" ".join(words), *words]), Options())
