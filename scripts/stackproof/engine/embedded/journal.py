# SPDX-License-Identifier: Apache-2.0
"""What is told while a program runs: its log, the engine's own errors, and what was assumed, each once and in order."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from google.protobuf import empty_pb2

from stackproof.model import LogLine
from stackproof.protocol import engine_pb2, engine_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterable

    import grpc

__all__ = ["EngineService", "Journal"]

_SEVERITIES = {engine_pb2.INFO: "info", engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}
_UNHANDLED = "Program failed with an unhandled exception:"
"""How language hosts begin to tell of a program's exception."""


class Journal:
    """A log and a list of assumptions. Methods are safe to call from several threads."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lines: dict[LogLine, None] = {}
        self._assumptions: dict[str, None] = {}
        self._halted = False
        self._lock = threading.Lock()

    def log(self, line: LogLine) -> None:
        """Keep a message, but not a program's complaint about an error at which the engine had halted it."""
        with self._lock:
            if not (self._halted and line.message.startswith(_UNHANDLED)):
                self._lines.setdefault(line)

    def halt(self, lines: Iterable[LogLine]) -> None:
        """Keep the engine's own errors, at which a deployment ends."""
        with self._lock:
            self._halted = True
            for line in lines:
                self._lines.setdefault(line)

    def assume(self, notes: Iterable[str]) -> None:
        """Keep what was invented, in words."""
        with self._lock:
            for note in notes:
                self._assumptions.setdefault(note)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The messages so far."""
        return tuple(self._lines)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions so far."""
        return tuple(self._assumptions)


class EngineService(engine_pb2_grpc.EngineServicer):
    """The Engine service: a program's log."""

    def __init__(self, journal: Journal) -> None:
        """Log into a journal."""
        self._journal = journal

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002
        """Keep a message that is neither for debugging nor for a progress display."""
        severity = _SEVERITIES.get(request.severity)
        if severity and not request.ephemeral:
            self._journal.log(LogLine(severity, request.message.strip(), request.urn))  # type: ignore[arg-type]  # the three literals
        return empty_pb2.Empty()

    def RequirePulumiVersion(
        self,
        request: engine_pb2.RequirePulumiVersionRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> engine_pb2.RequirePulumiVersionResponse:
        """Accept any version range: no CLI takes part, and the report names the engine that did."""
        note = f"the program requires Pulumi {request.pulumi_version_range}; the embedded engine did not test that"
        self._journal.assume([note])
        return engine_pb2.RequirePulumiVersionResponse()
