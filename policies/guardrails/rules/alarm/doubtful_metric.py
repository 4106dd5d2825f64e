# SPDX-License-Identifier: Apache-2.0
"""Alarm watches a metric that is not known to exist.

## What it does
Flags an `AWS/` namespace, a metric or a set of dimensions that the tables do not have and that resembles nothing they
have; and a metric that needs something switched on, which the stack does not show.

## Why is this bad?
Most often the alarm has no data. CloudWatch keeps a series for each exact set of dimensions: a set that is right but
for one key more or less is another series, and an empty one.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "logins",
    name="logins-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="AWS/DynamoDB",
    metric_name="ThrottledRequests",
    dimensions={"TableName": "items-dev"},
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "logins",
    name="logins-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="AWS/DynamoDB",
    metric_name="ThrottledRequests",
    dimensions={"TableName": "items-dev", "Operation": "Query"},
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Metrics whose dimension sets no source gives. The lists are incomplete, hence only advice: name what is missing under
`extraNamespaces`, `extraMetrics` or `extraDimensions`.

## References
- [Dimensions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension)
- [AWS services that publish CloudWatch metrics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.metrics import catalogue, near
from guardrails.alarms.owners import owners
from guardrails.alarms.prerequisites import UNSEEN, off
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm, Reference
    from guardrails.alarms.metrics import Namespace
    from guardrails.alarms.owners import Owner


@rule(
    id="alarm-doubtful-metric",
    family=CANNOT_FIRE,
    on=Stack,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def doubtful_metric(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge every metric that an alarm names; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    for alarm in present:
        for reference in alarm.references:
            if isinstance(reference.dimensions, Unknown):
                yield CannotTell(reference.dimensions, alarm.resource.urn)
            yield from _judge(alarm, reference, settings)
    for owner in owners(stack):
        yield from _unseen(owner, stack)


def _judge(alarm: Alarm, reference: Reference, settings: Settings) -> Iterator[Answer]:
    space, metric = reference.namespace, reference.metric
    if not isinstance(space, str) or space in settings["extraNamespaces"]:
        return
    namespace = catalogue().namespaces.get(space)
    if namespace is None:
        invented = space.casefold().startswith("aws/") and space not in catalogue().absent
        if invented and catalogue().meant(space) is None:
            message = f"the alarm {alarm.name} watches {space}, which is in no list of AWS namespaces"
            remedy = "check the name, or add it to extraNamespaces"
            path = reference.at("namespace")
            yield doubtful_metric.finding(f"namespace::{space}", path, message, remedy, alarm.resource.urn)
    elif isinstance(metric, str) and namespace.metrics and metric not in settings["extraMetrics"].get(space, ()):
        if metric in namespace.metrics:
            yield from _set(alarm, reference, metric, namespace)
        elif near(metric, namespace.metrics) is None:
            message = f"the alarm {alarm.name} watches {metric}, which is in no list of the metrics of {space}"
            remedy = "check the name, or add it to extraMetrics"
            path = reference.at("metricName")
            yield doubtful_metric.finding(f"metric::{metric}", path, message, remedy, alarm.resource.urn)


def _set(alarm: Alarm, reference: Reference, metric: str, namespace: Namespace) -> Iterator[Answer]:
    dimensions, known = reference.dimensions, namespace.metrics[metric][1]
    if isinstance(dimensions, Unknown) or not known or namespace.open or sorted(dimensions) in known:
        return
    given, sets = frozenset(dimensions), namespace.sets(metric)
    if not given <= namespace.keys:
        return
    closest = min(sets, key=lambda item: (len(given.symmetric_difference(item)), sorted(item)))
    message = f"the alarm {alarm.name} sets {_said(given)}; {metric} is not known to be published in that set"
    remedy = f"set {_said(closest)}, or check the set in CloudWatch"
    yield doubtful_metric.finding(
        f"dimensions::{metric}", reference.at("dimensions"), message, remedy, alarm.resource.urn
    )


def _said(keys: frozenset[str]) -> str:
    return f"the dimensions {', '.join(sorted(keys))}" if keys else "no dimensions"


def _unseen(owner: Owner, stack: Stack) -> Iterator[Answer]:
    if owner.match.verdict is not True or off(owner.row, owner.reference, owner.resource, stack) != UNSEEN:
        return
    alarm, space = owner.alarm, owner.row.namespace
    message = f"{space} must be switched on for {owner.resource.name}, and this stack does not show that it is"
    remedy = f"switch it on in this stack, or make sure that it is on elsewhere; the alarm {alarm.name} needs it"
    key = f"prerequisite::{owner.row.requires}"
    yield doubtful_metric.finding(key, owner.reference.at("namespace"), message, remedy, alarm.resource.urn)
