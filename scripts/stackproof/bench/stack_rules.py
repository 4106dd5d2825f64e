# SPDX-License-Identifier: Apache-2.0
"""What a pack's stack policies cost beyond as many empty ones: 1,000 resources, of which 300 are alarms."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from stackproof.engine.embedded.channels import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["PackCost", "measure_pack"]

_ALARMS = 300
_RESOURCES = 1_000
_WATCHED = (
    ("aws:sqs/queue:Queue", "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName"),
    ("aws:lambda/function:Function", "AWS/Lambda", "Errors", "FunctionName"),
    ("aws:dynamodb/table:Table", "AWS/DynamoDB", "ReadThrottleEvents", "TableName"),
)
_EMPTY = """\
from pulumi_policy import PolicyPack, StackValidationPolicy

PolicyPack("empty", [StackValidationPolicy(f"empty-{{n}}", "Never said", lambda a, r: None) for n in range({count})])
"""


@dataclass(frozen=True, slots=True)
class PackCost:
    """The stack policies of a pack, and the least time of an analysis in ms: theirs, and that of as many empty ones."""

    policies: int
    empty: float
    pack: float

    @property
    def beyond(self) -> float:
        """What the pack's own work comes to."""
        return self.pack - self.empty


def measure_pack(pack: Path, runs: int) -> PackCost:
    """Time a pack's analysis of one stack, and an empty pack's, each in a process of its own, ``runs`` times."""
    request = _request()
    with _served(pack) as stub:
        info = stub.GetAnalyzerInfo(empty_pb2.Empty())
        count = sum(item.policy_type == analyzer_pb2.POLICY_TYPE_STACK for item in info.policies)
        full = min(_time(stub, request) for _ in range(runs))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "PulumiPolicy.yaml").write_text("name: empty\nruntime: python\nversion: 1.0.0\n", encoding="utf-8")
        (root / "__main__.py").write_text(_EMPTY.format(count=count), encoding="utf-8")
        with _served(root) as stub:
            empty = min(_time(stub, request) for _ in range(runs))
    return PackCost(count, empty, full)


def _time(stub: analyzer_pb2_grpc.AnalyzerStub, request: analyzer_pb2.AnalyzeStackRequest) -> float:
    started = time.perf_counter()
    stub.AnalyzeStack(request)
    return (time.perf_counter() - started) * 1000


@contextmanager
def _served(pack: Path) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(pack.resolve())]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    process = subprocess.Popen(command, cwd=pack, env=env, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own)
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        with connect(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.terminate()
        process.communicate()


def _request() -> analyzer_pb2.AnalyzeStackRequest:
    """Make a stack of functions, queues and tables with an alarm each, and roles beside them."""
    request = analyzer_pb2.AnalyzeStackRequest()
    for number in range(_ALARMS):
        token, namespace, metric, key = _WATCHED[number % len(_WATCHED)]
        name = f"{number}-dev"
        owner = _add(request, token, f"watched-{number}", {"name": name, "arn": f"arn:{number}", "id": name})
        alarm = {
            "namespace": namespace,
            "metricName": metric,
            "dimensions": {key: name},
            "alarmActions": ["arn:oncall"],
        }
        numbers = {"period": 60, "evaluationPeriods": 5, "threshold": 10, "treatMissingData": "notBreaching"}
        compared = {"name": f"alarm-{name}", "comparisonOperator": "GreaterThanThreshold", **numbers}
        added = _add(request, "aws:cloudwatch/metricAlarm:MetricAlarm", f"alarm-{number}", {**alarm, **compared})
        added.propertyDependencies["dimensions"].urns.append(owner.urn)
    for number in range(_RESOURCES - 2 * _ALARMS):
        _add(request, "aws:iam/role:Role", f"role-{number}", {"name": f"role-{number}-dev", "assumeRolePolicy": "{}"})
    return request


def _add(
    request: analyzer_pb2.AnalyzeStackRequest,
    token: str,
    name: str,
    properties: Mapping[str, object],
) -> analyzer_pb2.AnalyzerResource:
    added = request.resources.add(type=token, name=name, urn=f"urn:pulumi:dev::bench::{token}::{name}")
    json_format.ParseDict(dict(properties), added.properties)
    return added
