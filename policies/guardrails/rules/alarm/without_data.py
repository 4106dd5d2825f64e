# SPDX-License-Identifier: Apache-2.0
"""Alarm asks for data points that its metric does not have.

## What it does
Flags a period that is shorter than the metric's own: 10, 20 or 30 seconds on the metrics of an AWS service, less than a
day on the storage metrics of S3 and on days to expiry. And a `unit` that is not the metric's: it filters out every data
point.

## Why is this bad?
Most evaluations then find nothing, and the alarm flickers between states or stays in INSUFFICIENT_DATA.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "certificate",
    name="certificate-dev",
    comparison_operator="LessThanThreshold",
    evaluation_periods=1,
    threshold=30,
    namespace="AWS/CertificateManager",
    metric_name="DaysToExpiry",
    dimensions={"CertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/1"},
    period=3600,
    statistic="Minimum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "certificate",
    name="certificate-dev",
    comparison_operator="LessThanThreshold",
    evaluation_periods=1,
    threshold=30,
    namespace="AWS/CertificateManager",
    metric_name="DaysToExpiry",
    dimensions={"CertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/1"},
    period=86400,
    statistic="Minimum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Metrics that an AWS service publishes every five minutes only, and units that the table does not know.

## References
- [Evaluating an alarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.metrics import catalogue
from guardrails.alarms.numbers import DAY, HIGH_RESOLUTION, number, period_of
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm, Reference

_DAILY = frozenset(
    {
        ("AWS/CertificateManager", "DaysToExpiry"),
        ("AWS/S3", "BucketSizeBytes"),
        ("AWS/S3", "NumberOfObjects"),
    }
)


@rule(
    id="alarm-without-data",
    family=CANNOT_FIRE,
    on=Stack,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def without_data(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge the period and the unit of every metric of an alarm; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    for alarm in present:
        for reference in alarm.references:
            space, metric = reference.namespace, reference.metric
            if isinstance(space, str) and isinstance(metric, str) and space in catalogue().namespaces:
                yield from _period(alarm, reference, space, metric)
                yield from _unit(alarm, reference, space, metric)


def _period(alarm: Alarm, reference: Reference, space: str, metric: str) -> Iterator[Answer]:
    given = period_of(alarm, reference)
    if isinstance(given, Unknown):
        yield CannotTell(given, alarm.resource.urn)
    period = number(given)
    if period is None:
        return
    if (space, metric) in _DAILY and period < DAY:
        fact, remedy = "is published once a day", f"set period to {DAY}"
    elif space.startswith("AWS/") and period in HIGH_RESOLUTION:
        fact, remedy = "has a data point a minute at most", "set period to 60 or more"
    else:
        return
    message = f"the alarm {alarm.name} has a period of {period:.0f} s, and {metric} {fact}"
    yield without_data.finding(f"period::{metric}", reference.at("period"), message, remedy, alarm.resource.urn)


def _unit(alarm: Alarm, reference: Reference, space: str, metric: str) -> Iterator[Answer]:
    given, own = reference.get("unit"), catalogue().namespaces[space].unit(metric)
    if isinstance(given, Unknown):
        yield CannotTell(given, alarm.resource.urn)
    elif isinstance(given, str) and given and own and given != own:
        message = f"the alarm {alarm.name} asks for {metric} in {given}, and it is published in {own}"
        remedy = "leave unit out: it only filters"
        yield without_data.finding(f"unit::{metric}", reference.at("unit"), message, remedy, alarm.resource.urn)
