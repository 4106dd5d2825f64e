# SPDX-License-Identifier: Apache-2.0
"""The children of one command: started as processes or as forks, and ended together."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING

from stackproof.engine.forks import ForkServer
from stackproof.engine.process import Child, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Nursery"]


class Nursery:
    """The children that are alive, so that an interrupt ends them all, whichever thread started them."""

    def __init__(self) -> None:
        """Begin with no children."""
        self._children: set[Child] = set()
        self._servers: dict[str, ForkServer] = {}
        self._lock = threading.Lock()
        self._closed = False

    def warm(self, interpreter: Path) -> None:
        """Let an interpreter import Pulumi's SDK ahead, once for all its children that `run_python` starts.

        Nothing is done where a fork is not known to be safe. Whatever goes wrong is told by the children, which then
        import for themselves.
        """
        with self._lock, contextlib.suppress(OSError):
            if sys.platform == "linux" and not self._closed and str(interpreter) not in self._servers:
                self._servers[str(interpreter)] = ForkServer(interpreter)

    def start(
        self,
        command: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        stdout: Path | None = None,
    ) -> Child:
        """Start a child under a guardian; ``stdout`` is a file that takes its standard output.

        Raises:
            OSError: it cannot be executed, or the file cannot be written.
            InterruptedError: the nursery is closed.

        """
        return self._keep(lambda: spawn(command, cwd, env, stdout))

    def run_python(self, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Child:
        """Run a script, or a module after -m, of the folder that comes first on its path; raises what `start` raises.

        The child begins in that folder.
        """
        server = self._servers.get(command[0])
        if server is None or not server.ready():
            return self.start(command, folder, env)

        def begin() -> Child:
            forked = server.fork(command, folder, env)
            return Child(forked) if forked else spawn(command, folder, env)

        return self._keep(begin)

    def _keep(self, begin: Callable[[], Child]) -> Child:
        with self._lock:
            if self._closed:
                message = "stopped before the process was started"
                raise InterruptedError(message)
            child = begin()
            self._children.add(child)
            return child

    def stop(self, child: Child) -> None:
        """End one child; a child that has ended already is forgotten."""
        child.stop()
        with self._lock:
            self._children.discard(child)

    def close(self) -> None:
        """End every child and start no more."""
        with self._lock:
            self._closed = True
            children = list(self._children)
            self._children.clear()
        for child in children:
            child.stop(grace=0.5)
        for server in self._servers.values():
            server.close()
