# SPDX-License-Identifier: Apache-2.0
"""A crash of act is no answer: the run is made again, from where it began, and a crash that stays is told."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from tests.pipeline.act.harness import Harness

if TYPE_CHECKING:
    from pathlib import Path

ACT = """#!/bin/sh
echo run >> "{folder}/runs"
echo changed >> "{folder}/recorder/dev.json"
[ "$(wc -l < "{folder}/runs")" -gt {crashes} ] && exit 1
echo "fatal error: concurrent map writes"
exit 2
"""


def crashing(folder: Path, crashes: int) -> Harness:
    """Give a harness whose act crashes so many times, and then says that a job failed."""
    harness = Harness.create(folder)
    (folder / "recorder" / "dev.json").write_text("before\n", encoding="utf-8")
    path = folder / "bin" / "act"
    path.write_text(ACT.format(folder=folder, crashes=crashes), encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return harness


@pytest.mark.parametrize("crashes", [0, 1, 2])
def test_a_run_in_which_act_crashed_is_made_again_from_the_same_state(crashes: int, tmp_path: Path) -> None:
    harness = crashing(tmp_path, crashes)
    assert harness.run("push").code == 1
    assert (tmp_path / "recorder" / "dev.json").read_text(encoding="utf-8") == "before\nchanged\n"
    assert len((tmp_path / "runs").read_text(encoding="utf-8").splitlines()) == crashes + 1


def test_a_crash_that_stays_is_told_with_its_code_and_last_words(tmp_path: Path) -> None:
    harness = crashing(tmp_path, 3)
    with pytest.raises(
        AssertionError, match=r"act crashed in each of 3 runs: code 2, deploying \[\]\nfatal error: conc"
    ):
        harness.run("push")


def test_what_a_failing_test_says_begins_with_the_code_and_has_the_last_lines_alone(tmp_path: Path) -> None:
    harness = crashing(tmp_path, 0)
    path = tmp_path / "bin" / "act"
    path.write_text("#!/bin/sh\nseq 100\nexit 1\n", encoding="utf-8")
    lines = harness.run("push").end.splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("code 1, deploying []", "61", "100")
