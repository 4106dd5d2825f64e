# SPDX-License-Identifier: Apache-2.0
"""Child processes that leave nothing behind: own process group, drained pipes, a bounded tail of what they printed."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
from collections import deque
from typing import IO, TYPE_CHECKING, Protocol

from stackproof.engine import guardian

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Child", "Guarded", "spawn"]

_TAIL_LINES = 400
_LINE_LIMIT = 4000
_CHUNK = 65536

_PATIENCE = 10.0
"""Seconds that a guardian may take to end what it guards."""


class Guarded(Protocol):
    """A process under a guardian: as much of `subprocess.Popen` as a `Child` needs."""

    @property
    def stdin(self) -> IO[bytes] | None:
        """The pipe whose end tells the guardian to end everything."""
        ...

    @property
    def stdout(self) -> IO[bytes] | None:
        """The pipe of standard output; None where a file takes it."""
        ...

    @property
    def stderr(self) -> IO[bytes] | None:
        """The pipe of standard error."""
        ...

    def terminate(self) -> None:
        """Ask it to end."""
        ...

    def kill(self) -> None:
        """End its guardian."""
        ...

    def wait(self, timeout: float) -> int:
        """Give its exit code, or raise subprocess.TimeoutExpired after ``timeout`` seconds."""
        ...


class Child:
    """A running process whose output is read all the time, so that it never blocks on a full pipe.

    Attributes:
        first_line: the first line of standard output, without its newline; "" where there was none.
        first_line_read: set once ``first_line`` is final.

    """

    def __init__(self, process: Guarded) -> None:
        """Take over a guardian that runs already, whose standard input and error, at least, are pipes."""
        self._process = process
        self.first_line = ""
        self.first_line_read = threading.Event()
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._dropped = 0
        self._lock = threading.Lock()
        self._readers = [
            threading.Thread(target=self._drain, args=(stream, is_stdout), daemon=True)
            for stream, is_stdout in ((self._process.stdout, True), (self._process.stderr, False))
            if stream is not None
        ]
        for reader in self._readers:
            reader.start()

    def _drain(self, stream: IO[bytes], is_stdout: bool) -> None:  # noqa: FBT001 (which of the two pipes)
        """Read a pipe to its end. A line beyond the limit becomes several, so that no process can fill the memory."""
        rest = b""
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                rest = self._take(rest + chunk, is_stdout)
        if rest:
            self._take(rest + b"\n", is_stdout)
        if is_stdout:
            self.first_line_read.set()

    def _take(self, text: bytes, is_stdout: bool) -> bytes:  # noqa: FBT001 (which of the two pipes)
        """Keep the last of the whole lines in ``text``, and give what follows them."""
        if is_stdout and not self.first_line_read.is_set():
            first, newline, after = text.partition(b"\n")
            if not newline and len(first) < _LINE_LIMIT:
                return text
            self.first_line = first[:_LINE_LIMIT].decode(errors="replace").rstrip("\r")
            self.first_line_read.set()
            text = first[_LINE_LIMIT:] + newline + after if len(first) > _LINE_LIMIT else after
        *lines, rest = text.split(b"\n")
        if len(rest) >= _LINE_LIMIT:
            lines, rest = [*lines, rest], b""
        last = lines[-_TAIL_LINES:]
        self._keep(
            [line[at : at + _LINE_LIMIT] for line in last for at in range(0, max(len(line), 1), _LINE_LIMIT)],
            dropped=len(lines) - len(last),
        )
        return rest

    def _keep(self, lines: list[bytes], dropped: int) -> None:
        with self._lock:
            self._dropped += dropped + max(len(self._tail) + len(lines) - _TAIL_LINES, 0)
            self._tail.extend(line.decode(errors="replace").rstrip("\r") for line in lines)

    def output(self) -> str:
        """Give the last lines that the process printed on either stream, after the first line of standard output."""
        with self._lock:
            head = [f"… {self._dropped} earlier lines left out"] if self._dropped else []
            return "\n".join([*head, *self._tail])

    def wait(self, timeout: float) -> int | None:
        """Wait up to ``timeout`` seconds for the end; give the exit code, or None if the process still runs."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        for reader in self._readers:
            reader.join(timeout=1)
        return code

    def stop(self, grace: float = 2.0) -> None:
        """End the process and all it started: asked first, killed by its guardian after ``grace`` seconds."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        self.wait(grace)
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        if self.wait(_PATIENCE) is None:
            self._process.kill()


def spawn(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    stdout: Path | None = None,
    passed: Sequence[int] = (),
) -> Child:
    """Start a process in a group of its own, under a guardian.

    ``stdout`` is a file that takes standard output, ``passed`` are descriptors that the process inherits.

    Raises:
        OSError: it cannot be executed, or the file cannot be written.

    """
    if not os.access(command[0], os.X_OK):
        raise FileNotFoundError(errno.ENOENT, "no such program", command[0])
    inherited = ",".join(map(str, passed))
    with stdout.open("wb") if stdout else contextlib.nullcontext(subprocess.PIPE) as out:
        process = subprocess.Popen(  # noqa: S603 (an argument list, never a shell)
            [sys.executable, "-I", "-S", guardian.__file__, inherited, *command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            pass_fds=passed,
        )
    return Child(process)
