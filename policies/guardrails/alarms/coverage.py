# SPDX-License-Identifier: Apache-2.0
"""Whether a resource is watched: by an alarm that surely is on it and acts, by none, or it cannot be told yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guardrails.alarms.table import Row, rows
from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.alarms.alarm import Alarm, Query, Reference
    from guardrails.resources import Resource, Stack

__all__ = ["Coverage", "Doubt", "cover", "resolve"]

_RANDOM = frozenset({"id", "arnSuffix"})
"""Properties whose value AWS makes up, so that no program can write it out beforehand."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An unknown that decides, and the resource that holds it."""

    resource: Resource
    unknown: Unknown


@dataclass(slots=True)
class Coverage:
    """What the alarms of a stack come to for one resource.

    ``misses`` tell of alarms that look at the resource, or seem to, and do not count.
    """

    watched: bool = False
    doubts: list[Doubt] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def add(self, alarm: Alarm, on: bool | Unknown) -> None:  # noqa: FBT001 - one of three verdicts
        """Count one alarm: ``on`` says whether it looks at the resource."""
        if on is False:
            return
        if isinstance(on, Unknown):
            self.doubts.append(Doubt(alarm.resource, on))
        elif isinstance(alarm.mute, Unknown):
            self.doubts.append(Doubt(alarm.resource, alarm.mute))
        elif alarm.mute:
            self.misses.append(f"the alarm {alarm.resource.name} {alarm.mute}")
        else:
            self.watched = True


def cover(resource: Resource, alarms: Iterable[Alarm], stack: Stack) -> Coverage:
    """Judge one resource by the rows of its type, and by the resources that count for it."""
    coverage = Coverage()
    meant, misses = list(_variants(resource)), coverage.misses
    for alarm in alarms:
        for row in meant:
            for reference in alarm.references:
                coverage.add(alarm, _Comparison(alarm.resource, reference, resource, row, stack).watches(misses))
            for query in alarm.queries:
                coverage.add(alarm, _queried(query, resource, row))
    for member in (item for row in meant for item in _members(resource, row, stack)):
        inner = cover(member, alarms, stack)
        coverage.watched = coverage.watched or inner.watched
        coverage.doubts += inner.doubts
        coverage.misses += inner.misses
    return coverage


def _variants(resource: Resource) -> Iterator[Row]:
    """Pick the rows of the variant that the resource is; all of them where that is unknown."""
    candidates = rows(resource.type)
    for row in candidates:
        values = {key: resource.properties.get(key) for key in row.when}
        if all(isinstance(values[key], Unknown) or values[key] == row.when[key] for key in row.when) or (
            row is candidates[0] and all(value is None for value in values.values())
        ):
            yield row


def _members(resource: Resource, row: Row, stack: Stack) -> Iterator[Resource]:
    for item in stack.of_type(row.members["type"]) if row.members else ():
        link = row.members["link"]
        own, other = resource.properties.get(link), item.properties.get(link)
        if (isinstance(own, str) and own == other) or resource.urn in item.property_dependencies.get(link, ()):
            yield item


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One metric of an alarm held against one row of a resource's type."""

    alarm: Resource
    reference: Reference
    resource: Resource
    row: Row
    stack: Stack

    @property
    def _linked(self) -> bool:
        return self.resource.urn in self.alarm.property_dependencies.get(self.reference.prop, ())

    def verdict(self) -> bool | Unknown:
        """Say whether the metric is the resource's, the metric's name aside."""
        if isinstance(self.reference.namespace, Unknown):
            return self.reference.namespace
        if self.reference.namespace != self.row.namespace:
            return False
        dimensions = self.reference.dimensions
        if isinstance(dimensions, Unknown):
            return dimensions if self._linked else False
        given = dimensions if isinstance(dimensions, dict) else {}
        bound = [self._bound(key, given) for key in self.row.identity]
        return False if False in bound else next((item for item in bound if isinstance(item, Unknown)), True)

    def _bound(self, key: str, dimensions: dict[str, Value]) -> bool | Unknown:
        """Say whether one identifying dimension names the resource.

        An unknown dimension whose property depends on the resource cannot be told: it may be the right output of the
        resource or a wrong one. A text written out cannot name a value that AWS has yet to make up, yet it can spell
        an ARN.
        """
        given, wanted = dimensions.get(key), resolve(self.resource, self.row.identity[key], self.stack)
        if isinstance(given, Unknown):
            return given if self._linked or len(self.row.identity) > 1 else False
        if given is not None and isinstance(wanted, Unknown) and self.row.identity[key] not in _RANDOM:
            return Unknown((self.reference.prop, key), wanted.sentinel)
        return given is not None and given == wanted

    def watches(self, misses: list[str]) -> bool | Unknown:
        """Say whether the alarm looks at the resource; a metric that does not count is noted."""
        verdict = self.verdict()
        metric = self.reference.metric
        if verdict is False or metric in self.row.metrics:
            return verdict
        if isinstance(metric, Unknown):
            return metric
        misses.append(f"the alarm {self.alarm.name} watches {metric}, which is not one of the metrics that count")
        return False


def resolve(resource: Resource, source: str, stack: Stack) -> Value:
    """Give the value that a dimension must have: a property, or of ``tail:P`` the last segment of P's text.

    A property that the preview leaves out is unknown. A cluster that is known only as a resource gives its name.
    """
    name = source.removeprefix("tail:")
    value = resource.properties.get(name)
    if value is None:
        return Unknown((name,))
    if name != source and isinstance(value, Unknown):
        origins = [stack.by_urn[urn] for urn in resource.property_dependencies.get(name, ()) if urn in stack.by_urn]
        return origins[0].properties.get("name") if len(origins) == 1 else value
    return value.rpartition("/")[2] if name != source and isinstance(value, str) else value


def _queried(query: Query, resource: Resource, row: Row) -> bool | Unknown:
    """Say whether a Metrics Insights text takes the resource in: its whole namespace, or its own name."""
    if isinstance(query.text, Unknown):
        return query.text
    if f'"{row.namespace}"' not in query.text or not any(metric in query.text for metric in row.metrics):
        return False
    if " WHERE " not in query.text.upper():
        return True
    names = [resource.properties.get(source.removeprefix("tail:")) for source in row.identity.values()]
    return any(isinstance(name, str) and f"'{name}'" in query.text for name in names)
