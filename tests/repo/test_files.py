# SPDX-License-Identifier: Apache-2.0
"""The form every file of this repository has, and the places files may stand."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "noxfile.py",
    "policies",
    "program",
    "pyproject.toml",
    "requirements.lock",
    "scripts",
    "tests",
}
IGNORED = {".git", ".hypothesis", ".mypy_cache", ".nox", ".pytest_cache", ".pulumi", ".ruff_cache", ".venv", "venv"}
IGNORED |= {"__pycache__", "build", "dist"}
SPDX = "# SPDX-License-Identifier: Apache-2.0"
VAGUE = {"common", "helper", "helpers", "misc", "shared", "util", "utils"}
LONGEST_MAIN, LONGEST_NOXFILE = 25, 200


def files(root: Path) -> list[Path]:
    """List the files git tracks, relative to the root; every file outside of ignored folders where it tracks none."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached"]
    try:
        listed = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    except FileNotFoundError:
        listed = ""
    tracked = [Path(name) for name in listed.split("\0") if name and (root / name).is_file()]
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(tracked or (path for path in found if not IGNORED & set(path.parts) and path.name != ".coverage"))


def python_files(root: Path) -> list[Path]:
    return [path for path in files(root) if path.suffix == ".py" or path == Path("scripts/nox")]


def strays(root: Path) -> list[str]:
    return sorted({path.parts[0] for path in files(root)} - TOP_LEVEL)


def unmarked(root: Path) -> list[str]:
    """List the Python files without the licence line, which only a shebang may precede; an empty file needs none."""
    found = []
    for path in python_files(root):
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        first = lines[1:2] if lines[:1] and lines[0].startswith("#!") else lines[:1]
        if lines and first != [SPDX]:
            found.append(path.as_posix())
    return found


def undocumented(root: Path) -> list[str]:
    """List the Python files without a module docstring; an empty file needs none."""
    found = []
    for path in python_files(root):
        text = (root / path).read_text(encoding="utf-8")
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            found.append(path.as_posix())
    return found


def vague(root: Path) -> list[str]:
    """List the Python files and packages whose name says nothing of what is in them."""
    return [path.as_posix() for path in python_files(root) if VAGUE & {path.stem, *path.parent.parts}]


def overlong(root: Path) -> list[str]:
    limits = {"program/__main__.py": LONGEST_MAIN, "policies/__main__.py": LONGEST_MAIN, "noxfile.py": LONGEST_NOXFILE}
    counts = {place: len((root / place).read_text(encoding="utf-8").splitlines()) for place in limits}
    return [f"{place}: {count} lines" for place, count in counts.items() if count > limits[place]]


def sessions(noxfile: str) -> dict[str, str]:
    """Read a noxfile's text into each session's docstring, without running it."""
    return {
        node.name: ast.get_docstring(node) or ""
        for node in ast.parse(noxfile).body
        if isinstance(node, ast.FunctionDef) and any("session" in ast.unparse(mark) for mark in node.decorator_list)
    }


LAWS = (strays, unmarked, undocumented, vague, overlong)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_no_file_breaks_the_law(law: Callable[[Path], list[str]]) -> None:
    assert law(ROOT) == []


def test_a_missing_or_added_top_level_entry_is_noticed() -> None:
    assert {path.parts[0] for path in files(ROOT)} == TOP_LEVEL


def test_each_session_has_a_docstring_of_one_line() -> None:
    found = sessions((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    assert {
        "test",
        "policy",
        "preview",
        "lint",
        "types",
        "workflows",
        "docs",
        "bench",
        "deploy",
        "drift",
        "lock",
        "plan",
        "rollback",
        "comment",
        "parity",
        "rehearse",
    } == set(found)
    assert [name for name, text in found.items() if not text or "\n" in text] == []


def test_each_script_that_a_session_runs_exists() -> None:
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    literals = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    scripts = [value for value in literals if value.startswith("scripts/") and value.endswith(".py")]
    assert [name for name in scripts if not (ROOT / name).is_file()] == []


def made_up(root: Path, name: str, text: str) -> Path:
    """Make a lawful tree with one more file in it."""
    good = f'{SPDX}\n"""Says what it is."""\n'
    for place in ("program/__main__.py", "policies/__main__.py", "noxfile.py"):
        (root / place).parent.mkdir(exist_ok=True, parents=True)
        (root / place).write_text(good, encoding="utf-8")
    (root / name).parent.mkdir(exist_ok=True, parents=True)
    (root / name).write_text(text.replace("GOOD", good), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("notes/a.md", "text", {"strays": ["notes"]}),
        ("tests/a.py", '"""Says."""\n', {"unmarked": ["tests/a.py"]}),
        ("scripts/nox", f"#!/usr/bin/env python3\n{SPDX}\n", {"undocumented": ["scripts/nox"]}),
        ("scripts/utils.py", "GOOD", {"vague": ["scripts/utils.py"]}),
        ("program/common/a.py", "GOOD", {"vague": ["program/common/a.py"]}),
        ("program/__main__.py", "GOOD" + "a = 1\n" * 24, {"overlong": ["program/__main__.py: 26 lines"]}),
        ("noxfile.py", "GOOD" + "a = 1\n" * 199, {"overlong": ["noxfile.py: 201 lines"]}),
        ("scripts/a/__init__.py", "", {}),
        (".nox/utils.py", "", {}),
    ],
)
def test_a_file_that_breaks_a_law_is_named(
    name: str,
    text: str,
    expected: dict[str, list[str]],
    tmp_path: Path,
) -> None:
    root = made_up(tmp_path, name, text)
    assert {law.__name__: law(root) for law in LAWS if law(root)} == expected


def test_only_what_git_tracks_is_judged_where_it_tracks_anything(tmp_path: Path) -> None:
    root = made_up(tmp_path, "scratch.txt", "mine")
    subprocess.run(["git", "-C", str(root), "init", "--quiet"], check=True)
    assert strays(root) == ["scratch.txt"]
    subprocess.run(["git", "-C", str(root), "add", "noxfile.py"], check=True)
    assert strays(root) == []


def test_a_session_without_docstring_is_seen() -> None:
    text = "@nox.session\ndef a(session):\n    pass\n\n\n@nox.session(default=False)\ndef b(session):\n    'Does.'\n"
    assert sessions(text) == {"a": "", "b": "Does."}
