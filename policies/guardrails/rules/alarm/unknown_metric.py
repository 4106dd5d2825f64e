# SPDX-License-Identifier: Apache-2.0
"""Alarm watches a metric that CloudWatch does not have.

## What it does
Flags a namespace that is known not to exist (`AWS/CodeCommit`) or is misspelt, a metric that is misspelt, and a
dimension key that no metric of the namespace has. A name counts as misspelt if only its letter case differs from a
known one, or at most two letters do. A team's own namespaces are left alone, and so are those under `extraNamespaces`.

## Why is this bad?
CloudWatch accepts any name. The alarm waits for data that never come, in the state INSUFFICIENT_DATA, while the program
looks as if somebody were watching.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "orders-age",
    name="orders-age-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="AWS/SQS",
    metric_name="ApproximateAgeOfOldestMessages",
    dimensions={"QueueName": "orders-dev"},
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "orders-age",
    name="orders-age-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="AWS/SQS",
    metric_name="ApproximateAgeOfOldestMessage",
    dimensions={"QueueName": "orders-dev"},
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Names that are unknown and resemble none: `alarm-doubtful-metric` tells of those. Dimension keys of agents, which users
choose themselves (`CWAgent`). Metrics in PromQL and in metric mathematics without a metric of its own.

## References
- [AWS services that publish CloudWatch metrics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html)
- [Monitoring CodeCommit events](https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.metrics import Catalogue, Namespace, catalogue, near
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Steps, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.alarms.alarm import Alarm

_SHOWN = 6
_RECIPE = (
    "CodeCommit publishes no metrics; put an EventRule on source aws.codecommit with a target, and the alarm on "
    "AWS/Events FailedInvocations or Invocations with RuleName set to the rule's name"
)


@rule(id="alarm-unknown-metric", family=CANNOT_FIRE, on=Stack, severity=Severity.HIGH, since="0.1")
def unknown_metric(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge every metric that an alarm names; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    for alarm in present:
        for item in alarm.references:
            dimensions = item.dimensions
            keys = dimensions if isinstance(dimensions, Unknown) else list(dimensions)
            yield from _judge(alarm, item.steps, (item.namespace, item.metric, keys), settings)
        for text in alarm.texts:
            if text.query is not None:
                parts = (text.query.namespace, text.query.metric, sorted(text.query.keys or ()))
                yield from _judge(alarm, text.steps, parts, settings)


def _judge(
    alarm: Alarm,
    steps: Steps,
    parts: tuple[Value, Value, list[str] | Unknown],
    settings: Settings,
) -> Iterator[Answer]:
    space, metric, keys = parts
    known = catalogue()
    if isinstance(space, Unknown):
        yield CannotTell(space, alarm.resource.urn)
    if not isinstance(space, str) or space in settings["extraNamespaces"]:
        return
    namespace = known.namespaces.get(space)
    if namespace is None:
        yield from _namespace(alarm, steps, space, known)
        return
    if isinstance(metric, Unknown):
        yield CannotTell(metric, alarm.resource.urn)
    elif isinstance(metric, str) and metric not in settings["extraMetrics"].get(space, ()):
        yield from _metric(alarm, steps, metric, space, namespace)
    if isinstance(keys, Unknown):
        yield CannotTell(keys, alarm.resource.urn)
    elif namespace.keys and not namespace.open:
        admitted = {*namespace.keys, *settings["extraDimensions"].get(space, ())}
        yield from _dimensions(alarm, steps, [key for key in keys if key not in admitted], (space, admitted))


def _namespace(alarm: Alarm, steps: Steps, space: str, known: Catalogue) -> Iterator[Answer]:
    path = _path(steps, "namespace")
    if space in known.absent:
        message = f"the alarm {alarm.name} watches {space}, a namespace that does not exist, so it can never fire"
        yield unknown_metric.finding(f"namespace::{space}", path, message, _RECIPE, alarm.resource.urn)
        return
    meant = known.meant(space)
    if meant is not None:
        message = f"the alarm {alarm.name} watches {space}, a namespace that does not exist"
        yield unknown_metric.finding(f"namespace::{space}", path, message, f"write {meant}", alarm.resource.urn)


def _metric(alarm: Alarm, steps: Steps, metric: str, space: str, namespace: Namespace) -> Iterator[Answer]:
    if metric in namespace.metrics:
        return
    meant = near(metric, namespace.metrics)
    if meant is not None:
        message = f"the alarm {alarm.name} watches {metric}, a metric that {space} does not have"
        path = _path(steps, "metricName")
        yield unknown_metric.finding(f"metric::{metric}", path, message, f"write {meant}", alarm.resource.urn)


def _dimensions(
    alarm: Alarm,
    steps: Steps,
    wrong: Iterable[str],
    about: tuple[str, set[str]],
) -> Iterator[Answer]:
    space, admitted = about
    for key in wrong:
        meant = near(key, sorted(admitted)) or next((item for item in sorted(admitted) if item.startswith(key)), None)
        known = ", ".join(sorted(admitted)[:_SHOWN]) + (" …" if len(admitted) > _SHOWN else "")
        message = f"the alarm {alarm.name} sets the dimension {key}, which no metric of {space} has"
        remedy = f"write {meant}" if meant else f"use the dimensions that {space} has: {known}"
        yield unknown_metric.finding(
            f"dimension::{key}", _path(steps, "dimensions", key), message, remedy, alarm.resource.urn
        )


def _path(steps: Steps, *rest: str) -> Steps:
    """Give the path of a part of a metric; an expression is one text without parts."""
    return steps if steps and steps[-1] == "expression" else (*steps, *rest)
