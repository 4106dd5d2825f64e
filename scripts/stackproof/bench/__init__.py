# SPDX-License-Identifier: Apache-2.0
"""What the embedded engine costs over its floor, the same program under the SDK's mocks, and beside the real CLI.

All are whole processes. Each figure is the median of several runs that take turns, so that a machine whose speed
drifts does not decide; only the ratios are worth quoting elsewhere.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stackproof.synthetic import write_program

__all__ = ["Row", "measure", "show"]

_WIDTH = 110
"""Columns of the table, also where it goes to a file."""

_PACK = """\
from pulumi_policy import PolicyPack, ResourceValidationPolicy

never = ResourceValidationPolicy("never", "Never said", lambda args, report: args.not_applicable("never"))
PolicyPack("empty", [never])
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command costs, in seconds: wall time, and processor time with that of all its processes."""

    wall: float
    processor: float


@dataclass(frozen=True, slots=True)
class Row:
    """One size of program: the number of resources, and median costs.

    ``cli`` is the wall time of one preview by the real CLI, in seconds, where there is one.
    """

    resources: int
    floor: Cost
    faithful: Cost
    both: Cost
    cli: float | None


def measure(sizes: tuple[int, ...], runs: int) -> list[Row]:
    """Time a synthetic program of each size, ``runs`` times each way."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root / "pack" / "PulumiPolicy.yaml", "name: empty\nruntime: python\nversion: 1.0.0\n")
        _write(root / "pack" / "__main__.py", _PACK)
        return [_row(root, size, runs) for size in sizes]


def _row(root: Path, size: int, runs: int) -> Row:
    program = write_program(root / f"program-{size}", size)
    preview = [
        "-m",
        "stackproof",
        "preview",
        str(program),
        "--policy-pack",
        str(root / "pack"),
        "--fail-on",
        "violation",
    ]
    commands = {
        "floor": ["-m", "stackproof.bench.floor", str(program / "__main__.py")],
        "faithful": [*preview, "--pass", "faithful"],
        "both": preview,
    }
    peer = ["-m", "stackproof.bench.peer", str(program), str(root / "pack")] if shutil.which("pulumi") else None
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    previews: list[float] = []
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(_cost(command))
        if peer:
            previews.append(float(_run(peer)))
    medians = {name: _median(values) for name, values in costs.items()}
    cli = statistics.median(previews) if previews else None
    return Row(size, medians["floor"], medians["faithful"], medians["both"], cli)


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.processor for cost in costs))


def _cost(command: list[str]) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _run(command)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _run(command: list[str]) -> str:
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True, env=env)  # noqa: S603 (our own modules)
    return done.stdout


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def show(rows: list[Row]) -> None:
    """Print the table: times in seconds, and both passes over the floor and over one preview by the CLI."""
    table = Table(box=None, header_style="dim", title="embedded engine, pack without rules", title_justify="left")
    headings = ("resources", "mocks", "one pass", "both passes", "both / mocks", "in CPU time", "ms / resource")
    for heading in (*headings, "CLI", "both / CLI"):
        table.add_column(heading, justify="right")
    for before, row in zip([None, *rows], rows, strict=False):
        further = (row.both.wall - before.both.wall) / (row.resources - before.resources) * 1000 if before else None
        table.add_row(
            f"{row.resources:,}",
            *(f"{cost.wall:.2f} s" for cost in (row.floor, row.faithful, row.both)),
            f"{row.both.wall / row.floor.wall:.2f}",
            f"{row.both.processor / row.floor.processor:.2f}",
            "" if further is None else f"{further:.1f}",
            "" if row.cli is None else f"{row.cli:.2f} s",
            "" if row.cli is None else f"{row.both.wall / row.cli:.2f}",
        )
    Console(width=_WIDTH).print(table)
