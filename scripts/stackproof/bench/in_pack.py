# SPDX-License-Identifier: Apache-2.0
"""Times policies of a pack in the process that runs them, beside as many empty ones: a program of its own."""

from __future__ import annotations

import gc
import json
import runpy
import sys
import time
from typing import Any
from unittest.mock import patch

import pulumi_policy
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.policy import _PolicyAnalyzerServicer

from stackproof.bench.stack_rules import stack_request

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Read the pack's folder, the number of runs and the policies, by default those of the stack; print the times.

    They are processor time in ms, the least of all runs: of the policies named (``pack``), and of empty ones of the
    same kinds (``empty``). A resource policy is asked for each resource, as the SDK would ask it.
    """
    folder, runs, *names = arguments
    stack = pulumi_policy.StackValidationPolicy
    chosen = [item for item in _policies(folder) if item.name in names or (not names and isinstance(item, stack))]
    empty = [type(item)(item.name, "Never said", lambda _args, _report: None) for item in chosen]
    sides = [_served(policies) for policies in (empty, chosen)]
    whole = stack_request()
    each = [] if all(isinstance(item, stack) for item in chosen) else [_alone(item) for item in whole.resources]
    times = [[_time(side, whole, each) for side in sides] for _ in range(int(runs))]
    least = dict(zip(("empty", "pack"), map(min, zip(*times, strict=True)), strict=True))
    sys.stdout.write(json.dumps({"policies": len(chosen), **least}) + "\n")


def _policies(folder: str) -> list[Any]:
    """Run a pack's program up to where it would serve, and take its policies."""
    kept: list[Any] = []

    def keep(_name: str, policies: list[Any], **_rest: object) -> None:
        kept.extend(policies)

    with patch.object(pulumi_policy, "PolicyPack", keep):
        runpy.run_path(folder, run_name="__main__")
    return kept


def _served(policies: list[Any]) -> Any:
    made: Any = _PolicyAnalyzerServicer("bench", "0.0.1", policies, pulumi_policy.EnforcementLevel.MANDATORY)
    made.Configure(analyzer_pb2.ConfigureAnalyzerRequest(), None)
    return made


def _alone(item: analyzer_pb2.AnalyzerResource) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(type=item.type, name=item.name, urn=item.urn, properties=item.properties)


def _time(side: Any, whole: analyzer_pb2.AnalyzeStackRequest, each: list[analyzer_pb2.AnalyzeRequest]) -> float:
    gc.collect()
    started = time.process_time()
    for item in each:
        side.Analyze(item, None)
    side.AnalyzeStack(whole, None)
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
