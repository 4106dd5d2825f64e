# SPDX-License-Identifier: Apache-2.0
"""Resource has no alarm that can fire and is heard.

## What it does
Flags a workload (function, queue, table, database, load balancer, API, stream, state machine, service, instance, cache,
topic) that no `MetricAlarm` of the stack watches: right namespace, a metric that counts, and every identifying
dimension equal to the resource's own property. An alarm counts only if its actions are enabled and it has one, or an
acting composite alarm names it. CodeCommit has no metrics at all, so a repository needs an event rule with an alarm on
`AWS/Events`, or a log metric filter on CloudTrail with an alarm. Dead-letter queues and topics that only carry alarm
actions need none.

## Why is this bad?
The first to notice a failure is then a customer. An alarm on a wrong dimension is worse: it stays green for ever.

## Bad
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
queue = aws.sqs.Queue("orders", name="orders-dev")
aws.cloudwatch.MetricAlarm(
    "orders-age",
    name="orders-age-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="AWS/SQS",
    metric_name="ApproximateAgeOfOldestMessage",
    dimensions={"QueueName": queue.url},
    period=60,
    statistic="Maximum",
    alarm_actions=[topic.arn],
)
```

## Good
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
queue = aws.sqs.Queue("orders", name="orders-dev")
aws.cloudwatch.MetricAlarm(
    "orders-age",
    name="orders-age-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="AWS/SQS",
    metric_name="ApproximateAgeOfOldestMessage",
    dimensions={"QueueName": queue.name},
    period=60,
    statistic="Maximum",
    alarm_actions=[topic.arn],
)
```

## Not caught
Alarms in another stack: set `ignoreTypes`, or the rule's level, there. Thresholds and periods that can never be
reached, topics without subscribers, regions that differ. Types that are not in the table.

## References
- [Recommended alarms](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html)
- [Monitoring CodeCommit events](https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import Alarm, alarms
from guardrails.alarms.coverage import Coverage, cover
from guardrails.alarms.events import REPOSITORY, cover_repository
from guardrails.alarms.guards import needs_none
from guardrails.alarms.table import demanded_types, rows
from guardrails.resources import Resource, Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 3


@rule(id="alarm-presence", family=FAMILY, on=Stack, severity=Severity.MEDIUM, since="0.1")
def presence(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge the stack; each finding is on the resource that is not watched."""
    types = [name for name in (*demanded_types(), REPOSITORY) if name not in settings["ignoreTypes"]]
    demanded = [item for item in stack.of_type(*types) if not needs_none(item, stack)]
    if not demanded:
        yield NotApplicable("no resource of the stack needs an alarm")
    present = alarms(stack) if demanded else ()
    for resource in demanded:
        yield from _judge(resource, present, stack)


def _judge(resource: Resource, present: tuple[Alarm, ...], stack: Stack) -> Iterator[Answer]:
    judge = cover_repository if resource.type == REPOSITORY else cover
    coverage = judge(resource, present, stack)
    if coverage.watched:
        return
    if coverage.doubts:
        for doubt in coverage.doubts:
            yield CannotTell(doubt.unknown, doubt.resource.urn)
        return
    yield _finding(resource, coverage)


def _finding(resource: Resource, coverage: Coverage) -> Answer:
    misses = list(dict.fromkeys(coverage.misses))[:_SHOWN]
    short = resource.type.rpartition(":")[2]
    message = f"no alarm that counts watches the {short} {resource.name}"
    if misses:
        message += f"; {', and '.join(misses)}"
    if resource.type == REPOSITORY:
        message += "; CodeCommit publishes no metrics, so only its events can be alarmed on"
        remedy = (
            "add an EventRule on source aws.codecommit with the repository's ARN in resources, an EventTarget, and a "
            "MetricAlarm on AWS/Events FailedInvocations or Invocations with RuleName set to the rule's name"
        )
    else:
        row = rows(resource.type)[0]
        identity = ", ".join(f"{key} set to {_said(source)}" for key, source in row.identity.items())
        names = " or ".join(row.metrics[:_SHOWN])
        remedy = f"add a MetricAlarm on {row.namespace} {names} with {identity}, and an alarm action"
    return presence.finding(short, (), message, remedy, resource.urn)


def _said(source: str) -> str:
    """Say in words which property, or which part of it, a dimension must equal."""
    name = source.removeprefix("tail:")
    return f"its {name}" if name == source else f"what follows the last slash of its {name}"
