# SPDX-License-Identifier: Apache-2.0
"""A repository has an alarm that fires when a protected branch of it is deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.repository_alarm import RepositoryAlarm, RepositoryAlarmArgs

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = "arn:aws:codecommit:eu-central-1:123456789012:payments-api-dev"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:repository-alarms-dev"
RULE = "payments-api-branch-deleted-dev"


def build() -> None:
    RepositoryAlarm("payments-api", RepositoryAlarmArgs("dev", "payments-api", REPOSITORY, ("main", "release"), TOPIC))


def test_the_rule_matches_the_deletion_of_a_protected_branch_of_that_repository_alone(
    deploy: Callable[..., Any],
) -> None:
    rule = deploy(build).of_type("aws:cloudwatch/eventRule:EventRule")["payments-api-branch-deleted"]
    expected = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [REPOSITORY],
        "detail": {"event": ["referenceDeleted"], "referenceType": ["branch"], "referenceName": ["main", "release"]},
    }
    assert (expected, RULE) == (json.loads(rule["eventPattern"]), rule["name"])


def test_the_rule_publishes_to_the_topic(deploy: Callable[..., Any]) -> None:
    expected = {"payments-api-branch-deleted": {"rule": RULE, "arn": TOPIC, "targetId": "alarm-topic"}}
    assert expected == deploy(build).of_type("aws:cloudwatch/eventTarget:EventTarget")


def test_an_alarm_fires_when_the_rule_matched_and_another_when_it_could_not_deliver(
    deploy: Callable[..., Any],
) -> None:
    alarms = deploy(build).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    common = {
        "namespace": "AWS/Events",
        "dimensions": {"RuleName": RULE},
        "statistic": "Sum",
        "period": 60,
        "evaluationPeriods": 1,
        "threshold": 0,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "notBreaching",
        "alarmActions": [TOPIC],
    }
    expected = {
        "payments-api-branch-deleted": {
            **common,
            "name": "payments-api-branch-deleted-dev",
            "metricName": "Invocations",
            "alarmDescription": "A protected branch of the repository payments-api was deleted.",
        },
        "payments-api-branch-deletion-undelivered": {
            **common,
            "name": "payments-api-branch-deletion-undelivered-dev",
            "metricName": "FailedInvocations",
            "alarmDescription": "EventBridge could not deliver a branch deletion of the repository payments-api.",
        },
    }
    assert expected == alarms
