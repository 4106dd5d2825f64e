# SPDX-License-Identifier: Apache-2.0
"""Children that are forks of an interpreter which has imported Pulumi's SDK already.

To import it costs 0.25 s of CPU time, and two passes with one pack did so four times, under four guardians that were
started for 0.02 s each: together more than half of what a preview of ten resources cost.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from stackproof.engine import forkserver, guardian
from stackproof.engine.process import spawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ForkServer", "Forked"]

_MODULES = ("pulumi", "pulumi.policy")
"""What programs and packs have in common: what else they import might tell one of them of the other."""

_READY = 60.0
"""Seconds that the modules may take to be imported."""


class Forked:
    """A guardian and its child that were forked elsewhere, with as much of `subprocess.Popen` as a `Child` needs."""

    def __init__(self, stdin: int, stdout: int, stderr: int, status: int) -> None:
        """Hold this process's ends of the pipes."""
        self.stdin = os.fdopen(stdin, "wb", buffering=0)
        self.stdout = os.fdopen(stdout, "rb", buffering=0)
        self.stderr = os.fdopen(stderr, "rb", buffering=0)
        self._status = os.fdopen(status, "rb", buffering=0)
        self._code: int | None = None
        self._lock = threading.Lock()

    def tell(self, task: bytes) -> None:
        """Write the task; one that nobody reads to its end comes to nothing, as its status will say."""
        rest = memoryview(task)
        with contextlib.suppress(BrokenPipeError):
            while rest:
                rest = rest[self.stdin.write(rest) or 0 :]

    def close(self) -> None:
        """Close the pipes of a child that was never forked."""
        for pipe in (self.stdin, self.stdout, self.stderr, self._status):
            pipe.close()

    def terminate(self) -> None:
        """Ask the child to end."""
        with contextlib.suppress(OSError, ValueError):
            self.stdin.write(b"t")

    def kill(self) -> None:
        """Leave what even its guardian could not end to the guardian of the server."""

    def wait(self, timeout: float) -> int:
        """Wait for the end of the child and all it started, and give its exit code, or minus the signal of its end.

        Raises:
            subprocess.TimeoutExpired: it has not ended within ``timeout`` seconds.

        """
        with self._lock:
            if self._code is None:
                poll = select.poll()
                poll.register(self._status, select.POLLIN)
                if not poll.poll(timeout * 1000):
                    raise subprocess.TimeoutExpired("a fork", timeout)
                with self._status:
                    told = self._status.read()
                self._code = int(told) if told else -signal.SIGKILL
            return self._code


class ForkServer:
    """One interpreter with the SDK imported, in a process that runs from the start on."""

    def __init__(self, interpreter: Path) -> None:
        """Begin to import. Raises OSError where the interpreter cannot be executed."""
        self._socket, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._ready: bool | None = None
        # Where the environment adds to the path, a fork adds it, if that makes no difference to what is imported.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        number = theirs.fileno()
        command = [str(interpreter), "-u", forkserver.__file__, str(number), guardian.__file__, *_MODULES]
        with theirs:
            self._child = spawn(command, Path(forkserver.__file__).parent, env, None, (number,))

    def ready(self) -> bool:
        """Wait until the SDK is imported; False where it cannot be, or not in a process that may be forked."""
        with self._lock:
            if self._ready is None:
                self._socket.settimeout(_READY)
                try:
                    self._ready = self._socket.recv(1) == b"r"
                except OSError:
                    self._ready = False
            return self._ready

    def fork(self, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Forked | None:
        """Fork a child that runs a Python command in a folder; None where the server is gone."""
        task = json.dumps({"command": list(command), "folder": str(folder), "env": dict(env)}).encode()
        control, status, out, err = (os.pipe() for _ in range(forkserver.PIPES))
        ours = Forked(control[1], out[0], err[0], status[0])
        theirs = (control[0], out[1], err[1], status[1])
        try:
            with self._lock:
                socket.send_fds(self._socket, [b"f"], theirs)
        except OSError:
            ours.close()
            return None
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        ours.tell(len(task).to_bytes(forkserver.LENGTH, "big") + task)
        return ours

    def close(self) -> None:
        """End the server; its forks are ended before."""
        self._socket.close()
        self._child.stop()
