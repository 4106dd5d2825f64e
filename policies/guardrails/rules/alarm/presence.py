# SPDX-License-Identifier: Apache-2.0
"""Resource has no alarm that can fire and is heard.

## What it does
Flags a resource of one of 79 types (function, queue, table, database, load balancer, API, stream, state machine …) that
no `MetricAlarm` of the stack watches: right namespace, a metric that tells of its health, and every identifying
dimension equal to the resource's own property. Metric mathematics, anomaly bands and Metrics Insights queries count,
and a composite alarm lends its actions. An alarm counts only if its actions are enabled and it has an alarm action; OK
and insufficient-data actions tell of no failure. A type without metrics needs an event rule with a target and an alarm
on `AWS/Events`, or a log metric filter with an alarm; of these only CodeCommit repositories are judged by default.
Fourteen more types are judged where `demandTypes` names them. A member of a cluster, an API's stage and a schedule are
judged through their cluster, API or group where that is in the stack, an event rule through the repository it reports
on. A dead-letter queue needs an alarm on `ApproximateNumberOfMessagesVisible`, a topic that only carries alarm actions
none.

## Why is this bad?
The first to notice a failure is then a customer. An alarm on a wrong dimension is worse: it stays green for ever.

## Bad
```python
import pulumi_aws as aws

aws.sqs.Queue("orders", name="orders-dev")
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
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Not caught
Alarms in another stack: set `ignoreTypes`, or the rule's level, there. Alarms in PromQL are not
read: where one speaks of the resource, its metrics or its namespace, the rule cannot tell.
Whether the alarm can fire is `alarm-cannot-fire`'s to say, wrong dimensions and missing prerequisites aside.

## References
- [Recommended alarms](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html)
- [Monitoring CodeCommit events](https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html)
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from guardrails.alarms.coverage import Coverage, cover
from guardrails.alarms.events import cover_by_events, reports_on
from guardrails.alarms.guards import DEAD_LETTER_METRICS, is_dead_letter_queue, needs_none
from guardrails.alarms.identity import describe, variants
from guardrails.alarms.metrics import catalogue
from guardrails.alarms.table import EventSource, demanded_types, event_sources, rows
from guardrails.resources import Resource, Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 3
_OFFERED = 2


@rule(id="alarm-presence", family=FAMILY, on=Stack, severity=Severity.MEDIUM, since="0.1")
def presence(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge the stack; each finding is on the resource that is not watched."""
    if any(_is_ephemeral(item, settings) for item in stack.resources[:1]):
        yield NotApplicable("the configuration says that this stack needs no alarms")
        return
    types = {*demanded_types(), *settings["demandTypes"], *settings["requiredMetrics"]} - set(settings["ignoreTypes"])
    eventful = stack.of_type(*sorted(types & set(event_sources())))
    demanded = [
        item for item in stack.of_type(*sorted(types)) if not needs_none(item, stack) and not reports_on(item, eventful)
    ]
    if not demanded:
        yield NotApplicable("no resource of the stack needs an alarm")
    for resource in demanded:
        yield from _judge(resource, stack, settings)


def _is_ephemeral(resource: Resource, settings: Settings) -> bool:
    return any(fnmatchcase(resource.context.stack, pattern) for pattern in settings["ephemeralStacks"])


def _judge(resource: Resource, stack: Stack, settings: Settings) -> Iterator[Answer]:
    source = event_sources().get(resource.type)
    judge = cover if source is None else cover_by_events
    coverage = judge(resource, stack, settings["extraMetrics"])
    required = _required(resource, stack, settings)
    lacking = [name for name in required if name not in coverage.watched]
    if coverage.watched and not lacking:
        return
    if coverage.doubts:
        for doubt in coverage.doubts:
            yield CannotTell(doubt.unknown, doubt.resource.urn)
    elif source is not None:
        yield _unreported(resource, coverage, source)
    elif not coverage.watched:
        yield _unwatched(resource, coverage, required)
    else:
        yield from _lacking(resource, lacking)


def _required(resource: Resource, stack: Stack, settings: Settings) -> tuple[str, ...]:
    """List the metrics that each need an alarm; none where any one will do."""
    given = settings["requiredMetrics"].get(resource.type)
    if given is not None:
        return tuple(given)
    if settings["coverage"] == "one":
        return ()
    if is_dead_letter_queue(resource, stack):
        return DEAD_LETTER_METRICS
    return next((row.recommended for row in variants(resource, rows(resource.type)) if row.recommended), ())


def _unwatched(resource: Resource, coverage: Coverage, required: tuple[str, ...]) -> Answer:
    row = next(variants(resource, rows(resource.type)))
    names = " and ".join(required) if required else " or ".join(list(row.metrics)[:_OFFERED])
    identity = " and ".join(f"{key} set to {describe(source)}" for key, source in row.identity.items())
    region = catalogue().regions.get(row.namespace)
    where = f" in {region}, where {row.namespace} reports," if region else ""
    remedy = f"add a MetricAlarm{where} on {row.namespace} {names} with {identity}, and an alarm action"
    return _finding(resource, coverage, "", remedy + (f"; {row.trap}" if row.trap else ""))


def _unreported(resource: Resource, coverage: Coverage, source: EventSource) -> Answer:
    service = source.source.removeprefix("aws.")
    if source.demanded:
        fact = "; CodeCommit publishes no metrics, so only its events can be alarmed on"
    else:
        fact = "; it has no metrics that tell of its health, so only its events can be alarmed on"
    remedy = (
        f"add an EventRule on source {source.source} with the {_short(resource)}'s ARN in resources, an EventTarget, "
        "and a MetricAlarm on AWS/Events FailedInvocations or Invocations with RuleName set to the rule's name; or a "
        f"LogMetricFilter on CloudTrail's log group for {service}, with an alarm on its metric"
    )
    return _finding(resource, coverage, fact, remedy)


def _finding(resource: Resource, coverage: Coverage, fact: str, remedy: str) -> Answer:
    misses = list(dict.fromkeys(coverage.misses))
    message = f"no alarm that counts watches the {_short(resource)} {resource.name}"
    if misses:
        message += f"; {', and '.join(misses[:_SHOWN])}"
    if len(misses) > _SHOWN:
        message += f", and {len(misses) - _SHOWN} more alarms do not count either"
    return presence.finding(_short(resource), (), message + fact, remedy, resource.urn)


def _lacking(resource: Resource, lacking: list[str]) -> Iterator[Answer]:
    row = next(variants(resource, rows(resource.type)))
    for name in lacking:
        message = f"the {_short(resource)} {resource.name} has alarms, and none on {name}, which is required here"
        remedy = f"add a MetricAlarm on {row.namespace} {name} with an alarm action"
        yield presence.finding(f"{_short(resource)}::{name}", (), message, remedy, resource.urn)


def _short(resource: Resource) -> str:
    return resource.type.rpartition(":")[2]
