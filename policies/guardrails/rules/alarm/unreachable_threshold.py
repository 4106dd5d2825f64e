# SPDX-License-Identifier: Apache-2.0
"""Alarm has a threshold that its metric cannot cross.

## What it does
Flags a comparison against the metric's sense, such as "less than" on an age or an error count, and a threshold beyond
the metric's range: strictly above 100 percent, strictly below nothing.

## Why is this bad?
The alarm stays green whatever happens; or it fires while all is well, until somebody mutes it.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "database-cpu",
    name="database-cpu-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=100,
    namespace="AWS/RDS",
    metric_name="CPUUtilization",
    dimensions={"DBClusterIdentifier": "shop-dev"},
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "database-cpu",
    name="database-cpu-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=90,
    namespace="AWS/RDS",
    metric_name="CPUUtilization",
    dimensions={"DBClusterIdentifier": "shop-dev"},
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Thresholds that are within range and never reached in practice. Alarms on mathematics. Alarms that scale, whose actions
are scaling policies, may well wait for little load.

## References
- [Recommended alarms](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.metrics import catalogue
from guardrails.alarms.numbers import number
from guardrails.alarms.table import bad_direction
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm, Reference

_WHOLE = 100
_AMOUNTS = frozenset({"Bytes", "Count", "Percent", "Seconds", "Milliseconds", "Microseconds", "Count/Second"})
_BEYOND = frozenset({"AWS/ECS", "ECS/ContainerInsights", "ContainerInsights"})
"""Namespaces whose percentages are of a reservation, so that they pass 100."""

_SCALING = ("aws:autoscaling/policy:Policy", "aws:appautoscaling/policy:Policy")


@rule(
    id="alarm-unreachable-threshold",
    family=CANNOT_FIRE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def unreachable_threshold(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every alarm on a single metric; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    scaling = {item.urn for item in stack.of_type(*_SCALING)}
    for alarm in present:
        for reference in alarm.references:
            if not reference.steps and not _scales(alarm, scaling):
                yield from _judge(alarm, reference)


def _scales(alarm: Alarm, scaling: set[str]) -> bool:
    actions = alarm.get("alarmActions")
    texts = [item for item in actions if isinstance(item, str)] if isinstance(actions, list) else []
    origins = alarm.resource.property_dependencies.get("alarmActions", ())
    return any("autoscaling" in item for item in texts) or bool(scaling & set(origins))


def _judge(alarm: Alarm, reference: Reference) -> Iterator[Answer]:
    space, metric = reference.namespace, reference.metric
    if not isinstance(space, str) or not isinstance(metric, str):
        return
    for value in (alarm.get("comparisonOperator"), alarm.get("threshold")):
        if isinstance(value, Unknown):
            yield CannotTell(value, alarm.resource.urn)
    yield from _direction(alarm, metric, bad_direction(space, metric))
    fact = _beyond(alarm.get("comparisonOperator"), number(alarm.get("threshold")), _unit(space, metric))
    if fact:
        message = f"the alarm {alarm.name} can never fire: {metric} {fact}"
        remedy = "choose a threshold within the metric's range, or compare with “or equal”"
        yield unreachable_threshold.finding(f"threshold::{metric}", ("threshold",), message, remedy, alarm.resource.urn)


def _direction(alarm: Alarm, metric: str, bad: str | None) -> Iterator[Answer]:
    against, level = ("Less", "high") if bad == ">" else ("Greater", "low")
    if bad and alarm.get("comparisonOperator") in (f"{against}ThanThreshold", f"{against}ThanOrEqualToThreshold"):
        fires = "low" if bad == ">" else "high"
        message = (
            f"the alarm {alarm.name} fires when {metric} is {fires}, and {metric} tells of trouble when it is {level}"
        )
        remedy = f"compare with {'Greater' if bad == '>' else 'Less'}ThanThreshold"
        yield unreachable_threshold.finding(
            f"direction::{metric}", ("comparisonOperator",), message, remedy, alarm.resource.urn
        )


def _unit(space: str, metric: str) -> str:
    namespace = catalogue().namespaces.get(space)
    unit = namespace.unit(metric) if namespace else ""
    return "" if unit == "Percent" and space in _BEYOND else unit


def _beyond(operator: object, threshold: float | None, unit: str) -> str:
    """Say how a threshold lies outside the range of a unit, ``""`` if it does not."""
    if threshold is None:
        return ""
    over = operator == "GreaterThanThreshold" and threshold >= _WHOLE
    over = over or (operator == "GreaterThanOrEqualToThreshold" and threshold > _WHOLE)
    if over and unit == "Percent":
        return "is a percentage and never more than 100"
    under = operator == "LessThanThreshold" and threshold <= 0
    under = under or (operator == "LessThanOrEqualToThreshold" and threshold < 0)
    return f"is never less than {threshold:g}" if under and unit in _AMOUNTS else ""
