# SPDX-License-Identifier: Apache-2.0
"""The lock verb: keeps pins, writes whole files, and says what it did."""

from __future__ import annotations

import shutil
import stat
import sys
from typing import TYPE_CHECKING

import pytest

import lock

if TYPE_CHECKING:
    from pathlib import Path

UV = """#!{python}
import pathlib, sys

folder = pathlib.Path("{folder}")
[output] = [pathlib.Path(word.partition("=")[2]) for word in sys.argv if word.startswith("--output-file=")]
(folder / "arguments").write_text(" ".join(sys.argv[1:]))
if output.exists():
    (folder / "kept").write_text(output.read_text())
if (folder / "error").exists():
    sys.exit((folder / "error").read_text().strip())
output.write_text((folder / "answer").read_text())
"""
OLD = "a==1 \\\n    --hash=sha256:00\n"
NEW = "a==2 \\\n    --hash=sha256:11\n"


@pytest.fixture
def resolver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for uv: keep what it was given in this folder, and resolve to what the file `answer` holds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    uv = folder / "uv"
    uv.write_text(UV.format(python=sys.executable, folder=folder), encoding="utf-8")
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    (folder / "answer").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr(shutil, "which", lambda _name, path: str(uv) if path else None)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "requirements.lock").write_text(lock._HEADER + OLD, encoding="utf-8")
    return root


def test_the_lock_is_renewed_and_the_change_is_shown(
    resolver: Path,
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert lock.main([], project) == 0
    assert (project / "requirements.lock").read_text(encoding="utf-8") == lock._HEADER + NEW
    assert capsys.readouterr().out == "-a==1\n+a==2\nlock: 1 pins written\n"
    assert (resolver / "kept").read_text(encoding="utf-8") == lock._HEADER + OLD
    assert [path.name for path in project.iterdir()] == ["requirements.lock"]


def test_checking_writes_nothing_and_fails_where_the_lock_is_stale(resolver: Path, project: Path) -> None:
    assert lock.main(["--check"], project) == 1
    assert (project / "requirements.lock").read_text(encoding="utf-8") == lock._HEADER + OLD
    (resolver / "answer").write_text(OLD, encoding="utf-8")
    assert lock.main(["--check"], project) == 0


def test_an_upgrade_forgets_the_present_pins(resolver: Path, project: Path) -> None:
    assert lock.main(["--upgrade"], project) == 0
    assert not (resolver / "kept").exists()


def test_the_resolution_is_universal_hashed_and_names_no_index(resolver: Path, project: Path) -> None:
    lock.main(["--check"], project)
    words = (resolver / "arguments").read_text(encoding="utf-8").split()
    assert {"--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"} - set(words) == set()


def test_a_lock_that_would_name_an_index_is_refused(
    resolver: Path,
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (resolver / "answer").write_text("--index-url https://packages.example/simple\n" + NEW, encoding="utf-8")
    assert lock.main([], project) == 2
    assert capsys.readouterr().err.startswith("lock: the resolution names an index")
    assert (project / "requirements.lock").read_text(encoding="utf-8") == lock._HEADER + OLD


def test_bounds_that_do_not_resolve_are_reported_in_the_resolver_s_words(
    resolver: Path,
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (resolver / "error").write_text("a<1 and a>2 contradict\n", encoding="utf-8")
    assert lock.main([], project) == 2
    expected = f"lock: {project / 'pyproject.toml'} does not resolve; mend its bounds:\na<1 and a>2 contradict\n"
    assert capsys.readouterr().err == expected


def test_a_machine_without_uv_is_told_what_to_run(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name, path: None if path else "")
    assert lock.main([], project) == 2
    assert capsys.readouterr().err == (
        "lock: uv is neither in this environment nor on PATH; run `scripts/nox -s lock`\n"
    )


def test_pins_are_read_with_their_markers_left_out() -> None:
    text = "# head\nb-c==2.0rc1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n" + OLD
    assert lock.pins(text) == {"b-c": "2.0rc1", "a": "1"}
