# SPDX-License-Identifier: Apache-2.0
"""The engine that is the real Pulumi CLI: it runs the program and the packs, and the offline provider is attached.

What packs are shown is written down by a pack of our own beside them; what they answer is read from the engine's
events; where a resource stands in the source is in the CLI's digest. All three are put together after the run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stackproof.aws import World, providers
from stackproof.aws.serve import ProviderServer
from stackproof.engine.embedded.analyzer import RunningPack
from stackproof.engine.nursery import Nursery
from stackproof.engine.plugins import installed
from stackproof.engine.pulumi import cli
from stackproof.engine.pulumi.events import Events
from stackproof.engine.pulumi.outcome import Outcome, assemble
from stackproof.engine.pulumi.workspace import Workspace, temporary_folder
from stackproof.errors import UnrunnableError

if TYPE_CHECKING:
    from stackproof.engine.pack_config import PolicyConfig
    from stackproof.engine.process import Child
    from stackproof.model import Job, PackSource, Pass, PassName, PolicyPack, Program

__all__ = ["PulumiEngine"]

_POLL = 0.1
_DYNAMIC = "pulumi-python"
"""The package of dynamic providers, which are code of the program's: never executed here."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A pack as it announces itself, with the configuration that it will be run with."""

    source: PackSource
    pack: PolicyPack
    config: dict[str, PolicyConfig]


class PulumiEngine:
    """Runs programs by the CLI on the PATH. Implements `stackproof.engine.Engine`."""

    def __init__(
        self,
        world: World,
        *,
        offline: bool = True,
        operation: Literal["preview", "up"] = "preview",
    ) -> None:
        """Play an AWS account as ``world`` describes it.

        With ``offline`` False the faithful pass asks the user's own backend and account instead; the resolved pass
        never does. ``up`` deploys to the offline provider.

        Raises:
            UnrunnableError: the CLI is missing or too old.

        """
        self._world = world
        self._offline = offline
        self._operation = operation
        self._nursery = Nursery()
        self._path, self.version = cli.find()

    @property
    def name(self) -> str:
        """The engine's name, and what it was asked to do beyond a preview."""
        return "pulumi" if self._operation == "preview" else "pulumi up"

    def run(self, job: Job, pass_name: PassName) -> Pass:
        """Run one pass; see `stackproof.engine.Engine.run`."""
        started = time.monotonic()
        _refuse_absent(job)
        loaded = [self._load(source, job) for source in job.packs]
        packages = {"aws", _DYNAMIC, *installed(job.program.interpreter)}
        while True:
            with temporary_folder() as folder:
                offline = self._offline or pass_name == "resolved"  # noqa: S105 (not a password)
                place = Workspace.create(folder, job, offline=offline)
                outcome = self._attempt(place, job, loaded, pass_name, packages)
                missing = outcome.missing
                if missing is None or missing in packages:
                    return assemble(job, pass_name, [item.pack for item in loaded], outcome, started)
                packages.add(missing)

    def stop(self) -> None:
        """End every process; see `stackproof.engine.Engine.stop`."""
        self._nursery.close()

    def _load(self, source: PackSource, job: Job) -> _Loaded:
        """Ask a pack what it has: the CLI does not tell, and ignores much of what is wrong in a configuration."""
        running = RunningPack(source, job, self._nursery)
        try:
            pack = running.start()
            return _Loaded(source, pack, running.config)
        finally:
            running.close()

    def _attempt(
        self,
        place: Workspace,
        job: Job,
        loaded: list[_Loaded],
        pass_name: PassName,
        packages: set[str],
    ) -> Outcome:
        resolved = pass_name == "resolved"  # noqa: S105 (not a password)
        server = ProviderServer(providers(self._world, job.outside, resolved=resolved))
        environment = place.environment(server.start(), tuple(sorted(packages)))
        events = Events(place.events)
        try:
            if place.offline and job.program.secret_keys:
                self._encrypt(place, environment)
            child = self._start(place, self._arguments(place, loaded), environment)
            try:
                code = _follow(child, events, job.timeout)
            finally:
                self._nursery.stop(child)
            events.read()
        finally:
            server.stop()
        return Outcome.of(place, events, code, child.output(), server)

    def _arguments(self, place: Workspace, loaded: list[_Loaded]) -> list[str]:
        packs = [(item.source.root, place.pack_config(index, item.config)) for index, item in enumerate(loaded)]
        packs.append((place.recorder, place.pack_config(len(loaded), {})))
        told = [
            *("--json", "--non-interactive", "--color", "never", "--event-log", str(place.events)),
            *("--stack", place.stack, "--config-file", str(place.config), "--cwd", str(place.program.root)),
        ]
        if self._operation == "up":
            told.append("--yes")
        for root, config in packs:
            told += ["--policy-pack", str(root), "--policy-pack-config", str(config)]
        return [self._operation, *told]

    def _start(self, place: Workspace, arguments: list[str], environment: dict[str, str]) -> Child:
        try:
            return self._nursery.start([str(self._path), *arguments], place.root, environment, place.digest)
        except OSError as error:
            message = f"{self._path} cannot be started: {error.strerror}"
            raise UnrunnableError(message) from error

    def _encrypt(self, place: Workspace, environment: dict[str, str]) -> None:
        """Write the configuration's secrets, of which only placeholders are known here, as secrets of the new stack."""
        program = place.program
        pairs = [word for key in sorted(program.secret_keys) for word in ("--secret", f"{key}={program.config[key]}")]
        where = ["--stack", place.stack, "--config-file", str(place.config), "--cwd", str(program.root)]
        child = self._start(place, ["config", "set-all", *where, *pairs], environment)
        try:
            code = child.wait(60)
        finally:
            self._nursery.stop(child)
        if code != 0:
            message = f"the CLI could not write the configuration's secrets: {cli.explain(child.output())}"
            raise UnrunnableError(message)


def _refuse_absent(job: Job) -> None:
    """Refuse a virtual environment that is named and not there: the CLI would make it, and then miss the SDK in it."""
    sources: tuple[Program | PackSource, ...] = (job.program, *job.packs)
    for source in sources:
        if source.absent_virtualenv:
            message = (
                f"{source.root} names the virtual environment {source.absent_virtualenv!r}, which does not exist;"
                " create it with `pulumi install`, or use --engine embedded"
            )
            raise UnrunnableError(message)


def _follow(child: Child, events: Events, timeout: float) -> int | None:
    """Read events as they come until the CLI ends; ``None`` where it does not in time (seconds)."""
    deadline = time.monotonic() + timeout
    while (code := child.wait(_POLL)) is None and time.monotonic() < deadline:
        events.read()
    return code
