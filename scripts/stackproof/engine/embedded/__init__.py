# SPDX-License-Identifier: Apache-2.0
"""The engine that needs no CLI: a program and its packs in child processes, everything between them in this one."""

from __future__ import annotations

import time
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stackproof import wire
from stackproof.aws import World, providers
from stackproof.engine.embedded import channels, launch
from stackproof.engine.embedded.analyzer import RunningPack
from stackproof.engine.embedded.environment import stack_environment
from stackproof.engine.embedded.journal import EngineService, Journal
from stackproof.engine.embedded.monitor import Monitor
from stackproof.engine.nursery import Nursery
from stackproof.errors import UnrunnableError, UsageError
from stackproof.model import LogLine, Pass, ProgramEnd
from stackproof.protocol import engine_pb2_grpc, resource_pb2_grpc

if TYPE_CHECKING:
    from stackproof.engine.embedded.registry import Registration
    from stackproof.engine.process import Child
    from stackproof.model import Job, PassName, PolicyPack, Program

__all__ = ["EmbeddedEngine"]

_PARALLEL = 8
_POLL = 0.1
"""Seconds between two looks at whether a pack failed to start while the program runs."""

_STOP = 5.0
"""Seconds that a handler may still take once its program is gone; what it does then counts for nothing."""

_SERVER_THREADS = 4 * _PARALLEL


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the program's process ended: ``output`` is the tail of what it printed."""

    end: ProgramEnd
    exit_code: int | None
    output: str


class EmbeddedEngine:
    """Runs programs without a CLI, an account or a plugin. Implements `stackproof.engine.Engine`."""

    name = "embedded"

    def __init__(self, world: World, nursery: Nursery | None = None) -> None:
        """Play an AWS account as ``world`` describes it; programs and packs run in ``nursery``, which `stop` closes."""
        self._world = world
        self._nursery = nursery or Nursery()

    def run(self, job: Job, pass_name: PassName) -> Pass:
        """Run one pass; see `stackproof.engine.Engine.run`."""
        started = time.monotonic()
        if job.program.runtime != "python":
            message = (
                f"{job.program.root}: runtime is {job.program.runtime!r}; the embedded engine runs python programs"
                " only: use --engine pulumi"
            )
            raise UsageError(message)
        for interpreter in job.interpreters:
            self._nursery.warm(interpreter)
        running = [RunningPack(source, job, self._nursery) for source in job.packs]
        journal = Journal()
        monitor = self._monitor(job, pass_name, running, journal)
        try:
            with futures.ThreadPoolExecutor(max_workers=max(len(running), 1)) as pool:
                # Both sides take most of their start to import their own modules, so they start together.
                starting = [pool.submit(pack.start) for pack in running]
                ended = self._run_program(job, monitor, journal, starting)
                packs = tuple(start.result() for start in starting)
            registrations = monitor.registrar.registry.all()
            completed = ended.end is ProgramEnd.COMPLETED
            analyses = [analysis for pack in running for analysis in pack.finish(registrations, completed=completed)]
        finally:
            for pack in running:
                pack.close()
        return Pass(
            name=pass_name,
            end=ended.end,
            exit_code=ended.exit_code,
            output=ended.output,
            resources=tuple(registration.freeze() for registration in registrations),
            packs=packs,
            analyses=tuple(analyses),
            log=journal.lines,
            assumptions=(*job.program.assumptions, *journal.assumptions),
            seconds=time.monotonic() - started,
            deletions=monitor.registrar.deletions() if ended.end is ProgramEnd.COMPLETED else (),
        )

    def stop(self) -> None:
        """End every process; see `stackproof.engine.Engine.stop`."""
        self._nursery.close()

    def _monitor(self, job: Job, pass_name: PassName, running: list[RunningPack], journal: Journal) -> Monitor:
        resolved = pass_name == "resolved"  # noqa: S105 (not a password)
        provider_for = providers(self._world, job.outside, resolved=resolved)

        def analyze(registration: Registration, provider: Registration | None) -> None:
            tainted = tuple(wire.tainted_paths(dict(registration.inputs)))
            remedied = [pack.remediate(registration, provider) for pack in running]
            for pack, done in zip(running, remedied, strict=True):
                pack.submit(registration, provider, tainted, done)

        return Monitor(job, pass_name, provider_for, analyze, journal)

    def _run_program(
        self,
        job: Job,
        monitor: Monitor,
        journal: Journal,
        starting: list[futures.Future[PolicyPack]],
    ) -> _Ended:
        """Run the program to its end, to the job's timeout, or until a pack turns out not to start."""
        server, port = channels.serve(futures.ThreadPoolExecutor(max_workers=_SERVER_THREADS))
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
        engine_pb2_grpc.add_EngineServicer_to_server(EngineService(journal), server)
        server.start()
        try:
            child = self._start_program(job.program, f"127.0.0.1:{port}")
            try:
                deadline = time.monotonic() + job.timeout
                code = child.wait(_POLL)
                while code is None and time.monotonic() < deadline and not any(map(_failed, starting)):
                    code = child.wait(_POLL)
            finally:
                self._nursery.stop(child)
        finally:
            server.stop(grace=None).wait(timeout=_STOP)
        return _ended(child, code, job, journal, completed=monitor.completed.is_set() or monitor.registrar.is_whole)

    def _start_program(self, program: Program, address: str) -> Child:
        env = stack_environment(program) | {
            "STACKPROOF_PARALLEL": str(_PARALLEL),
            "STACKPROOF_PROJECT_ROOT": str(program.root),
            "PYTHONUNBUFFERED": "1",
        }
        command = [str(program.interpreter), str(Path(launch.__file__)), address, str(program.main)]
        try:
            return self._nursery.run_python(command, program.main.parent, env)
        except OSError as error:
            message = f"program {program.main} cannot be started with {program.interpreter}: {error.strerror}"
            raise UnrunnableError(message) from error


def _failed(start: futures.Future[PolicyPack]) -> bool:
    return start.done() and start.exception() is not None


def _ended(child: Child, code: int | None, job: Job, journal: Journal, *, completed: bool) -> _Ended:
    first = [child.first_line] if child.first_line else []
    output = "\n".join([*first, child.output()]).strip()
    if code is None:
        end = ProgramEnd.TIMED_OUT
        journal.log(LogLine("error", f"the program did not end within {job.timeout:g} seconds and was stopped"))
    elif code == launch.EXIT_BAD_CONFIGURATION:
        end = ProgramEnd.BAD_CONFIGURATION
    elif code == 0 and completed:
        end = ProgramEnd.COMPLETED
    elif code == 0:
        end = ProgramEnd.EXITED_EARLY
        journal.log(LogLine("error", "the program ended its process before Pulumi was done with it"))
    else:
        end = ProgramEnd.FAILED
        if code != launch.EXIT_FAILED:
            how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            journal.log(LogLine("error", f"the program's process {how}"))
    return _Ended(end, code, output)
