# SPDX-License-Identifier: Apache-2.0
"""Whatever a file holds, the linter ends in findings, never in a traceback."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UsageError
from stackproof.lint.judge import judge_paths

if TYPE_CHECKING:
    from stackproof.audit import Audit

LIBRARY = Path(getattr(importlib.util.find_spec("test"), "origin", "")).parent
EVERY = 20  #: One of so many files of the library's tests; all of them take a minute.


def judge(folder: Path, name: str, content: bytes) -> Audit:
    (folder / name).write_bytes(content)
    return judge_paths([folder / name])


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"import pulumi\nx = (\n", 2, "cannot parse it: '(' was never closed"),
        (b"import pulumi\n\x00x = 1\n", 1, "cannot parse it: "),
        (b"x = '\xe9'\n", 1, "the text is not in the encoding it should be in: "),
        (b"# -*- coding: no-such-thing -*-\nx = 1\n", 1, "the text is not in the encoding it should be in: "),
        (b"\xff\xfei\x00m\x00p\x00o\x00r\x00t\x00", 1, "the text is not in the encoding it should be in: "),
        (b"print 'python 2'\n", 1, "cannot parse it: "),
        (b"if True:\nx = 1\n", 2, "cannot parse it: "),
        (b"x = " + b"(" * 300 + b")" * 300 + b"\n", 1, "cannot parse it: "),
        (b"x = " + b"-" * 900 + b"1\n", 1, "it is nested too deeply to be judged: "),
        (b"x = 0\n" + b"if x:\n pass\n" + b"elif x:\n pass\n" * 800, 1, "it is nested too deeply to be judged: "),
    ],
)
def test_a_file_that_python_would_refuse_is_a_finding(content: bytes, line: int, says: str, tmp_path: Path) -> None:
    [finding] = judge(tmp_path, "broken.py", content).findings
    assert (finding.rule, finding.line, says in finding.message) == ("unreadable-source", line, True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xef\xbb\xbfimport pulumi\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"import pulumi\r\nx = 1\r\n",
        b"import pulumi\nx = '''\n# stackproof: allow[x]\n'''\n",
        b"import pulumi\nfrom . import x\nfrom .... import y\n",
        b"import pulumi\nfrom a import *\nimport a.b.c as d\n",
        b"import pulumi\nx = x\nx.y = x\nx[0] = x\ndel x\n",
        b"import pulumi\ndef f(): return f()\nf()\n",
        b"import pulumi\nclass A(A): pass\nA()\n",
        b"import pulumi\na = []\na.append(a)\nimport json\njson.dumps(a)\n",
        b"import pulumi\nclass A(pulumi.ComponentResource):\n def __init__(self): A()\nA()\n",
        b"import pulumi\nreturn 1\nyield 2\n",
        b"import pulumi\nlambda *a, b=1, **c: (yield)\n",
        b"import pulumi\n*a, b = 1, 2\n(c, [d, *e]), f = a\n",
        b"import pulumi\nx = " + b" + ".join([b"1"] * 150) + b"\n",
    ],
)
def test_odd_but_lawful_files_are_judged(content: bytes, tmp_path: Path) -> None:
    found = {finding.rule for finding in judge(tmp_path, "odd.py", content).findings}
    assert "unreadable-source" not in found


def test_every_kind_of_statement_and_expression_of_the_library_s_tests_is_followed() -> None:
    files = sorted(LIBRARY.glob("test_*.py"))[::EVERY]
    programs = [file for file in files if file.name != "test_lib2to3.py"]
    assert set(judge_paths(programs).examined) == {os.path.relpath(file) for file in programs}


def test_modules_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("import pulumi\nimport two\nx = two.y\n")
    (tmp_path / "two.py").write_text("import pulumi\nimport one\ny = one.x\n")
    assert judge_paths([tmp_path]).findings == ()


def test_a_broken_project_or_stack_file_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: [")
    (tmp_path / "Pulumi.dev.yaml").write_text("\t:")
    assert judge(tmp_path, "__main__.py", b"import pulumi\npulumi.Config().require('a')\n").findings == ()


def test_a_link_in_a_circle_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "a.py").write_text("import pulumi\n")
    assert [Path(name).name for name in judge_paths([tmp_path]).examined] == ["a.py"]


@pytest.mark.parametrize(("name", "says"), [("nowhere", "cannot be read"), ("notes.txt", "is no Python file")])
def test_a_path_that_is_no_python_file_is_a_usage_error(name: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")
    with pytest.raises(UsageError, match=says):
        judge_paths([tmp_path / name])
