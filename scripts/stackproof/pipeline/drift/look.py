# SPDX-License-Identifier: Apache-2.0
"""One look at a stack for drift, told from a look that failed by the engine's own events.

The CLI ends with an error for both, and a preview that could not read a resource proposes nothing for it. So drift is
what a preview that succeeded proposes, and everything else is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.engine.pulumi.events import Events
from stackproof.engine.pulumi.workspace import temporary_folder
from stackproof.errors import UnrunnableError
from stackproof.pipeline.plan.operations import Operation, read_operations

if TYPE_CHECKING:
    from stackproof.model import Job
    from stackproof.pipeline.plan.console import Console

__all__ = ["Drift", "look"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What would have to be done to have the stack again as its program says; empty: nothing."""

    operations: tuple[Operation, ...]

    def lines(self, stack: str) -> list[str]:
        """Say it, without values."""
        if not self.operations:
            return [f"{stack}: no drift; what exists is what the program of this commit says"]
        found = [f"  {item.op} {item.urn} {', '.join(item.keys)}".rstrip() for item in self.operations]
        return [f"{stack}: drift; these would be needed to undo it, or are changes yet to be deployed:", *found]


def look(job: Job, console: Console) -> Drift:
    """Preview with a refresh in memory.

    Raises:
        UnrunnableError: the preview failed, so nothing is known; or the state moved meanwhile.

    """
    before = console.export()
    with temporary_folder() as scratch:
        events = scratch / "events.ndjson"
        code = console.preview(job.packs, scratch, events, "--refresh", "--expect-no-changes")
        operations = read_operations(events)
        seen = Events(events)
        seen.read()
    if seen.result != "succeeded":
        said = "; ".join(line.message for line in seen.errors) or f"the CLI ended with exit code {code}"
        raise UnrunnableError(
            f"{job.program.stack}: whether there is drift is not known, as the preview failed: {said}"
        )
    if code and not operations:
        message = f"the preview ended with exit code {code} and proposes nothing; look at its output"
        raise UnrunnableError(f"{job.program.stack}: whether there is drift is not known: {message}")
    if console.export() != before:
        raise UnrunnableError(f"{job.program.stack}: somebody changed the stack meanwhile; look again")
    return Drift(operations)
