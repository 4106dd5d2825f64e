# SPDX-License-Identifier: Apache-2.0
"""CodeCommit repositories, which have no metrics: what reports their events, and who is alarmed by that.

Two ways count: an EventBridge rule on the repository's events with an alarm on the rule's own metrics, and a log metric
filter on CloudTrail's records with an alarm on the filter's metric.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from guardrails.alarms.coverage import Coverage, Doubt, cover
from guardrails.alarms.table import absent_namespaces
from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.alarms.alarm import Alarm
    from guardrails.resources import Resource, Stack

__all__ = ["EVENT_RULE", "REPOSITORY", "cover_repository"]

REPOSITORY = "aws:codecommit/repository:Repository"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
_EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
_METRIC_FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
_SOURCE = "codecommit.amazonaws.com"


def cover_repository(repository: Resource, alarms: Iterable[Alarm], stack: Stack) -> Coverage:
    """Judge one repository."""
    coverage = Coverage()
    for alarm in alarms:
        for reference in alarm.references:
            if isinstance(reference.namespace, str) and reference.namespace in absent_namespaces():
                fact = f"watches {reference.namespace}, a namespace that does not exist"
                coverage.misses.append(f"the alarm {alarm.resource.name} {fact}")
    for rule in stack.of_type(EVENT_RULE):
        _by_rule(rule, repository, alarms, stack, coverage)
    for metric_filter in stack.of_type(_METRIC_FILTER):
        _by_filter(metric_filter, repository, alarms, coverage)
    return coverage


def _by_rule(rule: Resource, repository: Resource, alarms: Iterable[Alarm], stack: Stack, total: Coverage) -> None:
    reports = _reports(rule, repository)
    if reports is False:
        return
    if rule.properties.get("state") == "DISABLED" or rule.properties.get("isEnabled") is False:
        total.misses.append(f"the event rule {rule.name} is disabled")
        return
    if not any(_targets(target, rule) for target in stack.of_type(_EVENT_TARGET)):
        total.misses.append(f"the event rule {rule.name} has no target")
        return
    inner = cover(rule, alarms, stack)
    total.doubts += inner.doubts
    total.misses += inner.misses or ([] if inner.watched else [f"the event rule {rule.name} has no alarm"])
    if inner.watched and isinstance(reports, Unknown):
        total.doubts.append(Doubt(rule, reports))
    elif inner.watched:
        total.watched = True


def _targets(target: Resource, rule: Resource) -> bool:
    name = target.properties.get("rule")
    if isinstance(name, Unknown):
        return rule.urn in target.property_dependencies.get("rule", ())
    return name is not None and name in (rule.properties.get("name"), rule.properties.get("arn"))


def _reports(rule: Resource, repository: Resource) -> bool | Unknown:
    """Say whether a rule's pattern takes in the repository's events.

    A pattern that is not known is taken for the repository's if it depends on the repository and on nothing else.
    """
    text = rule.properties.get("eventPattern")
    if isinstance(text, Unknown):
        origins = set(rule.property_dependencies.get("eventPattern", ()))
        if repository.urn not in origins:
            return False
        return True if origins == {repository.urn} else text
    try:
        pattern = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return False
    if not isinstance(pattern, dict) or "aws.codecommit" not in _items(pattern.get("source")):
        return False
    detail = pattern.get("detail")
    names = _items(detail.get("repositoryName")) if isinstance(detail, dict) else []
    arns = _items(pattern.get("resources"))
    verdicts = (_admits(arns, repository.properties.get("arn")), _admits(names, _name(repository)))
    if False in verdicts:
        return False
    return next((item for item in verdicts if isinstance(item, Unknown)), True)


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _admits(listed: list[Value], own: Value) -> bool | Unknown:
    """Say whether a list of a pattern admits a value: an absent list admits all, a matcher object may."""
    if not listed or own in listed:
        return True
    return own if isinstance(own, Unknown) else any(_prefixed(item, own) for item in listed)


def _prefixed(item: Value, own: Value) -> bool:
    prefix = item.get("prefix") if isinstance(item, dict) else None
    return isinstance(prefix, str) and isinstance(own, str) and own.startswith(prefix)


def _name(repository: Resource) -> Value:
    return repository.properties.get("repositoryName")


def _by_filter(metric_filter: Resource, repository: Resource, alarms: Iterable[Alarm], total: Coverage) -> None:
    if not _filters(metric_filter.properties.get("pattern"), _name(repository)):
        return
    made = metric_filter.properties.get("metricTransformation")
    if not isinstance(made, dict):
        return
    wanted = (made.get("namespace"), made.get("name"))
    for alarm in _on(wanted, alarms):
        total.add(alarm, on=True)


def _filters(pattern: Value, name: Value) -> bool:
    """Say whether a filter on CloudTrail's records takes in the repository: no repository named, or this one."""
    if not isinstance(pattern, str) or _SOURCE not in pattern:
        return False
    return "repositoryName" not in pattern or (isinstance(name, str) and f'"{name}"' in pattern)


def _on(metric: tuple[Value, Value], alarms: Iterable[Alarm]) -> Iterator[Alarm]:
    for alarm in alarms:
        if any((item.namespace, item.metric) == metric for item in alarm.references):
            yield alarm
