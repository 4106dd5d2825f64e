# SPDX-License-Identifier: Apache-2.0
"""What the embedded engine costs over its floor: the same program under the SDK's mocks, both as whole processes.

Each figure is the median of several runs that take turns, so that a machine whose speed drifts does not decide; only
the ratio is worth quoting elsewhere.
"""

from __future__ import annotations

import os
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

_PACK = """\
from pulumi_policy import PolicyPack, ResourceValidationPolicy

never = ResourceValidationPolicy("never", "Never said", lambda args, report: args.not_applicable("never"))
PolicyPack("empty", [never])
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One size of program: the number of resources, and median wall times in seconds."""

    resources: int
    floor: float
    faithful: float
    both: float

    @property
    def ratio(self) -> float:
        """Both passes over the floor."""
        return self.both / self.floor


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
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(_time(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    return Row(size, medians["floor"], medians["faithful"], medians["both"])


def _time(command: list[str]) -> float:
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=env)  # noqa: S603 (our own modules)
    return time.perf_counter() - started


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def show(rows: list[Row]) -> None:
    """Print the table: times in seconds, the ratio to the floor, and the cost of each further resource."""
    table = Table(box=None, header_style="dim", title="embedded engine, pack without rules", title_justify="left")
    for heading in ("resources", "mocks", "one pass", "both passes", "both / mocks", "ms / resource"):
        table.add_column(heading, justify="right")
    for before, row in zip([None, *rows], rows, strict=False):
        further = f"{(row.both - before.both) / (row.resources - before.resources) * 1000:.1f}" if before else ""
        table.add_row(
            f"{row.resources:,}",
            f"{row.floor:.2f} s",
            f"{row.faithful:.2f} s",
            f"{row.both:.2f} s",
            f"{row.ratio:.2f}",
            further,
        )
    Console().print(table)
