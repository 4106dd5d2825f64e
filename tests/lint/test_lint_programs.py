# SPDX-License-Identifier: Apache-2.0
"""The five failures of the sample's first version, each as a whole program: all are found, and mended none is left.

The programs' files end in ``.txt``, lest anything else takes them for code of this repository.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stackproof.lint.judge import judge_paths

PROGRAMS = Path(__file__).with_name("programs")
FOUND = {
    "imported_before_its_mocks": [("tests/test_sample.py", 7, "program-imported-before-mocks")],
    "imported_dynamically": [
        ("tests/test_sample.py", 26, "program-imported-dynamically"),
        ("tests/test_sample.py", 27, "program-imported-dynamically"),
        ("tests/test_sample.py", 31, "program-imported-dynamically"),
    ],
    "lost_registrations": [
        ("__main__.py", 20, "resource-in-lost-task"),
        ("__main__.py", 25, "resource-off-the-loop"),
        ("infra/repositories.py", 22, "resource-in-retry"),
        ("infra/repositories.py", 28, "resource-off-the-loop"),
    ],
    "names_bound_twice": [
        ("__main__.py", 10, "resource-rebound"),
        ("__main__.py", 14, "constant-name-in-loop"),
        ("__main__.py", 17, "duplicate-resource-name"),
        ("__main__.py", 19, "duplicate-export"),
        ("parts.py", 15, "duplicate-resource-name"),
    ],
    "values_of_the_wrong_kind": [
        ("__main__.py", 17, "awaitable-misused"),
        ("__main__.py", 19, "output-as-condition"),
        ("__main__.py", 20, "output-printed"),
        ("__main__.py", 21, "output-as-plain-value"),
        ("__main__.py", 22, "output-in-text"),
        ("__main__.py", 23, "output-as-plain-value"),
        ("__main__.py", 23, "output-as-plain-value"),
        ("__main__.py", 24, "output-as-name"),
        ("__main__.py", 25, "output-iterated"),
        ("access.py", 21, "output-in-json"),
    ],
}


def judged(case: str, version: str, folder: Path) -> list[tuple[str, int, str]]:
    """Judge one version of a program in a folder of its own."""
    shutil.copytree(PROGRAMS / case / version, folder, dirs_exist_ok=True)
    for file in folder.rglob("*.txt"):
        file.rename(file.with_suffix(""))
    return [(finding.file, finding.line, finding.rule) for finding in judge_paths([folder]).findings]


@pytest.mark.parametrize("case", sorted(FOUND))
def test_everything_wrong_with_a_program_is_found(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert judged(case, "bad", tmp_path) == FOUND[case]


@pytest.mark.parametrize("case", sorted(FOUND))
def test_nothing_is_found_in_the_mended_program(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert judged(case, "good", tmp_path) == []


def test_every_program_is_tested() -> None:
    assert sorted(FOUND) == sorted(folder.name for folder in PROGRAMS.iterdir())
