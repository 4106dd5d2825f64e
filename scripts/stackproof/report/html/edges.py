# SPDX-License-Identifier: Apache-2.0
"""Who acts on whom in a stack: what an alarm watches and tells, what a principal may reach, what uses what.

An edge points from who acts to what it acts on. Values are compared and never shown: a label is made of the names of
properties and dimensions, and of access levels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stackproof.wire import reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stackproof.model import AccessLevel, Permission, Preview, Resource
    from stackproof.wire import Value

__all__ = ["Edge", "Kind", "edges_of"]

Kind = Literal["watches", "tells", "grants", "uses", "after"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge between two URNs; ``label`` completes the sentence that its kind begins."""

    source: str
    target: str
    kind: Kind
    label: str


_VERBS: Mapping[AccessLevel, str] = {
    "list": "list",
    "read": "read",
    "write": "write",
    "permissions": "manage permissions",
    "admin": "do everything",
    "unknown": "do what cannot be told",
}
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_WATCHING: Mapping[str, frozenset[str]] = {
    _ALARM: frozenset({"dimensions", "metricQueries"}),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": frozenset({"alarmRule"}),
    "aws:cloudwatch/eventRule:EventRule": frozenset({"eventPattern"}),
}
_TELLING = frozenset({"alarmActions", "okActions", "insufficientDataActions"})
_NAME = re.compile(r"(?:.*(?:Name|Identifier|Id)|name|bucket|arn)")
"""Inputs by which CloudWatch's dimensions may know a resource."""


def edges_of(preview: Preview) -> tuple[Edge, ...]:
    """Give the edges of a stack, one for each pair of resources and kind; a plain use gives way to a better reason."""
    known = {resource.urn for resource in preview.resources}
    found: dict[tuple[str, str], dict[Kind, list[str]]] = defaultdict(lambda: defaultdict(list))
    for edge in _all(preview):
        if edge.source != edge.target and {edge.source, edge.target} <= known:
            labels = found[edge.source, edge.target][edge.kind]
            labels += [edge.label] if edge.label and edge.label not in labels else []
    return tuple(
        Edge(source, target, kind, ", ".join(labels))
        for (source, target), kinds in found.items()
        for kind, labels in kinds.items()
        if kind not in {"uses", "after"} or not kinds.keys() - {"uses", "after"}
        if kind != "after" or len(kinds) == 1
    )


def _all(preview: Preview) -> Iterator[Edge]:
    names = _names(preview.resources)
    for resource in preview.resources:
        if resource.type == _ALARM:
            yield from _dimensions(resource, names)
        yield from _uses(resource)
    for principal in preview.reach.principals:
        for permission in principal.permissions:
            yield from (Edge(principal.urn, urn, "grants", _may(permission, urn)) for urn in permission.targets)


def _uses(resource: Resource) -> Iterator[Edge]:
    """Yield what a resource's properties come from: an alarm watches and tells, anything else uses."""
    watching = _WATCHING.get(resource.type, frozenset())
    for name, urns in resource.property_dependencies.items():
        kind: Kind = "watches" if name in watching else "tells" if watching and name in _TELLING else "uses"
        label = _only_dimension(resource) if kind == "watches" else name
        yield from (Edge(resource.urn, urn, kind, label) for urn in urns)
    yield from (Edge(resource.urn, urn, "after", "") for urn in resource.dependencies)


def _names(resources: Iterable[Resource]) -> Mapping[str, list[Resource]]:
    """Index the resources by what their inputs call them."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        for text in {
            value for key, value in resource.inputs.items() if isinstance(value, str) and value and _NAME.fullmatch(key)
        }:
            found[text].append(resource)
    return found


def _dimensions(alarm: Resource, names: Mapping[str, list[Resource]]) -> Iterator[Edge]:
    """Yield what the dimensions of an alarm name literally; of several resources those of the metric's service."""
    namespace = str(reveal(alarm.inputs.get("namespace"))).rpartition("/")[2].lower()
    for dimension, value in _texts(alarm.inputs.get("dimensions")):
        candidates = [item for item in names.get(value, ()) if item.type not in _WATCHING or namespace == "events"]
        fitting = [item for item in candidates if f":{namespace}/" in item.type]
        for resource in fitting or (candidates if len(candidates) == 1 else ()):
            yield Edge(alarm.urn, resource.urn, "watches", dimension)


def _texts(value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from ((key, item) for key, item in value.items() if isinstance(item, str))


def _only_dimension(alarm: Resource) -> str:
    """Name the dimension by which an alarm knows what it watches, where there is but one."""
    value = alarm.inputs.get("dimensions")
    return next(iter(value)) if isinstance(value, dict) and len(value) == 1 else ""


def _may(permission: Permission, urn: str) -> str:
    """Say the levels that a permission gives on a resource: those of its own service, if they are told apart."""
    module = urn.rpartition("::")[0].rpartition(":")[0].rpartition("/")[0].rpartition(":")[2]
    own = [levels for service, levels in permission.levels if service in {module, "*"}]
    levels = {level for found in own or [found for _, found in permission.levels] for level in found}
    *others, last = [words for level, words in _VERBS.items() if level in levels]
    verbs = f"{', '.join(others)} and {last}" if others else last
    return verbs + (" on conditions" if permission.conditions or permission.limits else "")
