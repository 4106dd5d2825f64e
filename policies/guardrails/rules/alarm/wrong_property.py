# SPDX-License-Identifier: Apache-2.0
"""Alarm names its resource by the wrong property.

## What it does
Flags a dimension that holds another property of the resource than the one CloudWatch knows it by: a queue's URL for its
name, an instance's resource id for its identifier, a load balancer's ARN for the suffix of that, a REST API's id for
its name.

## Why is this bad?
Nothing is published under that value, so the alarm waits for ever. Since the program reads "the alarm of this queue",
no reviewer sees it.

## Bad
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
table = aws.dynamodb.Table("items", name="items-dev")
for metric, value in {"ReadThrottleEvents": table.name, "WriteThrottleEvents": table.arn}.items():
    aws.cloudwatch.MetricAlarm(
        metric,
        name=f"{metric}-dev",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=5,
        threshold=10,
        namespace="AWS/DynamoDB",
        metric_name=metric,
        dimensions={"TableName": value},
        period=60,
        statistic="Sum",
        treat_missing_data="notBreaching",
        alarm_actions=[topic.arn],
    )
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Good
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
table = aws.dynamodb.Table("items", name="items-dev")
for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
    aws.cloudwatch.MetricAlarm(
        metric,
        name=f"{metric}-dev",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=5,
        threshold=10,
        namespace="AWS/DynamoDB",
        metric_name=metric,
        dimensions={"TableName": table.name},
        period=60,
        statistic="Sum",
        treat_missing_data="notBreaching",
        alarm_actions=[topic.arn],
    )
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Not caught
Names of resources in other stacks, and names written out that are no property of any resource. A dimension that is
missing: the set is then advised against by `alarm-doubtful-metric`, and the resource counts as not watched.

## References
- [Dimensions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.identity import describe
from guardrails.alarms.owners import owners
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.owners import Owner


@rule(id="alarm-wrong-property", family=CANNOT_FIRE, on=Stack, severity=Severity.HIGH, since="0.1")
def wrong_property(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge the dimensions of every metric that seems to be of a resource of the stack; findings are on the alarm."""
    if not alarms(stack):
        yield NotApplicable("no metric alarm in the stack")
    for owner in owners(stack):
        verdict = owner.match.verdict
        if isinstance(verdict, Unknown):
            yield CannotTell(verdict, owner.alarm.resource.urn)
        elif verdict is False and owner.match.property:
            yield _finding(owner)


def _finding(owner: Owner) -> Answer:
    key, alarm, resource = owner.match.key, owner.alarm, owner.resource
    short = resource.type.rpartition(":")[2]
    message = f"the alarm {alarm.name} on the {short} {resource.name} {owner.match.why}"
    remedy = f"set {key} to {describe(owner.row.identity[key])}"
    remedy += f"; {owner.row.trap}" if owner.row.trap else ""
    path = owner.reference.at("dimensions", key)
    return wrong_property.finding(f"dimension::{key}", path, message, remedy, alarm.resource.urn)
