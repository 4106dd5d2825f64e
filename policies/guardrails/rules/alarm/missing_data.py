# SPDX-License-Identifier: Apache-2.0
"""Alarm treats missing data so that it stays silent.

## What it does
Flags an alarm on a metric whose absence is itself the failure (healthy hosts, running tasks, messages sent) that does
not treat missing data as `breaching`; and one on a metric that is only published when something fails (failed
invocations) that does not treat it as `notBreaching`.

## Why is this bad?
A service that is gone publishes nothing, and an alarm that waits for a low number then never sees one. The other way
round, an alarm on rare failures sits in INSUFFICIENT_DATA, or stays in ALARM long after the failure.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "orders-sent",
    name="orders-sent-dev",
    comparison_operator="LessThanOrEqualToThreshold",
    evaluation_periods=15,
    threshold=0,
    namespace="AWS/SQS",
    metric_name="NumberOfMessagesSent",
    dimensions={"QueueName": "orders-dev"},
    period=60,
    statistic="Sum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "orders-sent",
    name="orders-sent-dev",
    comparison_operator="LessThanOrEqualToThreshold",
    evaluation_periods=15,
    threshold=0,
    namespace="AWS/SQS",
    metric_name="NumberOfMessagesSent",
    dimensions={"QueueName": "orders-dev"},
    period=60,
    statistic="Sum",
    treat_missing_data="breaching",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Metrics of which the table does not say what their absence means. Alarms on mathematics. `RunningTaskCount` with
`notBreaching`: AWS recommends that, though ECS reports nothing of a service without running tasks.

## References
- [Configuring how alarms treat missing data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.table import missing_data
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm

_WHY = {
    "breaching": "which goes missing just when it should fire",
    "notBreaching": "which is only published when something fails",
}


@rule(
    id="alarm-missing-data",
    family=CANNOT_FIRE,
    on=Stack,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def treated(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every alarm on a single metric; each finding is on the alarm."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    for alarm in present:
        for reference in alarm.references:
            space, metric = reference.namespace, reference.metric
            if not reference.steps and isinstance(space, str) and isinstance(metric, str):
                yield from _judge(alarm, metric, missing_data(space, metric))


def _judge(alarm: Alarm, metric: str, taken: tuple[str, ...]) -> Iterator[Answer]:
    given, operator = alarm.get("treatMissingData"), alarm.get("comparisonOperator")
    low, due = isinstance(operator, str) and operator.startswith("Less"), next(iter(taken), "")
    if not due or low is not (due == "breaching") or given in taken:
        return
    if isinstance(given, Unknown):
        yield CannotTell(given, alarm.resource.urn)
        return
    message = f"the alarm {alarm.name} treats missing data as {given or 'missing'}, and watches {metric}, {_WHY[due]}"
    remedy = f'set treatMissingData to "{due}"'
    yield treated.finding(f"treatMissingData::{metric}", ("treatMissingData",), message, remedy, alarm.resource.urn)
