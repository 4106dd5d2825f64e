# SPDX-License-Identifier: Apache-2.0
"""One CloudWatch alarm, read: the metrics it looks at in any of its forms, and whether it acts when it fires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.resources import Resource, Stack

__all__ = ["METRIC_ALARM", "Alarm", "Query", "Reference", "alarms"]

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"


@dataclass(frozen=True, slots=True)
class Reference:
    """One metric: namespace, name and dimensions, and the top-level property whose dependencies tell their origin."""

    namespace: Value
    metric: Value
    dimensions: Value
    prop: str


@dataclass(frozen=True, slots=True)
class Query:
    """A Metrics Insights text (``SELECT … FROM SCHEMA("AWS/SQS", QueueName)``), which covers many resources."""

    text: str | Unknown


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm, the metrics it looks at, and why it does not act (``""`` if it does, unknown if that is open)."""

    resource: Resource
    references: tuple[Reference, ...]
    queries: tuple[Query, ...]
    mute: str | Unknown


def alarms(stack: Stack) -> tuple[Alarm, ...]:
    """Read the metric alarms of a stack; a composite alarm lends its actions to those it names."""
    composites = [item for item in stack.of_type(_COMPOSITE) if _muted(item) == ""]
    return tuple(_read(item, composites, stack) for item in stack.of_type(METRIC_ALARM))


def _read(resource: Resource, composites: Iterable[Resource], stack: Stack) -> Alarm:
    properties = resource.properties
    queries = properties.get("metricQueries")
    items = queries if isinstance(queries, list) else []
    references = list(_references(items))
    if properties.get("metricName") is not None or properties.get("namespace") is not None:
        dimensions = properties.get("dimensions")
        classic = Reference(properties.get("namespace"), properties.get("metricName"), dimensions, "dimensions")
        references.insert(0, classic)
    if isinstance(queries, Unknown):
        references.append(Reference(queries, queries, queries, "metricQueries"))
    mute = _muted(resource)
    if mute and any(_names(item, resource, stack) for item in composites):
        mute = ""
    return Alarm(resource, tuple(references), tuple(_texts(items)), mute)


def _references(items: list[Value]) -> Iterator[Reference]:
    for item in items:
        metric = item.get("metric") if isinstance(item, dict) else item
        if isinstance(metric, dict):
            namespace, name = metric.get("namespace"), metric.get("metricName")
            yield Reference(namespace, name, metric.get("dimensions"), "metricQueries")
        elif isinstance(metric, Unknown):
            yield Reference(metric, metric, metric, "metricQueries")


def _texts(items: list[Value]) -> Iterator[Query]:
    for item in items:
        text = item.get("expression") if isinstance(item, dict) else None
        if isinstance(text, Unknown) or (isinstance(text, str) and text.lstrip().upper().startswith("SELECT")):
            yield Query(text)


def _muted(resource: Resource) -> str | Unknown:
    """Say why an alarm tells nobody; insufficient-data and ok actions do not tell of a failure."""
    enabled, actions = resource.properties.get("actionsEnabled"), resource.properties.get("alarmActions")
    if isinstance(enabled, Unknown):
        return enabled
    if enabled in (False, "false"):
        return "has its actions disabled"
    if isinstance(actions, Unknown):
        return actions
    return "" if actions else "has no alarm action"


def _names(composite: Resource, alarm: Resource, stack: Stack) -> bool:
    """Say whether a composite alarm's rule looks at an alarm, by name, by ARN, or by where an unknown text is from."""
    text = composite.properties.get("alarmRule")
    if isinstance(text, Unknown):
        return any(user is composite and key == "alarmRule" for user, key in stack.users(alarm.urn))
    marks = [alarm.properties.get("name"), alarm.properties.get("arn")]
    known = [f"({quote}{mark}{quote})" for mark in marks if isinstance(mark, str) for quote in ('"', "")]
    return isinstance(text, str) and any(mark in text.replace(" ", "") for mark in known)
