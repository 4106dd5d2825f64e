# SPDX-License-Identifier: Apache-2.0
"""Alarm is muted by a rule.

## What it does
Notes an alarm that an `AlarmMuteRule` of the stack names: while the rule is active, on its schedule, the alarm changes
its state and acts on nobody. It is a note: the alarm counts as one all the same.

## Why is this bad?
A mute rule for a deployment window is as it should be. One that outlives its reason, or whose window covers the hours
in which things fail, silences an alarm that everybody believes in.

## Bad
```python
import pulumi_aws as aws

alarm = aws.cloudwatch.MetricAlarm(
    "orders-backlog",
    name="orders-backlog-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    threshold=100,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
aws.cloudwatch.AlarmMuteRule(
    "nights",
    name="nights-dev",
    mute_targets={"alarm_names": [alarm.name]},
    rule={"schedule": {"expression": "cron(0 20 * * *)", "duration": "PT12H"}},
)
```

## Good
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
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Mute rules of other stacks, and those made by hand. Composite alarms that are muted. How long a rule lasts.

## References
- [Alarm mute rules](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import FAMILY
from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm
    from guardrails.resources import Resource

_MUTE_RULE = "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"


@rule(
    id="alarm-muted",
    family=FAMILY,
    on=Stack,
    severity=Severity.INFO,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def muted(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every alarm that a mute rule names; each finding is on the alarm."""
    mutes = stack.of_type(_MUTE_RULE)
    if not mutes:
        yield NotApplicable("no alarm mute rule in the stack")
    for mute in mutes:
        names = _inside(mute, "muteTargets", "alarmNames")
        listed: list[Value] = [*names] if isinstance(names, list) else [names]
        linked = set(mute.property_dependencies.get("muteTargets", ()))
        for alarm in alarms(stack):
            if alarm.get("name") in listed or (alarm.resource.urn in linked and _is_open(listed)):
                yield _finding(alarm, mute)
        if not linked:
            yield from (CannotTell(item, mute.urn) for item in listed if isinstance(item, Unknown))


def _is_open(listed: list[Value]) -> bool:
    return any(isinstance(item, Unknown) for item in listed)


def _inside(mute: Resource, first: str, *steps: str) -> Value:
    value = mute.properties.get(first)
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else value
    return value


def _finding(alarm: Alarm, mute: Resource) -> Answer:
    expression = _inside(mute, "rule", "schedule", "expression")
    duration = _inside(mute, "rule", "schedule", "duration")
    when = f", {expression} for {duration}" if isinstance(expression, str) and isinstance(duration, str) else ""
    message = f"the alarm {alarm.name} is muted by {mute.name}{when}; nobody hears of it then"
    remedy = "see that the mute rule is still meant, and that it ends (expireDate)"
    return muted.finding(f"mute::{mute.name}", (), message, remedy, alarm.resource.urn)
