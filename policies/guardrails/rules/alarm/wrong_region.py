# SPDX-License-Identifier: Apache-2.0
"""Alarm stands in another region than its metric.

## What it does
Flags an alarm on the metrics of a global service that is not in the region where that service reports: us-east-1 for
CloudFront, Route 53, billing and web ACLs of scope CLOUDFRONT, us-west-2 for Global Accelerator. Also an alarm whose
`region` differs from that of the resource it names.

## Why is this bad?
An alarm sees the metrics of its own region. Elsewhere it waits for data that never come.

## Bad
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "zone-check",
    name="zone-check-dev",
    comparison_operator="LessThanThreshold",
    evaluation_periods=5,
    threshold=1,
    namespace="AWS/Route53",
    metric_name="HealthCheckStatus",
    dimensions={"HealthCheckId": "abcdef11-2222-3333-4444-555555fedcba"},
    period=60,
    statistic="Minimum",
    treat_missing_data="breaching",
    region="eu-west-1",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Good
```python
import pulumi_aws as aws

aws.cloudwatch.MetricAlarm(
    "zone-check",
    name="zone-check-dev",
    comparison_operator="LessThanThreshold",
    evaluation_periods=5,
    threshold=1,
    namespace="AWS/Route53",
    metric_name="HealthCheckStatus",
    dimensions={"HealthCheckId": "abcdef11-2222-3333-4444-555555fedcba"},
    period=60,
    statistic="Minimum",
    treat_missing_data="breaching",
    region="us-east-1",
    alarm_actions=["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
)
```

## Not caught
Metrics that are copied between accounts.

## References
- [CloudFront metrics are in us-east-1](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.metrics import catalogue
from guardrails.alarms.owners import owners
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.alarms.alarm import Alarm, Reference
    from guardrails.resources import Resource
    from guardrails.values import Value

_FIREWALL = "AWS/WAFV2"
_GLOBAL = "CLOUDFRONT"
_GLOBAL_REGION = "us-east-1"


@rule(
    id="alarm-wrong-region",
    family=CANNOT_FIRE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def wrong_region(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every metric of an alarm; each finding is on the alarm. A region that counts and is not told is open."""
    present = alarms(stack)
    if not present:
        yield NotApplicable("no metric alarm in the stack")
    named = {id(owner.reference): owner.resource for owner in owners(stack) if owner.match.verdict is True}
    for alarm in present:
        for reference in alarm.references:
            yield from _judge(alarm, reference, named)


def _judge(alarm: Alarm, reference: Reference, named: Mapping[int, Resource]) -> Iterator[Answer]:
    space, resource = reference.namespace, named.get(id(reference))
    fixed = catalogue().regions.get(space) if isinstance(space, str) else None
    if fixed is None and resource is not None and space == _FIREWALL and resource.properties.get("scope") == _GLOBAL:
        fixed = _GLOBAL_REGION
    if fixed is None and (resource is None or _place(resource) == _place(alarm.resource)):
        return
    own, due = _region(alarm.resource), fixed or _region(resource or alarm.resource)
    told = True
    for found, owner in ((own, alarm.resource), (due, resource or alarm.resource)):
        if not isinstance(found, str):
            told = False
            yield CannotTell(found, owner.urn)
    if told and own != due:
        why = f"{resource.name if fixed is None and resource else space} reports"
        message = f"the alarm {alarm.name} is in {own}, and {why} in {due}"
        remedy = f'set region = "{due}" on the alarm, or give it a provider for that region'
        yield wrong_region.finding(f"region::{own}", ("region",), message, remedy, alarm.resource.urn)


def _place(resource: Resource) -> tuple[Value, str]:
    """Give what says where a resource stands: its own region, or the provider whose region it takes."""
    own = resource.properties.get("region")
    return own, resource.provider.urn if resource.provider and own is None else ""


def _region(resource: Resource) -> str | Unknown:
    """Give a resource's own region, else its provider's; what nothing in the stack tells is not known."""
    own = resource.properties.get("region")
    given = own if own is not None or resource.provider is None else resource.provider.region
    return given if isinstance(given, str | Unknown) and given else Unknown(("region",))
