# SPDX-License-Identifier: Apache-2.0
"""The fourteen questions whether an alarm can fire: a program that makes each a finding, and its sound twin."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from tests.rules.pack_harness import Registration, reported, servicer, stack_request

from guardrails.pack import discover

ARN = "arn:aws:sns:eu-west-1:111122223333:oncall-dev"
TOPIC = Registration("aws:sns/topic:Topic", "oncall", {"name": "oncall-dev", "arn": ARN})
READER = Registration("aws:sns/topicSubscription:TopicSubscription", "reader", {"topic": ARN})
QUEUE = Registration(
    "aws:sqs/queue:Queue", "orders", {"name": "orders-dev", "id": "https://sqs/1/orders-dev", "region": "eu-west-1"}
)
SOUND = {
    "namespace": "AWS/SQS",
    "metricName": "ApproximateAgeOfOldestMessage",
    "dimensions": {"QueueName": "orders-dev"},
    "comparisonOperator": "GreaterThanThreshold",
    "threshold": 60,
    "period": 300,
    "evaluationPeriods": 3,
    "region": "eu-west-1",
    "alarmActions": [ARN],
}
FAILED = {"namespace": "AWS/Events", "metricName": "FailedInvocations", "dimensions": {"RuleName": "r-dev"}}
HOSTS = {"namespace": "AWS/ApplicationELB", "metricName": "UnHealthyHostCount"}
LOAD = {"namespace": "AWS/EC2", "metricName": "CPUUtilization", "dimensions": {"InstanceId": "i-1"}}
GROUP = {"namespace": "AWS/AutoScaling", "dimensions": {"AutoScalingGroupName": "web-dev"}, "threshold": 5}
PENDING = {**GROUP, "metricName": "GroupPendingInstances"}


def scaling_group(*enabled: str) -> Registration:
    props = {"name": "web-dev", "region": "eu-west-1", "enabledMetrics": list(enabled)}
    return Registration("aws:autoscaling/group:Group", "web", props)


@dataclass(frozen=True)
class Question:
    """What an alarm and the resources beside it must have: ``wrong`` makes the rule fire, ``right`` silences it."""

    asks: str
    rule: str
    wrong: dict[str, Any]
    right: dict[str, Any] = field(default_factory=dict)
    beside_wrong: tuple[Registration, ...] = (TOPIC, READER, QUEUE)
    beside_right: tuple[Registration, ...] = (TOPIC, READER, QUEUE)


QUESTIONS = (
    Question("does the namespace exist", "alarm-unknown-metric", {"namespace": "AWS/CodeCommit"}),
    Question("does the metric exist", "alarm-unknown-metric", {"metricName": "ApproximateAgeOfOldestMesage"}),
    Question("does the dimension exist", "alarm-unknown-metric", {"dimensions": {"Queue": "orders-dev"}}),
    Question(
        "is the dimension the right property", "alarm-wrong-property", {"dimensions": {"QueueName": QUEUE.props["id"]}}
    ),
    Question(
        "is the metric published in that set of dimensions",
        "alarm-doubtful-metric",
        {**HOSTS, "dimensions": {"TargetGroup": "targetgroup/web-dev/1"}},
        {**HOSTS, "dimensions": {"TargetGroup": "targetgroup/web-dev/1", "LoadBalancer": "app/web-dev/1"}},
    ),
    Question("is somebody told", "alarm-unheard", {"alarmActions": [], "okActions": [ARN]}),
    Question("does the topic have a subscription", "alarm-unsubscribed-topic", {}, {}, (TOPIC, QUEUE)),
    Question("is the alarm where the metric is", "alarm-wrong-region", {"region": "us-east-1"}),
    Question(
        "is that direction the bad one", "alarm-unreachable-threshold", {"comparisonOperator": "LessThanThreshold"}
    ),
    Question(
        "can the threshold be passed",
        "alarm-unreachable-threshold",
        {**LOAD, "threshold": 100},
        {**LOAD, "threshold": 90},
    ),
    Question(
        "is missing data treated as the metric needs",
        "alarm-missing-data",
        {**FAILED, "treatMissingData": "missing"},
        {**FAILED, "treatMissingData": "notBreaching"},
    ),
    Question("does the API take the periods", "alarm-refused", {"period": 3600, "evaluationPeriods": 169}),
    Question(
        "is what publishes the metric switched on",
        "alarm-prerequisite-off",
        PENDING,
        PENDING,
        (TOPIC, READER, scaling_group("GroupInServiceInstances")),
        (TOPIC, READER, scaling_group("GroupPendingInstances")),
    ),
    Question("does the unit admit data points", "alarm-without-data", {"unit": "Percent"}, {"unit": "Seconds"}),
)
EACH = pytest.mark.parametrize("question", QUESTIONS, ids=lambda item: item.asks)


@cache
def service() -> Any:
    families = ("alarm-cannot-fire", "alarm-presence")
    return servicer([item for item in discover() if item.family.name in families])


def fired(alarm: dict[str, Any], beside: tuple[Registration, ...]) -> set[str]:
    items = [*beside, Registration("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", {**SOUND, **alarm})]
    found = reported([service().AnalyzeStack(stack_request(items), None)])
    return {item["rule"] for item in found.findings if not item["urn"].endswith(("::orders", "::web"))}


@EACH
def test_the_wrong_program_fires_the_rule(question: Question) -> None:
    assert question.rule in fired(question.wrong, question.beside_wrong)


@EACH
def test_its_sound_twin_fires_nothing(question: Question) -> None:
    """No other rule on alarms has anything to say either."""
    assert fired(question.right, question.beside_right) == set()
