# SPDX-License-Identifier: Apache-2.0
"""Runs a command and, once it or the process that asked for it has ended, ends all that it started.

Executed by path with only the standard library at hand. It stands between the engine and each child: a killed engine
cannot clean up, but its end of the guardian's standard input closes. The command's exit code is the guardian's.
A process can also fork a child under a guardian; then this file is imported.

On Linux the guardian adopts every orphan below it, so a daemon that left its process group is ended as well. Elsewhere
it ends the command's own process group; what has left that is out of its reach.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SET_CHILD_SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER`` of ``linux/prctl.h``."""

_PATIENCE = 5.0
"""Seconds after which a process that even SIGKILL does not end is left behind."""


class Guardian:
    """One command in a process group of its own, and everything below it."""

    def __init__(self) -> None:
        """Begin with nothing to guard."""
        self._group = 0
        self._asked = False

    def run(self, command: list[str], passed: list[int]) -> int:
        """Run the command, with nothing on its standard input; give its exit code, or minus the signal of its end.

        ``passed`` are the descriptors, beside standard output and error, that it inherits.
        """
        _adopt_orphans()
        signal.signal(signal.SIGTERM, self._ask_to_end)
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=passed)  # noqa: S603 (the engine's own argument list)
        self._group = child.pid
        if self._asked:
            self._kill(signal.SIGTERM)
        return self._watch(child.wait)

    def fork(self) -> int | None:
        """Fork this process, which becomes the guardian; give the exit code as `run` does, but None in the child."""
        _adopt_orphans()
        leads_its_group, led = os.pipe()
        child = os.fork()
        if child == 0:
            os.setsid()
            os.close(leads_its_group)
            os.close(led)
            return None
        self._group = child
        os.close(led)
        os.read(leads_its_group, 1)
        os.close(leads_its_group)
        return self._watch(lambda: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    def _watch(self, wait: Callable[[], int]) -> int:
        threading.Thread(target=self._listen_to_parent, daemon=True).start()
        code = wait()
        self._end_all()
        return code

    def _ask_to_end(self, number: int, frame: object) -> None:  # noqa: ARG002 (the signature of signal handlers)
        self._asked = True
        if self._group:
            self._kill(signal.SIGTERM)

    def _kill(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)

    def _listen_to_parent(self) -> None:
        """Ask the command to end at each byte on standard input, and kill it at the end of that."""
        while os.read(0, 1):
            self._kill(signal.SIGTERM)
        self._kill(signal.SIGKILL)

    def _end_all(self) -> None:
        """Kill what is left, one generation after another: orphans become the guardian's own children."""
        self._kill(signal.SIGKILL)
        deadline = time.monotonic() + _PATIENCE
        # Raised once there are no children, or where there is no /proc to find them in.
        with contextlib.suppress(ChildProcessError, FileNotFoundError):
            while time.monotonic() < deadline:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    for pid in _children():
                        with contextlib.suppress(PermissionError):
                            os.kill(pid, signal.SIGKILL)
                    time.sleep(0.005)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> list[int]:
    """List the processes whose parent this one is; it alone reaps them, so each number still means the same process."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")) if sys.platform == "linux" else ():
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
            # The name of the program, in parentheses, may hold anything; its state and its parent's number follow.
            parent = file.read().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(name))
    return found


def main() -> None:
    """Run the command on the command line, after the descriptors that it inherits, and end as it ended."""
    passed, *command = sys.argv[1:]
    code = Guardian().run(command, [int(number) for number in passed.split(",") if number])
    if code < 0:
        if code == -signal.SIGTERM:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
