# SPDX-License-Identifier: Apache-2.0
"""Imports Pulumi's SDK once, then forks itself for every program and pack that runs in the same interpreter.

Executed by path with only the standard library at hand: SOCKET GUARDIAN-FILE MODULE... It says that it is ready by one
byte on the socket, and ends where that closes. It has a single thread and no gRPC channel, so a fork is whole; each
becomes a guardian, and a child of that runs what was asked for, as if the interpreter had been started for it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import runpy
import socket
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

PIPES = 4
"""Descriptors that come with a request: the guardian's standard input, the child's output and error, and the status."""

LENGTH = 4
"""Bytes before a task, on the guardian's standard input: its length, the most significant first."""

CUSTOMIZING = {"sitecustomize", "usercustomize"}
"""Modules that an interpreter imports at its start, wherever it finds them."""


def main() -> None:
    """Serve; in each forked child, run what was asked for and end as it ends."""
    number, guardian_file, *modules = sys.argv[1:]
    if getattr(sys.flags, "safe_path", False):
        sys.exit("a program's own folder must not come first")
    # This file's folder came first, and its neighbours have names such as `pulumi`.
    del sys.path[0]
    guardian = _load(guardian_file)
    gc.disable()
    for name in modules:
        importlib.import_module(name)
    if len(os.listdir("/proc/self/task")) > 1:
        sys.exit("a module started a thread, which no fork would have")
    # What is there now is never looked through again, so that children share its memory.
    gc.freeze()
    gc.enable()
    with socket.socket(fileno=int(number)) as server:
        server.send(b"r")
        task = _serve(server, guardian)
    _run(task)


def _load(file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("stackproof_guardian", file)
    assert spec is not None and spec.loader is not None, file  # noqa: PT018, S101 (a file of Python has both)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _serve(server: socket.socket, guardian: ModuleType) -> dict[str, Any]:
    """Fork a guardian at each request; its child returns with the task. Ends the process where nothing is asked."""
    while True:
        _, pipes, _, _ = socket.recv_fds(server, 1, PIPES)
        if not pipes:
            os._exit(0)
        if os.fork() == 0:
            server.close()
            return _guard(guardian, pipes)
        for pipe in pipes:
            os.close(pipe)
        _reap()


def _reap() -> None:
    """Forget the guardians that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _guard(guardian: ModuleType, pipes: list[int]) -> dict[str, Any]:
    """Read the task and fork; the guardian tells how the child ended, the child returns with what it is to do."""
    for standard, pipe in enumerate(pipes[:3]):
        os.dup2(pipe, standard)
        os.close(pipe)
    status = pipes[3]
    task: dict[str, Any] = json.loads(_read(int.from_bytes(_read(LENGTH), "big")))
    # What ends the server's process group must not end the guardians before what they guard.
    os.setsid()
    code = guardian.Guardian().fork()
    if code is not None:
        os.write(status, str(code).encode())
        os._exit(0)
    os.close(status)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return task


def _read(size: int) -> bytes:
    read = bytearray()
    while len(read) < size:
        chunk = os.read(0, size - len(read))
        if not chunk:
            os._exit(1)
        read += chunk
    return bytes(read)


def _run(task: dict[str, Any]) -> None:
    """Run a script, or a module after -m, as the interpreter would; by a new one where imports might differ."""
    command: list[str] = task["command"]
    os.chdir(task["folder"])
    os.environ.clear()
    os.environ.update(task["env"])
    path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if _shadowed([task["folder"], *path]):
        os.execve(command[0], command, task["env"])  # noqa: S606 (the engine's own argument list)
    sys.orig_argv = command
    words = command[2:] if command[1] == "-u" else command[1:]
    if words[0] == "-m":
        sys.path[:0] = [os.getcwd(), *path]
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[:0] = [os.path.dirname(words[0]), *path]
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def _shadowed(folders: list[str]) -> bool:
    """Say whether a module that is imported already might have been found in a folder that comes before its own."""
    loaded = {name.partition(".")[0] for name in sys.modules} - {"__main__"} | CUSTOMIZING
    for folder in folders:
        try:
            names = os.listdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return True
        if loaded.intersection(name.partition(".")[0] for name in names):
            return True
    return False


if __name__ == "__main__":
    main()
