# SPDX-License-Identifier: Apache-2.0
"""The seam behind which a Pulumi program is run and judged by packs, whoever plays the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stackproof.model import Job, Pass, PassName

__all__ = ["Engine"]


class Engine(Protocol):
    """Runs one pass of a job. An engine keeps nothing between passes, so two may run at the same time."""

    @property
    def name(self) -> str:
        """The engine's name, as `--engine` takes it and reports print it."""
        ...

    def run(self, job: Job, pass_name: PassName) -> Pass:
        """Run the program once against the job's packs.

        Raises:
            UsageError: a pack's configuration does not fit the pack.
            UnrunnableError: a pack cannot be started or breaks the protocol.

        """
        ...

    def stop(self) -> None:
        """End every process that a running pass started; safe to call from another thread, and more than once."""
        ...
