# SPDX-License-Identifier: Apache-2.0
"""A pack that speaks the analyzer protocol without the SDK, so that a test can have it say what no SDK would."""

from __future__ import annotations

from concurrent import futures

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as a
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2


class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    """Announces one mandatory policy and finds nothing, unless the lines at the marker say otherwise."""

    policies = (
        a.PolicyInfo(name="p", description="said", enforcementLevel=a.MANDATORY, policy_type=a.POLICY_TYPE_RESOURCE),
    )

    def GetAnalyzerInfo(self, request: object, context: object) -> a.AnalyzerInfo:  # noqa: ARG002, N802 (the protocol's)
        """Announce the policies."""
        return a.AnalyzerInfo(name="written", version="0.0.1", supportsConfig=True, policies=self.policies)

    def GetPluginInfo(self, request: object, context: object) -> plugin_pb2.PluginInfo:  # noqa: ARG002, N802 (the same)
        """Give a version."""
        return plugin_pb2.PluginInfo(version="0.0.1")

    def Configure(self, request: object, context: object) -> empty_pb2.Empty:  # noqa: ARG002, N802 (the same)
        """Accept any configuration."""
        return empty_pb2.Empty()

    def Analyze(self, request: object, context: object) -> a.AnalyzeResponse:  # noqa: ARG002, N802 (the same)
        """Find nothing."""
        return a.AnalyzeResponse()

    def AnalyzeStack(self, request: object, context: object) -> a.AnalyzeResponse:  # noqa: ARG002, N802 (the same)
        """Find nothing."""
        return a.AnalyzeResponse()

    # HERE


server = grpc.server(futures.ThreadPoolExecutor(4))
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # noqa: T201 (the protocol's first word)
server.start()
server.wait_for_termination()
