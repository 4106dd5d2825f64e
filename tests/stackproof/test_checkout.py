# SPDX-License-Identifier: Apache-2.0
"""A report names the commit that was judged, and says where the work tree is not that commit."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from stackproof.checkout import Checkout
from stackproof.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__main__.py").write_text("", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_a_clean_work_tree_is_its_commit(clone: Path) -> None:
    assert Checkout.of(clone / "program").label == git(clone, "rev-parse", "HEAD")


def test_a_change_outside_the_program_is_told_too(clone: Path) -> None:
    (clone / "policies.py").write_text("", encoding="utf-8")
    found = Checkout.of(clone / "program")
    assert (found.label, found.changed) == (f"{git(clone, 'rev-parse', 'HEAD')}-dirty", ("policies.py",))


def test_a_folder_outside_a_repository_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))  # temporary folders may be below this clone
    with pytest.raises(UsageError, match="no commit is here"):
        Checkout.of(tmp_path)
