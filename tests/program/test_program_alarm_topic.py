# SPDX-License-Identifier: Apache-2.0
"""The alarm topic reaches its subscribers, and only the stack's own rules and alarms may publish to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from infra.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.alarm_topic_policy import AlarmTopicPolicy, AlarmTopicPolicyArgs
from infra.repository_alarm import RepositoryAlarm, RepositoryAlarmArgs
from infra.settings import SubscriptionSettings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

TOPIC = "arn:aws:sns:eu-central-1:123456789012:repository-alarms-dev"
ALARM = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm"
SUBSCRIPTIONS = (
    SubscriptionSettings("email", "on-call@example.com"),
    SubscriptionSettings("sqs", "arn:aws:sqs:eu-central-1:123456789012:pager"),
)


def build() -> None:
    topic = AlarmTopic("repository-alarms", AlarmTopicArgs("dev", SUBSCRIPTIONS))
    alarm = RepositoryAlarm(
        "payments-api",
        RepositoryAlarmArgs("dev", "payments-api", "arn:aws:codecommit:::payments-api-dev", ("main",), topic.arn),
    )
    AlarmTopicPolicy("repository-alarms", AlarmTopicPolicyArgs(topic, (alarm,)))


def test_every_configured_subscriber_is_subscribed(deploy: Callable[..., Any]) -> None:
    expected = {
        "repository-alarms-0": {"topic": TOPIC, "protocol": "email", "endpoint": "on-call@example.com"},
        "repository-alarms-1": {
            "topic": TOPIC,
            "protocol": "sqs",
            "endpoint": "arn:aws:sqs:eu-central-1:123456789012:pager",
        },
    }
    assert expected == deploy(build).of_type("aws:sns/topicSubscription:TopicSubscription")


def test_an_alarm_fires_when_a_subscriber_is_not_reached(deploy: Callable[..., Any]) -> None:
    expected = {
        "name": "repository-alarms-undelivered-dev",
        "alarmDescription": "A subscriber of the alarm topic did not get a message.",
        "namespace": "AWS/SNS",
        "metricName": "NumberOfNotificationsFailed",
        "dimensions": {"TopicName": "repository-alarms-dev"},
        "statistic": "Sum",
        "period": 300,
        "evaluationPeriods": 1,
        "threshold": 0,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "notBreaching",
        "alarmActions": [TOPIC],
    }
    assert expected == deploy(build).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")["repository-alarms-undelivered"]


def test_each_service_publishes_for_exactly_the_resources_of_the_stack(deploy: Callable[..., Any]) -> None:
    (policy,) = deploy(build).of_type("aws:sns/topicPolicy:TopicPolicy").values()
    common = {"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}
    account = {"aws:SourceAccount": "123456789012"}
    rules = ["arn:aws:events:eu-central-1:123456789012:rule/payments-api-branch-deleted-dev"]
    alarms = [
        f"{ALARM}:repository-alarms-undelivered-dev",
        f"{ALARM}:payments-api-branch-deleted-dev",
        f"{ALARM}:payments-api-branch-deletion-undelivered-dev",
    ]
    expected = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PublishEvents",
                "Principal": {"Service": "events.amazonaws.com"},
                "Condition": {"ArnEquals": {"aws:SourceArn": rules}, "StringEquals": account},
                **common,
            },
            {
                "Sid": "PublishAlarms",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Condition": {"ArnEquals": {"aws:SourceArn": alarms}, "StringEquals": account},
                **common,
            },
        ],
    }
    assert (expected, TOPIC) == (json.loads(policy["policy"]), policy["arn"])


@pytest.mark.parametrize("secret", [True, False])
def test_an_endpoint_is_a_secret_output_exactly_where_the_configuration_is_secret(
    secret: bool,  # noqa: FBT001 - a parameter of the test, never an argument someone writes
    configuration: dict[str, Any],
    set_configuration: Callable[..., None],
    deploy: Callable[..., Any],
) -> None:
    set_configuration(configuration, ("alarmSubscriptions",) if secret else ())
    found: list[bool] = []

    def read() -> None:
        (subscription,) = load_settings(pulumi.Config("stackproof-sample")).alarm_subscriptions
        pulumi.export("endpoint", subscription.endpoint)
        found.append(isinstance(subscription.endpoint, pulumi.Output))

    deployment = deploy(read)
    expected = ([secret], "on-call@example.com")
    assert expected == (found, deployment.exports["endpoint"])
