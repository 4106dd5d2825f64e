# SPDX-License-Identifier: Apache-2.0
"""The benchmark runs what it says it runs, and its table is what a reader needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.bench import Row, measure, show

if TYPE_CHECKING:
    import pytest


def test_a_measurement_takes_the_floor_one_pass_and_both() -> None:
    """Each is a whole process that did its work, so none is free."""
    (row,) = measure((1,), runs=1)
    assert row.resources == 1
    assert min(row.floor, row.faithful, row.both) > 0


def test_the_table_gives_ratios_and_the_cost_of_a_further_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """The first row has no row before it to be compared with."""
    show([Row(10, 1.0, 2.0, 3.0), Row(110, 2.0, 3.0, 4.0)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-2] == ["10", "1.00", "s", "2.00", "s", "3.00", "s", "3.00"]
    assert lines[-1] == ["110", "2.00", "s", "3.00", "s", "4.00", "s", "2.00", "10.0"]
