# SPDX-License-Identifier: Apache-2.0
"""The table of a comparison: program, resources, verdicts, differences; below it each difference that is not meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from stackproof.parity import Result
    from stackproof.parity.comparison import Meant

__all__ = ["show"]


def show(console: Console, results: Sequence[Result], against: str, stale: Iterable[Meant]) -> None:
    """Print what came of a comparison with the CLI, ``against`` saying which, and meant differences not met."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("program", no_wrap=True)
    for heading in ("resources", "verdicts", "exit code", "differences", "meant"):
        table.add_column(heading, justify="right")
    for result in results:
        different = Text(str(len(result.unmeant) or "·"), style="bold red" if result.unmeant else "")
        counts = (f"{result.resources:,}", f"{result.verdicts:,}", str(result.exit))
        table.add_row(result.case.name, *counts, different, str(len(result.meant) or "·"))
    console.print(table)
    for result in results:
        for difference in result.unmeant:
            console.print(Text(f"\n{difference}"))
    for entry in stale:
        console.print(Text(f"\nmeant, but not met any more: {entry.where.pattern} ({entry.reason})", style="yellow"))
    count = sum(len(result.unmeant) for result in results)
    resources = sum(result.resources for result in results)
    verdict = f"{count} differences" if count else "no difference that is not meant"
    console.print(
        Text(f"\n{len(results)} programs, {resources:,} resources, embedded engine against {against}: {verdict}")
    )
