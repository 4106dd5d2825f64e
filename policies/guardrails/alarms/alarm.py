# SPDX-License-Identifier: Apache-2.0
"""One CloudWatch alarm, read: the metrics it looks at in any of its forms, and whether it acts when it fires."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.alarms.insights import Query, parse
from guardrails.values import Steps, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from guardrails.resources import Resource, Stack

__all__ = ["COMPOSITE_ALARM", "METRIC_ALARM", "Alarm", "Reference", "Text", "alarms"]

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_SEARCH = re.compile(r"\bSEARCH\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """One metric that an alarm names: the object that holds it, the top-level property it is in, and its path.

    ``holder`` is the alarm's own properties, or a metric query's ``metric``; unknown where that is not known, and so
    is all that it holds. ``dimensions`` are empty where there are none.
    """

    holder: Mapping[str, Value] | Unknown
    prop: str
    steps: Steps
    namespace: Value
    metric: Value
    dimensions: Mapping[str, Value] | Unknown

    @classmethod
    def of(cls, holder: Mapping[str, Value] | Unknown, prop: str, steps: Steps) -> Reference:
        """Read once what every rule asks for."""
        if isinstance(holder, Unknown):
            return cls(holder, prop, steps, holder, holder, holder)
        given = holder.get("dimensions")
        if not isinstance(given, Unknown):
            known = given if isinstance(given, dict) else {}
            given = {key: item for key, item in known.items() if item is not None}
        return cls(holder, prop, steps, holder.get("namespace"), holder.get("metricName"), given)

    def get(self, key: str) -> Value:
        """Give a property of the metric, such as ``unit``; what is in an unknown is unknown."""
        return self.holder if isinstance(self.holder, Unknown) else self.holder.get(key)

    def at(self, *steps: str) -> Steps:
        """Give the path of a part of the metric."""
        return (*self.steps, *steps)


@dataclass(frozen=True, slots=True)
class Text:
    """An expression of an alarm and its path: a Metrics Insights query if it can be read as one, else mathematics."""

    text: str | Unknown
    query: Query | None
    steps: Steps

    @property
    def searches(self) -> bool:
        """Whether the text holds ``SEARCH(``, which an alarm cannot have."""
        return isinstance(self.text, str) and _SEARCH.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm, the metrics it looks at, and why it does not act (``""`` if it does, unknown if that is open)."""

    resource: Resource
    references: tuple[Reference, ...]
    texts: tuple[Text, ...]
    mute: str | Unknown

    @property
    def name(self) -> str:
        """The logical name, by which the program's author knows it."""
        return self.resource.name

    def get(self, key: str) -> Value:
        """Give a property of the alarm."""
        return self.resource.properties.get(key)

    def linked(self, reference: Reference | None, urn: str) -> bool:
        """Say whether a resource's outputs stand in the property that holds a metric (or a query)."""
        prop = reference.prop if reference else "metricQueries"
        return urn in self.resource.property_dependencies.get(prop, ())


def alarms(stack: Stack) -> tuple[Alarm, ...]:
    """Read the metric alarms of a stack; a composite alarm lends its actions to those it names."""
    return stack.derive(_alarms)


def _alarms(stack: Stack) -> tuple[Alarm, ...]:
    composites = [item for item in stack.of_type(COMPOSITE_ALARM) if _muted(item) == ""]
    return tuple(_read(item, composites, stack) for item in stack.of_type(METRIC_ALARM))


def _read(resource: Resource, composites: Iterable[Resource], stack: Stack) -> Alarm:
    properties = resource.properties
    queries = properties.get("metricQueries")
    items = queries if isinstance(queries, list) else []
    references = list(_references(items))
    if properties.get("metricName") is not None or properties.get("namespace") is not None:
        references.insert(0, Reference.of(properties, "dimensions", ()))
    if isinstance(queries, Unknown):
        references.append(Reference.of(queries, "metricQueries", ("metricQueries",)))
    mute = _muted(resource)
    if mute and any(_names(item, resource, stack) for item in composites):
        mute = ""
    return Alarm(resource, tuple(references), tuple(_texts(items)), mute)


def _references(items: list[Value]) -> Iterator[Reference]:
    for index, item in enumerate(items):
        metric = item.get("metric") if isinstance(item, dict) else item
        if isinstance(metric, dict | Unknown):
            yield Reference.of(metric, "metricQueries", ("metricQueries", index, "metric"))


def _texts(items: list[Value]) -> Iterator[Text]:
    for index, item in enumerate(items):
        text = item.get("expression") if isinstance(item, dict) else None
        if isinstance(text, str | Unknown):
            query = parse(text) if isinstance(text, str) else None
            yield Text(text, query, ("metricQueries", index, "expression"))


def _muted(resource: Resource) -> str | Unknown:
    """Say why an alarm tells nobody; insufficient-data and ok actions do not tell of a failure."""
    enabled, actions = resource.properties.get("actionsEnabled"), resource.properties.get("alarmActions")
    if isinstance(enabled, Unknown):
        return enabled
    if enabled in (False, "false"):
        return "has its actions disabled"
    if isinstance(actions, Unknown):
        return actions
    if actions:
        return ""
    others = [key for key in ("okActions", "insufficientDataActions") if resource.properties.get(key)]
    return f"has no alarm action, only {' and '.join(others)}" if others else "has no alarm action"


def _names(composite: Resource, alarm: Resource, stack: Stack) -> bool:
    """Say whether a composite alarm's rule looks at an alarm, by name, by ARN, or by where an unknown text is from."""
    text = composite.properties.get("alarmRule")
    if isinstance(text, Unknown):
        return any(user is composite and key == "alarmRule" for user, key in stack.users(alarm.urn))
    marks = [alarm.properties.get("name"), alarm.properties.get("arn")]
    known = [f"({quote}{mark}{quote})" for mark in marks if isinstance(mark, str) for quote in ('"', "'", "")]
    return isinstance(text, str) and any(mark in text.replace(" ", "") for mark in known)
