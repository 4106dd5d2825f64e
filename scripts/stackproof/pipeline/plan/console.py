# SPDX-License-Identifier: Apache-2.0
"""What is asked of the Pulumi CLI on the user's own backend, and with which arguments: the only place that says so.

It is called directly: `pulumi/actions` and the Automation API pass ``--skip-preview``, and then a plan that no longer
fits is refused in the midst of the update (pulumi/actions issue 1016).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import stackproof
from stackproof.engine.pulumi import cli
from stackproof.errors import UnrunnableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from stackproof.model import PackSource, Program
    from stackproof.pipeline.plan.executables import Plugin

__all__ = ["Console"]

_OWN_MODULES = Path(stackproof.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Console:
    """The CLI on the PATH, for one stack of a program; ``version`` is its own, such as ``3.260.0``."""

    path: Path
    version: str
    program: Program

    @classmethod
    def of(cls, program: Program) -> Console:
        """Find the CLI.

        Raises:
            UnrunnableError: it is missing or too old.

        """
        path, version = cli.find()
        return cls(path, version, program)

    def backend(self) -> str:
        """Give the URL of the backend in use."""
        found: object = self._json(["whoami", "--json"]).get("url")
        if isinstance(found, str) and found:
            return found
        raise UnrunnableError("the Pulumi CLI does not tell which backend it is logged in to; set PULUMI_BACKEND_URL")

    def export(self) -> bytes:
        """Give the stack's state as the backend has it, secrets encrypted."""
        return self._ask(["stack", "export", *self._stack()])

    def fetch(self, plugin: Plugin) -> None:
        """Have a provider's plugin there, as the CLI would before it previews; it stays absent where that fails."""
        if os.environ.get("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "").lower() in {"1", "true"}:
            return
        server = ["--server", plugin.server] if plugin.server else []
        with contextlib.suppress(UnrunnableError):  # the envelope says that it is not found
            self._ask(["plugin", "install", "resource", plugin.name, plugin.version, *server])

    def preview(self, packs: Sequence[PackSource], folder: Path, events: Path, *words: str) -> int:
        """Preview, its output going to this process's; give the exit code. ``words`` are further arguments."""
        return self._work(["preview", *words], packs, folder, events)

    def update(self, packs: Sequence[PackSource], folder: Path, events: Path, plan: Path | None) -> int:
        """Update the stack, by a plan where there is one; its preview phase is never skipped. Give the exit code."""
        planned = ["--plan", str(plan)] if plan else []
        return self._work(["up", "--yes", *planned], packs, folder, events)

    def _work(self, words: list[str], packs: Sequence[PackSource], folder: Path, events: Path) -> int:
        told = ["--non-interactive", "--color", "never", "--event-log", str(events), *self._stack()]
        command = [str(self.path), *words, *told, *_packs(packs, folder)]
        events.unlink(missing_ok=True)
        sys.stdout.flush()
        with _Interruptible(command, self._environment() | {"PULUMI_DEBUG_COMMANDS": "true"}) as running:
            return running.wait()

    def _stack(self) -> list[str]:
        return ["--stack", self.program.stack, "--cwd", str(self.program.root)]

    def _environment(self) -> dict[str, str]:
        """Give this process's environment without our own modules, which the program could import by mistake."""
        kept = dict(os.environ)
        paths = [item for item in kept.pop("PYTHONPATH", "").split(os.pathsep) if item]
        others = [item for item in paths if Path(item).resolve() != _OWN_MODULES]
        told = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
        return kept | told | ({"PYTHONPATH": os.pathsep.join(others)} if others else {})

    def _json(self, words: list[str]) -> dict[str, Any]:
        answer = self._ask(words)
        try:
            found: dict[str, Any] = json.loads(answer)
        except ValueError as error:
            raise UnrunnableError(f"`pulumi {' '.join(words)}` does not print JSON: {error}") from error
        return found

    def _ask(self, words: list[str]) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 (an argument list, never a shell)
                [str(self.path), *words, "--non-interactive"],
                capture_output=True,
                env=self._environment(),
                check=False,
            )
        except OSError as error:
            raise UnrunnableError(f"{self.path} cannot be started: {error.strerror}") from error
        if done.returncode != 0:
            said = cli.explain(done.stderr.decode(errors="replace"))
            raise UnrunnableError(f"`pulumi {words[0]} {words[1]}` failed: {said}")
        return done.stdout


def _packs(packs: Sequence[PackSource], folder: Path) -> list[str]:
    """Name each pack and its configuration, of which the CLI wants as many as packs or none."""
    words = []
    for index, pack in enumerate(packs):
        path = pack.config_file.resolve() if pack.config_file else folder / f"pack-config-{index}.json"
        if not pack.config_file:
            path.write_text("{}", encoding="utf-8")
        words += ["--policy-pack", str(pack.root), "--policy-pack-config", str(path)]
    return words


class _Interruptible:
    """A child process that is told once to stop where this one is, and then waited for: it has a lock to give back."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self._told = threading.Event()

    def __enter__(self) -> subprocess.Popen[bytes]:
        """Start it, in a process group of its own so that no signal reaches it twice."""
        try:
            self._child = subprocess.Popen(self._command, env=self._environment, start_new_session=True)  # noqa: S603 (an argument list, never a shell)
        except OSError as error:
            raise UnrunnableError(f"{self._command[0]} cannot be started: {error.strerror}") from error
        self._before = {number: signal.signal(number, self._tell) for number in (signal.SIGINT, signal.SIGTERM)}
        return self._child

    def __exit__(self, *_: object) -> None:
        """Take the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _tell(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (the signature of signal handlers)
        if not self._told.is_set():
            self._told.set()
            self._child.send_signal(signal.SIGINT)
