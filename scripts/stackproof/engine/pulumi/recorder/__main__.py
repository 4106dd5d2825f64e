# SPDX-License-Identifier: Apache-2.0
"""A policy pack that judges nothing: it writes down every request, so that what packs were shown is known exactly.

Engine events leave out secrets and resource options; a pack sees both. Run by an engine like any pack, so it imports
nothing but the Pulumi SDK. The file named by ``STACKPROOF_RECORD`` receives one line a request: the method's name,
a space, and the request's bytes in base64.
"""

from __future__ import annotations

import base64
import os
import threading
from concurrent import futures
from typing import TYPE_CHECKING

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

if TYPE_CHECKING:
    from google.protobuf.message import Message

_LIMIT = 400 * 1024 * 1024


class Recorder(analyzer_pb2_grpc.AnalyzerServicer):
    """The Analyzer service; every answer is that there is nothing to say."""

    def __init__(self, path: str) -> None:
        """Append to the file at ``path``."""
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115, PTH123 (it stays open as long as the process lives)
        self._lock = threading.Lock()

    def _write(self, method: str, request: Message) -> None:
        line = method.encode() + b" " + base64.b64encode(request.SerializeToString()) + b"\n"
        with self._lock:
            self._file.write(line)

    def Handshake(
        self,
        request: analyzer_pb2.AnalyzerHandshakeRequest,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzerHandshakeResponse:
        """Accept the engine."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(
        self,
        request: analyzer_pb2.AnalyzerStackConfigureRequest,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Take the stack's configuration."""
        self._write("ConfigureStack", request)
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def GetAnalyzerInfo(
        self,
        request: empty_pb2.Empty,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzerInfo:
        """Announce one policy of each kind: an engine asks nothing of a pack without policies."""
        policies = [
            analyzer_pb2.PolicyInfo(
                name=name,
                description="records what packs are shown",
                enforcementLevel=analyzer_pb2.ADVISORY,
                policy_type=kind,
            )
            for name, kind in (
                ("resource", analyzer_pb2.POLICY_TYPE_RESOURCE),
                ("stack", analyzer_pb2.POLICY_TYPE_STACK),
            )
        ]
        return analyzer_pb2.AnalyzerInfo(
            name="stackproof-recorder",
            version="1.0.0",
            supportsConfig=True,
            policies=policies,
        )

    def Configure(
        self,
        request: analyzer_pb2.ConfigureAnalyzerRequest,
        context: grpc.ServicerContext,
    ) -> empty_pb2.Empty:
        """Accept any configuration."""
        return empty_pb2.Empty()

    def Analyze(
        self,
        request: analyzer_pb2.AnalyzeRequest,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzeResponse:
        """Write down a resource."""
        self._write("Analyze", request)
        return analyzer_pb2.AnalyzeResponse()

    def AnalyzeStack(
        self,
        request: analyzer_pb2.AnalyzeStackRequest,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzeResponse:
        """Write down the whole stack."""
        self._write("AnalyzeStack", request)
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(
        self,
        request: analyzer_pb2.AnalyzeRequest,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.RemediateResponse:
        """Change nothing."""
        return analyzer_pb2.RemediateResponse()

    def GetPluginInfo(
        self,
        request: empty_pb2.Empty,
        context: grpc.ServicerContext,
    ) -> plugin_pb2.PluginInfo:
        """Give the version."""
        return plugin_pb2.PluginInfo(version="1.0.0")


def main() -> None:
    """Serve until the engine ends the process; the port on standard output tells it where."""
    limits = (("grpc.max_receive_message_length", _LIMIT), ("grpc.max_send_message_length", _LIMIT))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=limits)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Recorder(os.environ["STACKPROOF_RECORD"]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 (how a pack tells its port)
    server.wait_for_termination()


main()
