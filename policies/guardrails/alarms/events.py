# SPDX-License-Identifier: Apache-2.0
"""Resources without metrics, such as CodeCommit repositories: what reports their events, and who is alarmed by that.

Two ways count: an EventBridge rule on the resource's events with an alarm on the rule's own metrics, and a log metric
filter (on CloudTrail's records, or on a log group that is judged) with an alarm on the filter's metric.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.coverage import Coverage, Doubt, cover
from guardrails.alarms.guards import EVENT_RULE, is_disabled
from guardrails.alarms.metrics import catalogue
from guardrails.alarms.table import EventSource, event_sources
from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from guardrails.alarms.alarm import Alarm
    from guardrails.resources import Resource, Stack

__all__ = ["LOG_GROUP", "cover_by_events", "reports_on"]

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
_METRIC_FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


def cover_by_events(resource: Resource, stack: Stack, extra: Mapping[str, tuple[str, ...]]) -> Coverage:
    """Judge one resource of a type that has no metrics of its own."""
    coverage, source = Coverage(), event_sources()[resource.type]
    invented = f"AWS/{resource.type.split('/')[0].removeprefix('aws:')}".casefold()
    for alarm in alarms(stack):
        for reference in alarm.references:
            space = reference.namespace
            if isinstance(space, str) and space in catalogue().absent and space.casefold() == invented:
                coverage.misses.append(f"the alarm {alarm.name} watches {space}, a namespace that does not exist")
    for rule in stack.of_type(EVENT_RULE):
        _by_rule(rule, resource, source, (stack, extra), coverage)
    for metric_filter in stack.of_type(_METRIC_FILTER):
        _by_filter(metric_filter, resource, source, stack, coverage)
    return coverage


def reports_on(rule: Resource, resources: Iterable[Resource]) -> bool:
    """Say whether an event rule reports on one of some resources, so that it is judged through that."""
    return rule.type == EVENT_RULE and any(
        _reports(rule, resource, event_sources()[resource.type]) is not False for resource in resources
    )


def _by_rule(
    rule: Resource,
    resource: Resource,
    source: EventSource,
    among: tuple[Stack, Mapping[str, tuple[str, ...]]],
    total: Coverage,
) -> None:
    stack, extra = among
    reports = _reports(rule, resource, source)
    if reports is False:
        return
    if is_disabled(rule):
        total.misses.append(f"the event rule {rule.name} is disabled")
        return
    if not any(_targets(target, rule) for target in stack.of_type(_EVENT_TARGET)):
        total.misses.append(f"the event rule {rule.name} has no target")
        return
    inner = cover(rule, stack, extra)
    total.doubts += inner.doubts
    total.misses += inner.misses or ([] if inner.watched else [f"the event rule {rule.name} has no alarm"])
    if inner.watched and isinstance(reports, Unknown):
        total.doubts.append(Doubt(rule, reports))
    elif inner.watched:
        total.watched |= inner.watched


def _targets(target: Resource, rule: Resource) -> bool:
    name = target.properties.get("rule")
    if isinstance(name, Unknown):
        return rule.urn in target.property_dependencies.get("rule", ())
    return name is not None and name in (rule.properties.get("name"), rule.properties.get("arn"))


def _reports(rule: Resource, resource: Resource, source: EventSource) -> bool | Unknown:
    """Say whether a rule's pattern takes in the resource's events.

    A pattern that is not known is taken for the resource's if it depends on the resource and on nothing else.
    """
    text = rule.properties.get("eventPattern")
    if isinstance(text, Unknown):
        origins = set(rule.property_dependencies.get("eventPattern", ()))
        if resource.urn not in origins:
            return False
        return True if origins == {resource.urn} else text
    try:
        pattern = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return False
    if not isinstance(pattern, dict) or source.source not in _items(pattern.get("source")):
        return False
    detail = pattern.get("detail")
    names = _items(detail.get(source.detail)) if isinstance(detail, dict) else []
    own = [resource.properties.get("arn"), resource.properties.get(source.name)]
    verdicts = (_admits(_items(pattern.get("resources")), own[:1]), _admits(names, own))
    if False in verdicts:
        return False
    return next((item for item in verdicts if isinstance(item, Unknown)), True)


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _admits(listed: list[Value], own: list[Value]) -> bool | Unknown:
    """Say whether a list of a pattern admits one of some values: an absent list admits all, a matcher object may."""
    if not listed or any(value in listed for value in own if value is not None):
        return True
    if any(_prefixed(item, value) for item in listed for value in own):
        return True
    return own[0] if isinstance(own[0], Unknown) else False


def _prefixed(item: Value, own: Value) -> bool:
    prefix = item.get("prefix") if isinstance(item, dict) else None
    return isinstance(prefix, str) and isinstance(own, str) and own.startswith(prefix)


def _by_filter(metric_filter: Resource, resource: Resource, source: EventSource, stack: Stack, total: Coverage) -> None:
    name = resource.properties.get(source.name)
    if resource.type == LOG_GROUP:
        meant = _stands_on(metric_filter, resource)
    else:
        meant = _filters(metric_filter.properties.get("pattern"), name, source.event_source)
    made = metric_filter.properties.get("metricTransformation")
    if not meant or not isinstance(made, dict):
        return
    for alarm in _on((made.get("namespace"), made.get("name")), stack):
        total.add(alarm, str(made.get("name")), on=True)


def _stands_on(metric_filter: Resource, group: Resource) -> bool:
    own = metric_filter.properties.get("logGroupName")
    if group.urn in metric_filter.property_dependencies.get("logGroupName", ()):
        return True
    return isinstance(own, str) and own == group.properties.get("name")


def _filters(pattern: Value, name: Value, event_source: str) -> bool:
    """Say whether a filter on CloudTrail's records takes in a resource: none named, or this one."""
    if not isinstance(pattern, str) or event_source not in pattern:
        return False
    return "$.requestParameters." not in pattern or (isinstance(name, str) and f'"{name}"' in pattern)


def _on(metric: tuple[Value, Value], stack: Stack) -> Iterator[Alarm]:
    for alarm in alarms(stack):
        if any((item.namespace, item.metric) == metric for item in alarm.references):
            yield alarm
