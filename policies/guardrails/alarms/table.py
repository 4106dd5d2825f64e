# SPDX-License-Identifier: Apache-2.0
"""Which metrics tell of a resource type's health, and the dimensions that tie a metric to one resource."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EventSource",
    "Row",
    "bad_direction",
    "demanded_types",
    "event_sources",
    "judged_types",
    "missing_data",
    "rows",
]

_TABLE = Path(__file__).resolve().parent.parent / "data" / "alarms.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One namespace of a type: ``identity`` maps a dimension to the source of the value that it must equal.

    A source is an output property, or ``tail:P`` what follows the last slash or colon of P, ``stem:P`` P with a number
    appended, ``item:P`` one of a list, ``const:V`` a literal, ``ref:T.P`` a property of a resource of type T,
    ``any:WHAT`` any value. ``metrics`` maps a metric to the direction that is bad, ``<`` or ``>``. ``when`` gives the
    property values of the variant meant, ``None`` for an absent one and ``!V`` for any but V. ``members`` and ``group``
    name a type whose alarms count for this one, and how the two are linked (``own=other`` or one property of both).
    """

    type: str
    namespace: str
    identity: Mapping[str, str]
    metrics: Mapping[str, str]
    worth: str = "yes"
    recommended: tuple[str, ...] = ()
    when: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    group: Mapping[str, str] = field(default_factory=dict)
    requires: str = ""
    trap: str = ""


@dataclass(frozen=True, slots=True)
class EventSource:
    """A type without metrics of its own: what its events and CloudTrail records call it.

    ``name`` is the property that tells one resource from another, ``detail`` the key of an event that holds it.
    """

    event_source: str
    source: str
    name: str
    detail: str
    demanded: bool = False


@dataclass(frozen=True, slots=True)
class _Tables:
    by_type: Mapping[str, tuple[Row, ...]]
    by_namespace: Mapping[str, tuple[Row, ...]]
    events: Mapping[str, EventSource]
    missing_data: Mapping[tuple[str, str], tuple[str, ...]]


@cache
def _tables() -> _Tables:
    content = json.loads(_TABLE.read_text("utf-8"))
    by_type: dict[str, tuple[Row, ...]] = {}
    by_namespace: dict[str, tuple[Row, ...]] = {}
    for row in map(_row, content["rows"]):
        by_type[row.type] = (*by_type.get(row.type, ()), row)
        by_namespace[row.namespace] = (*by_namespace.get(row.namespace, ()), row)
    by_type.update({alias: by_type[name] for alias, name in content["aliases"].items()})
    events = {token: EventSource(item.pop("eventSource"), **item) for token, item in content["events"].items()}
    missing = {
        (namespace, name): tuple(treatment.split("|"))
        for treatment, spaces in content["missingData"].items()
        for namespace, names in spaces.items()
        for name in names
    }
    return _Tables(by_type, by_namespace, events, missing)


def _row(entry: dict[str, Any]) -> Row:
    metrics = {name: meaning[0] for name, meaning in entry["metrics"].items()}
    known = {key: value for key, value in entry.items() if key != "optional"}
    return Row(**{**known, "metrics": metrics, "recommended": tuple(entry.get("recommended", ()))})


def rows(token: str) -> tuple[Row, ...]:
    """List the rows of a type, none for a type that is not in the table; an aliased type has those of its original."""
    return _tables().by_type.get(token, ())


def bad_direction(namespace: str, metric: str) -> str | None:
    """Say which direction of a metric is bad, ``<`` or ``>``; ``None`` for a metric that the table does not judge."""
    found = {row.metrics[metric] for row in _tables().by_namespace.get(namespace, ()) if metric in row.metrics}
    return found.pop() if len(found) == 1 else None


def missing_data(namespace: str, metric: str) -> tuple[str, ...]:
    """Give the ``treatMissingData`` that a metric needs: absence is the failure, or only failures are published.

    What follows the first is taken as meant too. There is none for a metric of which nothing is known.
    """
    return _tables().missing_data.get((namespace, metric), ())


def event_sources() -> Mapping[str, EventSource]:
    """Give the types that have events and no metrics, by token."""
    return _tables().events


def demanded_types() -> tuple[str, ...]:
    """List the types whose resources need an alarm unless the configuration says otherwise, by token."""
    tables = _tables()
    plain = {token for token, items in tables.by_type.items() if items[0].worth == "yes"}
    return tuple(sorted(plain | {token for token, item in tables.events.items() if item.demanded}))


def judged_types() -> frozenset[str]:
    """List every type that an alarm can be demanded for."""
    return frozenset(_tables().by_type) | frozenset(_tables().events)
