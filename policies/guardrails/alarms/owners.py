# SPDX-License-Identifier: Apache-2.0
"""Which resources of the stack a metric of an alarm names, or seems to: the way from the alarm to what it watches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.identity import Match, compare, expected, names_of, variants
from guardrails.alarms.table import Row, judged_types, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.alarms.alarm import Alarm, Reference
    from guardrails.resources import Resource, Stack

__all__ = ["Owner", "owners"]

_NUMBER = re.compile(r"(?:-\d+)+$")


@dataclass(frozen=True, slots=True)
class Owner:
    """One resource that a metric may be of, the row it is judged by, and whether the dimensions name it."""

    alarm: Alarm
    reference: Reference
    resource: Resource
    row: Row
    match: Match


def owners(stack: Stack) -> tuple[Owner, ...]:
    """List what the metrics of all alarms name; where one resource is surely named, the others are left out."""
    return stack.derive(_owners)


def _owners(stack: Stack) -> tuple[Owner, ...]:
    named = stack.derive(_named)
    return tuple(
        owner
        for alarm in alarms(stack)
        for reference in alarm.references
        for owner in _of(alarm, reference, named, stack)
    )


def _of(alarm: Alarm, reference: Reference, named: Mapping[str, list[Resource]], stack: Stack) -> list[Owner]:
    found = [
        Owner(alarm, reference, resource, row, compare(alarm, reference, resource, row, stack))
        for resource in _candidates(alarm, reference, named, stack)
        for row in variants(resource, rows(resource.type))
        if row.namespace == reference.namespace and row.identity
    ]
    sure = [owner for owner in found if owner.match.verdict is True]
    return sure or [owner for owner in found if owner.match.verdict is not False or owner.match.why]


def _candidates(
    alarm: Alarm,
    reference: Reference,
    named: Mapping[str, list[Resource]],
    stack: Stack,
) -> Iterator[Resource]:
    dimensions = reference.dimensions
    texts = [value for value in dimensions.values() if isinstance(value, str)] if isinstance(dimensions, dict) else []
    found = [item for text in texts for item in (*named.get(text, ()), *named.get(_NUMBER.sub("", text), ()))]
    urns = alarm.resource.property_dependencies.get(reference.prop, ())
    found += [stack.by_urn[urn] for urn in urns if urn in stack.by_urn]
    yield from {item.urn: item for item in found}.values()


def _named(stack: Stack) -> Mapping[str, list[Resource]]:
    """Index the resources that alarms can be on by every value that people take for their name."""
    found: dict[str, list[Resource]] = {}
    for resource in stack.of_type(*sorted(token for token in judged_types() if rows(token))):
        values: set[object] = set(names_of(resource, stack))
        for row in rows(resource.type):
            values |= {
                wanted
                for source in row.identity.values()
                if not source.startswith(("any:", "const:", "ref:"))
                and isinstance(wanted := expected(resource, source, stack), str)
            }
        for value in values:
            found.setdefault(str(value), []).append(resource)
    return found
