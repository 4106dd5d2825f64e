# SPDX-License-Identifier: Apache-2.0
"""CloudWatch will refuse the alarm.

## What it does
Flags what PutMetricAlarm rejects: more data points to alarm than evaluation periods, a period that is not 10, 20, 30 or
a multiple of 60 seconds, a window of more than seven days, or of more than a day with a period below an hour, a
`SEARCH(` expression, and PromQL beside a classic metric.

## Why is this bad?
The deployment fails in its middle, after other resources exist, and the alarm does not.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "open-orders",
    name="open-orders-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=3,
    threshold=300,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
    datapoints_to_alarm=5,
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "open-orders",
    name="open-orders-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
    datapoints_to_alarm=3,
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Mistakes inside metric mathematics. Composite alarms, and quotas of the account.

## References
- [PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html)
- [Evaluating an alarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.numbers import refusals, unknown_numbers
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm
    from guardrails.values import Steps

_CLASSIC = ("metricName", "namespace", "dimensions", "statistic", "extendedStatistic", "metricQueries")


@rule(id="alarm-refused", family=CANNOT_FIRE, on=Stack, severity=Severity.HIGH, since="0.1")
def refused(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge the numbers and expressions of every alarm; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    for alarm in present:
        for key, prop, fact in refusals(alarm):
            remedy = "choose numbers that CloudWatch takes: it evaluates at most a day, or a week of periods of an hour"
            yield _finding(alarm, key, (prop,), f"the alarm {alarm.name} will be refused: {fact}", remedy)
        for unknown in unknown_numbers(alarm):
            yield CannotTell(unknown, alarm.resource.urn)
        yield from _expressions(alarm)


def _expressions(alarm: Alarm) -> Iterator[Answer]:
    for text in alarm.texts:
        if text.searches:
            message = f"the alarm {alarm.name} will be refused: no alarm can be set on a SEARCH expression"
            remedy = "name the metrics, or write a Metrics Insights query (SELECT … FROM SCHEMA(…))"
            yield _finding(alarm, "search", text.steps, message, remedy)
    criteria = alarm.get("evaluationCriteria")
    both = [key for key in _CLASSIC if alarm.get(key)]
    if isinstance(criteria, dict) and criteria.get("promqlCriteria") is not None and both:
        message = f"the alarm {alarm.name} will be refused: it has PromQL criteria and {', '.join(both)} too"
        yield _finding(alarm, "promql", ("evaluationCriteria",), message, "keep one of the two forms")


def _finding(alarm: Alarm, key: str, path: Steps, message: str, remedy: str) -> Answer:
    return refused.finding(key, path, message, remedy, alarm.resource.urn)
