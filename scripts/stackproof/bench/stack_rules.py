# SPDX-License-Identifier: Apache-2.0
"""What policies of a pack cost beyond as many empty ones: 1,000 resources, of which 300 are alarms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PackCost", "measure_pack", "stack_request"]

_ALARMS = 300
_RESOURCES = 1_000
_WATCHED = (
    ("aws:sqs/queue:Queue", "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName"),
    ("aws:lambda/function:Function", "AWS/Lambda", "Errors", "FunctionName"),
    ("aws:dynamodb/table:Table", "AWS/DynamoDB", "ReadThrottleEvents", "TableName"),
)
_SCRIPTS = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class PackCost:
    """Some policies of a pack, and the least processor time of an analysis in ms: theirs, and as many empty ones'."""

    policies: int
    empty: float
    pack: float

    @property
    def beyond(self) -> float:
        """What the pack's own work comes to."""
        return self.pack - self.empty


def measure_pack(pack: Path, runs: int, names: Iterable[str] = ()) -> PackCost:
    """Time policies of a pack, by default all stack policies, and as many empty ones, in turn, ``runs`` times.

    Both are asked in a process of their own, without a wire between, whose cost would hide theirs.
    """
    command = [sys.executable, "-m", "stackproof.bench.in_pack", str(pack.resolve()), str(runs), *names]
    env = {**os.environ, "PYTHONPATH": str(_SCRIPTS)}
    done = subprocess.run(command, cwd=pack, env=env, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
    return PackCost(**json.loads(done.stdout))


def stack_request() -> analyzer_pb2.AnalyzeStackRequest:
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
