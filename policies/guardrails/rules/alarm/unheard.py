# SPDX-License-Identifier: Apache-2.0
"""Alarm tells nobody when it fires.

## What it does
Flags a `MetricAlarm` whose actions are disabled, or that has no alarm action and is named by no composite alarm that
has one. Actions for *OK* and for insufficient data do not tell of a failure, so they do not count.

## Why is this bad?
It turns red where nobody looks. Whoever reads the program believes that the resource is watched.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "orders-backlog",
    name="orders-backlog-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    threshold=100,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
)
```

## Good
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
aws.cloudwatch.MetricAlarm(
    "orders-backlog",
    name="orders-backlog-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    threshold=100,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
    alarm_actions=[topic.arn],
)
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Not caught
A topic that nobody is subscribed to (`alarm-unsubscribed-topic`), a composite alarm in another stack.

## References
- [Alarm actions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import FAMILY
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="alarm-unheard", family=FAMILY, on=Stack, severity=Severity.MEDIUM, since="0.1")
def unheard(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every metric alarm of the stack; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    for alarm in present:
        if isinstance(alarm.mute, Unknown):
            yield CannotTell(alarm.mute, alarm.resource.urn)
        elif alarm.mute:
            message = f"the alarm {alarm.resource.name} {alarm.mute}, so nobody hears of it when it fires"
            remedy = "set alarmActions to the ARN of an SNS topic that people are subscribed to, with actions enabled"
            yield unheard.finding("alarmActions", ("alarmActions",), message, remedy, alarm.resource.urn)
