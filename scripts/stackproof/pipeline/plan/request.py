# SPDX-License-Identifier: Apache-2.0
"""What every plan command is asked about: one stack of a program, the packs that judge it, the locks it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.engine.embedded import EmbeddedEngine
from stackproof.engine.nursery import Nursery
from stackproof.errors import UsageError
from stackproof.jobs import Asked, make_jobs
from stackproof.settings import Settings, find_settings, load_settings
from stackproof.strictness import FailOn
from stackproof.verdicts import judge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stackproof.aws import World
    from stackproof.model import Job, Pass, PassName, Preview
    from stackproof.settings import PlanLimits

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments that the plan commands share; ``timeout`` is in seconds."""

    program: Path
    stack: str
    packs: tuple[Path, ...]
    pack_configs: tuple[Path, ...]
    locks: tuple[Path, ...]
    timeout: float
    settings: Path | None = None

    def job(self) -> Job:
        """Give the program for the stack, and its packs.

        Raises:
            UsageError: a file is missing or malformed, or no lock file is named.

        """
        if not self.locks:
            raise UsageError("no lock file is named, so nothing fixes what the program runs with; name one with --lock")
        return self._jobs(None)[0]

    def limits(self) -> PlanLimits:
        """Give what a plan may not destroy, from the settings."""
        return self._settings().plan

    def checksums(self) -> Mapping[str, str]:
        """Give what executables must be, from the settings."""
        return self._settings().checksums

    def _settings(self) -> Settings:
        path = self.settings or find_settings(self.program)
        return load_settings(path) if path else Settings()

    def judge(self, state: Path, commit: str) -> Preview:
        """Judge the program over an exported state, both passes: as the gate did, with what exists by now.

        Raises:
            UnrunnableError: the program or a pack could not be run.

        """
        job, world = self._jobs(state)
        return judge(job, "embedded", commit, [_run(job, world, "faithful"), _run(job, world, "resolved")])

    def _jobs(self, state: Path | None) -> tuple[Job, World]:
        asked = Asked(
            program=self.program,
            stacks=(self.stack,),
            packs=self.packs,
            pack_configs=self.pack_configs,
            overrides={},
            stack_outputs={},
            timeout=self.timeout,
            settings=self.settings,
            state=state,
            fail_on=FailOn.UNPROVEN,
        )
        [job], world = make_jobs(asked, lambda job, world: _run(job, world, "resolved"))
        return job, world


def _run(job: Job, world: World, name: PassName) -> Pass:
    engine = EmbeddedEngine(world, Nursery())
    try:
        return engine.run(job, name)
    finally:
        engine.stop()
