# SPDX-License-Identifier: Apache-2.0
"""Drift is what a look that succeeded proposes; a look that failed is no answer, and none writes state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipeline.clone import Repository, Terminal

COMMON = ["program", "--stack", "dev", "--policy-pack", "pack", "--lock", "requirements.lock"]


def test_a_look_refreshes_in_memory_and_asks_for_nothing_else(repository: Repository, type_: Terminal) -> None:
    repository.play(op="same")
    done = type_("drift", *COMMON)
    assert (done.code, done.out) == (0, "dev: no drift; what exists is what the program of this commit says\n")
    [asked] = [call["argv"] for call in repository.calls() if call["argv"][0] == "preview"]
    assert asked[:3] == ["preview", "--refresh", "--expect-no-changes"]
    assert repository.verbs() == ["preview"]


def test_what_is_proposed_is_drift(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    repository.play(op="update", code=7)
    done = type_("drift", *COMMON)
    assert done.code == 1
    assert done.out.splitlines()[1:] == ["  update urn:pulumi:dev::demo::demo:index:Thing::thing"]
    assert (tmp_path / "summary").read_text(encoding="utf-8") == f"```text\n{done.out}```\n"


@pytest.mark.parametrize(
    "how",
    [
        {"op": "update", "result": "failed", "code": 1},
        {"op": "same", "result": "failed", "code": 1},
        {"op": "same", "result": "", "code": 0},
        {"op": "same", "code": 1},
    ],
)
def test_a_look_that_failed_is_neither_drift_nor_none(
    how: dict[str, object], repository: Repository, type_: Terminal
) -> None:
    repository.play(**how)
    done = type_("drift", *COMMON)
    assert (done.code, "dev: whether there is drift is not known" in done.err) == (4, True)
