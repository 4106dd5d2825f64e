# SPDX-License-Identifier: Apache-2.0
"""The benchmark runs what it says it runs, and its table is what a reader needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof import bench
from stackproof.bench import Row, measure, show

if TYPE_CHECKING:
    import pytest


def test_a_size_is_measured_by_whole_processes_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The floor runs here for real; the two previews, which other tests run, are noted and take as long."""
    commands: list[list[str]] = []
    real = bench._time

    def time(command: list[str]) -> float:
        commands.append(command)
        return real(command) if "stackproof.bench.floor" in command else 2 * real(["-c", ""])

    monkeypatch.setattr(bench, "_time", time)
    (row,) = measure((1,), runs=1)
    assert (row.resources, row.floor > row.faithful > 0) == (1, True)
    assert [command[1] for command in commands] == ["stackproof.bench.floor", "stackproof", "stackproof"]
    assert [command[-2:] for command in commands[1:]] == [["--pass", "faithful"], ["--fail-on", "violation"]]


def test_the_table_gives_ratios_and_the_cost_of_a_further_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """The first row has no row before it to be compared with."""
    show([Row(10, 1.0, 2.0, 3.0), Row(110, 2.0, 3.0, 4.0)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-2] == ["10", "1.00", "s", "2.00", "s", "3.00", "s", "3.00"]
    assert lines[-1] == ["110", "2.00", "s", "3.00", "s", "4.00", "s", "2.00", "10.0"]
