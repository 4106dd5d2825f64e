# SPDX-License-Identifier: Apache-2.0
"""Whether a resource is watched: by which metrics an alarm that acts is surely on it, or what cannot be told yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.identity import Match, compare, expected, names_of, needs_scan, variants
from guardrails.alarms.prerequisites import UNSEEN, off
from guardrails.alarms.table import Row, rows
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.alarms.alarm import Alarm, Reference, Text
    from guardrails.alarms.insights import Query
    from guardrails.resources import Resource, Stack
    from guardrails.values import Value

__all__ = ["Coverage", "Doubt", "cover", "group_of", "members_of"]

_PROMQL = ("evaluationCriteria", "promqlCriteria", "query")

Extra = Mapping[str, tuple[str, ...]]
"""Metrics that count beside those of the table, by namespace."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An unknown that decides, and the resource that holds it."""

    resource: Resource
    unknown: Unknown


@dataclass(slots=True)
class Coverage:
    """What the alarms of a stack come to for one resource.

    ``watched`` are the metrics of the table that an alarm that acts is on. ``misses`` tell of alarms that look at the
    resource, or seem to, and do not count.
    """

    watched: set[str] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def add(self, alarm: Alarm, metric: str, on: bool | Unknown) -> None:  # noqa: FBT001 - one of three verdicts
        """Count one alarm: ``on`` says whether it looks at the resource. One that tells nobody leaves nothing open."""
        if on is False:
            return
        if isinstance(alarm.mute, str) and alarm.mute:
            self.misses.append(f"the alarm {alarm.name} {alarm.mute}")
            return
        unknown = next((item for item in (on, alarm.mute) if isinstance(item, Unknown)), None)
        if unknown is None:
            self.watched.add(metric)
        else:
            self.doubts.append(Doubt(alarm.resource, unknown))

    def merge(self, other: Coverage) -> None:
        """Count what watches another resource for this one."""
        self.watched |= other.watched
        self.doubts += other.doubts
        self.misses += other.misses


@dataclass(frozen=True, slots=True)
class _Index:
    """The metrics and the texts of all alarms: by namespace, by a value of a dimension, and by what they depend on."""

    by_namespace: Mapping[str, list[tuple[Alarm, Reference]]]
    by_value: Mapping[tuple[str, str], list[tuple[Alarm, Reference]]]
    by_link: Mapping[str, list[tuple[Alarm, Reference]]]
    texts: list[tuple[Alarm, Text]]
    promql: list[Alarm]


def _index(stack: Stack) -> _Index:
    spaces: dict[str, list[tuple[Alarm, Reference]]] = {}
    values: dict[tuple[str, str], list[tuple[Alarm, Reference]]] = {}
    links: dict[str, list[tuple[Alarm, Reference]]] = {}
    for alarm in alarms(stack):
        for reference in alarm.references:
            pair = (alarm, reference)
            space = reference.namespace
            if isinstance(space, str):
                spaces.setdefault(space, []).append(pair)
                dimensions = reference.dimensions
                for value in dimensions.values() if not isinstance(dimensions, Unknown) else ():
                    if isinstance(value, str):
                        values.setdefault((space, value), []).append(pair)
            for urn in alarm.resource.property_dependencies.get(reference.prop, ()):
                links.setdefault(urn, []).append(pair)
            if isinstance(space, Unknown):
                links.setdefault("", []).append(pair)
    texts = [(alarm, text) for alarm in alarms(stack) for text in alarm.texts]
    promql = [alarm for alarm in alarms(stack) if alarm.get("evaluationCriteria") is not None]
    return _Index(spaces, values, links, texts, promql)


def cover(resource: Resource, stack: Stack, extra: Extra) -> Coverage:
    """Judge one resource by the rows of its type, and by the resources that count for it."""
    coverage = _own(resource, stack, extra)
    for other in (*members_of(resource, stack), *group_of(resource, stack)):
        coverage.merge(_own(other, stack, extra))
    return coverage


def _own(resource: Resource, stack: Stack, extra: Extra) -> Coverage:
    coverage, index = Coverage(), stack.derive(_index)
    names = names_of(resource, stack)
    for row in variants(resource, rows(resource.type)):
        for alarm, reference in _candidates(index, resource, row, names, stack):
            _metric(alarm, reference, (resource, row, stack), extra, coverage)
        for alarm, text in index.texts:
            _text(alarm, text, (resource, row, stack), extra, coverage)
        for alarm in index.promql:
            _promql(alarm, row, names, coverage)
    return coverage


def _candidates(
    index: _Index,
    resource: Resource,
    row: Row,
    names: Mapping[str, str],
    stack: Stack,
) -> Iterable[tuple[Alarm, Reference]]:
    """List the metrics that can be this resource's, each once: by the values of its names, else the whole namespace."""
    if needs_scan(row, resource, stack):
        found = list(index.by_namespace.get(row.namespace, ()))
    else:
        wanted = (expected(resource, source, stack) for source in row.identity.values())
        values = {*names, *(item for item in wanted if isinstance(item, str))}
        found = [pair for value in values for pair in index.by_value.get((row.namespace, value), ())]
        found += index.by_link.get(resource.urn, ())
    found += index.by_link.get("", ())
    return {id(reference): (alarm, reference) for alarm, reference in found}.values()


def _metric(
    alarm: Alarm,
    reference: Reference,
    about: tuple[Resource, Row, Stack],
    extra: Extra,
    total: Coverage,
) -> None:
    resource, row, stack = about
    namespace, metric = reference.namespace, reference.metric
    if isinstance(namespace, Unknown):
        total.add(alarm, "", namespace)
        return
    if namespace != row.namespace:
        return
    match = compare(alarm, reference, resource, row, stack)
    if match.verdict is False:
        total.misses += [f"the alarm {alarm.name} {match.why}"] if match.why else []
    elif isinstance(metric, Unknown):
        total.add(alarm, "", metric)
    elif metric not in row.metrics and metric not in extra.get(row.namespace, ()):
        if match.verdict is True:
            total.misses.append(
                f"the alarm {alarm.name} watches {metric}, which is none of the metrics that count for it"
            )
    else:
        _on(alarm, reference, match, about, total)


def _on(alarm: Alarm, reference: Reference, match: Match, about: tuple[Resource, Row, Stack], total: Coverage) -> None:
    resource, row, stack = about
    missing = off(row, reference, resource, stack)
    if missing and missing != UNSEEN:
        total.misses.append(f"the alarm {alarm.name} has no data, since {missing}")
    else:
        total.add(alarm, str(reference.metric), match.verdict)


def _text(alarm: Alarm, text: Text, about: tuple[Resource, Row, Stack], extra: Extra, total: Coverage) -> None:
    """Count an expression: a Metrics Insights query that takes the resource in; mathematics count by their metrics."""
    _, row, _ = about
    if isinstance(text.text, Unknown):
        total.add(alarm, "", text.text)
    elif (
        text.query is not None
        and text.query.namespace == row.namespace
        and (text.query.metric in row.metrics or text.query.metric in extra.get(row.namespace, ()))
    ):
        verdict = _selects(text.query, about)
        total.add(alarm, text.query.metric, verdict)
        if verdict is False and text.query.conditions is None:
            total.misses.append(f"the query of the alarm {alarm.name} has conditions that cannot be read")


def _selects(query: Query, about: tuple[Resource, Row, Stack]) -> bool | Unknown:
    """Say whether a query takes a resource in: its schema tells resources apart, and its conditions hold for this."""
    resource, row, stack = about
    firm = {key for key, source in row.identity.items() if not source.startswith(("any:", "const:"))}
    if (query.keys is not None and not firm <= query.keys) or query.conditions is None:
        return False
    open_ones = []
    for condition in query.conditions:
        wanted = expected(resource, row.identity.get(condition.key, "any:"), stack)
        if isinstance(wanted, Unknown) and condition.key in row.identity:
            open_ones.append(Unknown(("metricQueries",), wanted.sentinel))
        elif (wanted == condition.value) is not condition.equal:
            return False
    return next(iter(open_ones), True)


def _promql(alarm: Alarm, row: Row, names: Mapping[str, str], total: Coverage) -> None:
    """Leave open whether an alarm in PromQL watches the resource, where it speaks of it, its metrics or its namespace.

    The language is not read here. A query that speaks of none of them is on something else.
    """
    query: Value = alarm.get("evaluationCriteria")
    for step in _PROMQL[1:]:
        query = query.get(step) if isinstance(query, dict) else query
    if isinstance(query, Unknown):
        total.add(alarm, "", query)
    elif isinstance(query, str) and any(word in query for word in (*names, *row.metrics, row.namespace)):
        total.add(alarm, "", Unknown(_PROMQL))


def members_of(resource: Resource, stack: Stack) -> Iterator[Resource]:
    """List the resources of a cluster or an API whose alarms count for it."""
    for row in rows(resource.type):
        if row.members:
            yield from _linked(resource, row.members, stack, held=True)
            return


def group_of(resource: Resource, stack: Stack) -> Iterator[Resource]:
    """List the cluster, group or API that a resource is a member of, if it is in the stack."""
    for row in rows(resource.type):
        if row.group:
            yield from _linked(resource, row.group, stack, held=False)
            return


def _linked(resource: Resource, link: Mapping[str, str], stack: Stack, *, held: bool) -> Iterator[Resource]:
    own_key, _, other_key = link["link"].partition("=")
    other_key = other_key or own_key
    own = resource.properties.get(own_key)
    for item in stack.of_type(link["type"]):
        holder, key, target = (item, other_key, resource) if held else (resource, own_key, item)
        if target.urn in holder.property_dependencies.get(key, ()) or (
            isinstance(own, str) and own == item.properties.get(other_key)
        ):
            yield item
