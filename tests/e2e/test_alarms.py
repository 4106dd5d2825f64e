# SPDX-License-Identifier: Apache-2.0
"""Alarms over the whole way, program to report: dimensions that only the resolved pass knows, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stackproof import cli

ROOT = Path(__file__).parents[2]
PROGRAM = """\
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")


def alarm(name, namespace, metric, **dimensions):
    aws.cloudwatch.MetricAlarm(
        name,
        name=f"{name}-dev",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=5,
        threshold=5,
        period=60,
        statistic="Maximum",
        namespace=namespace,
        metric_name=metric,
        dimensions=dimensions,
        alarm_actions=[topic.arn],
    )


machine = aws.ec2.Instance("machine", ami="ami-1", instance_type="t3.micro")
flow = aws.sfn.StateMachine("flow", name="flow-dev", role_arn="arn:aws:iam::111122223333:role/flow", definition="{}")
web = aws.lb.LoadBalancer("web", name="web-dev", load_balancer_type="application", subnets=["subnet-1", "subnet-2"])
api = aws.apigateway.RestApi("api", name="api-dev")
"""
RIGHT = """\
alarm("machine", "AWS/EC2", "StatusCheckFailed", InstanceId=machine.id)
alarm("flow", "AWS/States", "ExecutionsFailed", StateMachineArn=flow.arn)
alarm("web", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", LoadBalancer=web.arn_suffix)
alarm("api", "AWS/ApiGateway", "5XXError", ApiName=api.name)
"""
WRONG = """\
alarm("machine", "AWS/EC2", "StatusCheckFailed", InstanceId=machine.arn)
alarm("flow", "AWS/States", "ExecutionsFailed", StateMachineArn=flow.name)
alarm("web", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", LoadBalancer=web.arn)
alarm("api", "AWS/ApiGateway", "5XXError", ApiName=api.id)
"""


def found(
    folder: Path, program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> set[tuple[str, str]]:
    """Preview a program in both passes; give the rule and the resource's name of each finding on alarms."""
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", "utf-8")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n", "utf-8")
    (folder / "__main__.py").write_text(program, "utf-8")
    words = ["preview", str(folder), "--policy-pack", str(ROOT / "policies"), "--stack", "dev", "--format", "json"]
    monkeypatch.setattr("sys.argv", ["stackproof", *words])
    with pytest.raises(SystemExit):
        cli.main()
    findings = json.loads(capsys.readouterr().out)["findings"]
    return {(item["rule"], item["urn"].rpartition("::")[2]) for item in findings if item["rule"].startswith("alarm-")}


def test_alarms_on_ids_and_arns_that_a_preview_does_not_know_are_silent_if_right_and_told_if_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ("machine", "flow", "web", "api")
    assert found(tmp_path, PROGRAM + RIGHT, monkeypatch, capsys) == set()
    wrong = {(rule, name) for rule in ("alarm-presence", "alarm-wrong-property") for name in names}
    assert found(tmp_path, PROGRAM + WRONG, monkeypatch, capsys) == wrong
