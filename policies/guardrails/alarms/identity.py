# SPDX-License-Identifier: Apache-2.0
"""Whether the dimensions of a metric name one resource, and if not, what they name instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from guardrails.alarms.alarm import Alarm, Reference
    from guardrails.alarms.table import Row
    from guardrails.resources import Resource, Stack

__all__ = ["Match", "compare", "describe", "expected", "names_of", "needs_scan", "variants"]

_MADE_UP = frozenset({"id", "arnSuffix", "serviceId", "gatewayId"})
"""Properties whose value AWS makes up, so that no program can write it out beforehand."""

_NAMING = re.compile(r"(?:.*(?:Id|Arn|Name|Url|Identifier|Suffix)|id|arn|name|url|identifier|bucket)(?:V2)?")
_STEM = re.compile(r"(?:-\d+)+")

_About: TypeAlias = "tuple[Resource, bool, Stack, Mapping[str, str]]"
"""A resource, whether the property of the metric depends on it, its stack, and the values that are taken for its name.
"""


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a metric is a resource's, ``key`` and ``why`` it is not where the alarm seems to be meant for it.

    ``property`` says that the dimension holds another property of the resource.
    """

    verdict: bool | Unknown
    key: str = ""
    why: str = ""
    property: bool = False


_NAMED, _ANOTHER = Match(verdict=True), Match(verdict=False)


def variants(resource: Resource, candidates: tuple[Row, ...]) -> Iterator[Row]:
    """Pick the rows of the variant that a resource is; where no row says so, or it is unknown, all of them."""
    fitting = [row for row in candidates if all(_fits(resource, key, values) for key, values in row.when.items())]
    yield from fitting or candidates


def _fits(resource: Resource, key: str, values: tuple[str | None, ...]) -> bool:
    own = resource.properties.get(key)
    return isinstance(own, Unknown) or any(
        own != item[1:] and own is not None if item and item.startswith("!") else own == item for item in values
    )


def names_of(resource: Resource, stack: Stack) -> Mapping[str, str]:
    """Give the values that people take for a resource's name, to the property each is of; the logical name too."""
    kept = stack.derive(_names)
    if resource.urn not in kept:
        kept[resource.urn] = _read_names(resource)
    return kept[resource.urn]


def _names(_stack: Stack) -> dict[str, Mapping[str, str]]:
    """Start the names of a stack's resources, by URN: they are read as they are asked for, each once."""
    return {}


def _read_names(resource: Resource) -> Mapping[str, str]:
    found = {resource.name: "its logical name"}
    for key, value in resource.properties.items():
        if isinstance(value, str) and value and _is_naming(key):
            found[value] = f"its {key}"
    return found


@cache
def _is_naming(key: str) -> bool:
    return _NAMING.fullmatch(key) is not None


def needs_scan(row: Row, resource: Resource, stack: Stack) -> bool:
    """Say whether alarms on a resource cannot be found by the value of a dimension."""
    firm = [source for source in row.identity.values() if not source.startswith(("any:", "const:", "ref:"))]
    return not firm or any(
        source.startswith(("stem:", "item:"))
        or (isinstance(expected(resource, source, stack), Unknown) and source not in _MADE_UP)
        for source in firm
    )


def expected(resource: Resource, source: str, stack: Stack) -> Value:
    """Give the value that a dimension must have; a property that the preview leaves out is unknown.

    A cluster that is known only as a resource gives its name. A list gives its items.
    """
    form, _, name = source.rpartition(":")
    if form == "const":
        return name
    value = _property(resource, name)
    if value is None:
        return Unknown((name,))
    if form == "tail":
        if isinstance(value, Unknown):
            origins = [stack.by_urn[urn] for urn in resource.property_dependencies.get(name, ()) if urn in stack.by_urn]
            return origins[0].properties.get("name") if len(origins) == 1 else value
        return re.split(r"[/:]", value)[-1] if isinstance(value, str) else value
    return value


def _property(resource: Resource, name: str) -> Value:
    first, *rest = name.split(".")
    value = resource.properties.get(first)
    for step in rest:
        if not isinstance(value, dict):
            return value
        value = value.get(step)
    return value


def describe(source: str) -> str:
    """Say in words what a dimension must be set to."""
    form, _, name = source.rpartition(":")
    told = {
        "tail": f"the last part of its {name}",
        "stem": f"its {name} with a number, such as -001, appended",
        "item": f"one of its {name}",
        "const": name,
        "any": source.removeprefix("any:"),
    }
    if source.startswith("ref:"):
        token, _, prop = source.removeprefix("ref:").rpartition(".")
        return f"the {prop} of the {token.rpartition(':')[2]}"
    return told.get(form, f"its {name}")


def compare(alarm: Alarm, reference: Reference, resource: Resource, row: Row, stack: Stack) -> Match:
    """Hold the dimensions of a metric against the identity of a row; namespace and metric are not looked at."""
    given = reference.dimensions
    linked = alarm.linked(reference, resource.urn)
    if isinstance(given, Unknown):
        return Match(given if linked else False)
    if not row.identity:
        return Match(not given)
    about = (resource, linked, stack, names_of(resource, stack))
    matches = [_bound(key, source, given, about) for key, source in row.identity.items()]
    wrong = next((item for item in matches if item.verdict is False), None)
    if wrong is not None:
        return wrong if linked or _seems(given.values(), about, row) else _ANOTHER
    return next((_at(item, reference) for item in matches if isinstance(item.verdict, Unknown)), _NAMED)


def _seems(given: Collection[Value], about: _About, row: Row) -> bool:
    """Say whether any dimension holds what people take for the resource's name, at whatever key it stands."""
    resource, _, stack, names = about
    return any(isinstance(value, str) and value in names for value in given) or any(
        _is_due(value, resource, row, stack) for value in given
    )


def _is_due(value: Value, resource: Resource, row: Row, stack: Stack) -> bool:
    """Say whether a value, at whatever key it stands, is one that the resource's dimensions are due to have."""
    sources = (source for source in row.identity.values() if not source.startswith(("any:", "const:", "ref:")))
    return isinstance(value, str) and any(_equal(value, expected(resource, item, stack), item) for item in sources)


def _at(match: Match, reference: Reference) -> Match:
    """Say of an open question at which dimension it stands, where a written value meets an unknown one."""
    if isinstance(match.verdict, Unknown) and match.key:
        return Match(Unknown(reference.at("dimensions", match.key), match.verdict.sentinel))
    return match


def _bound(
    key: str,
    source: str,
    given: Mapping[str, Value],
    about: _About,
) -> Match:
    """Say whether one identifying dimension names the resource."""
    value = given.get(key)
    if value is None:
        return Match(verdict=False, key=key, why=f"lacks the dimension {key}, {describe(source)}")
    if source.startswith("any:"):
        return _NAMED
    return _referred(key, source, value, about) if source.startswith("ref:") else _own(key, source, given, about)


def _own(
    key: str,
    source: str,
    given: Mapping[str, Value],
    about: _About,
) -> Match:
    """Judge a dimension that the resource itself gives."""
    resource, linked, stack, names = about
    value, wanted = given[key], expected(resource, source, stack)
    if isinstance(value, Unknown):
        return Match(_unknown(value, wanted, given, linked=linked))
    if isinstance(wanted, Unknown):
        return _ANOTHER if source in _MADE_UP else Match(wanted, key)
    if _equal(value, wanted, source):
        return _NAMED
    told = names.get(value, repr(value)) if isinstance(value, str) else repr(value)
    why = f"sets {key} to {told}, not to {describe(source)}"
    return Match(verdict=False, key=key, why=why, property=value in names and value != resource.name)


def _equal(value: Value, wanted: Value, source: str) -> bool:
    if source.startswith("item:"):
        return isinstance(wanted, list) and value in wanted
    if source.startswith("stem:"):
        ends = str(value).removeprefix(str(wanted))
        return ends != value and _STEM.fullmatch(ends) is not None
    return value == wanted


def _unknown(value: Unknown, wanted: Value, given: Mapping[str, Value], *, linked: bool) -> bool | Unknown:
    """Judge an unknown dimension: it names the resource if it is the one unknown, from it, and due to be unknown.

    Where the value that is due is known, the unknown may be another output of the resource; with several unknowns it
    is not told which of them is from where.
    """
    if not linked:
        return False
    alone = sum(isinstance(item, Unknown) for item in given.values()) == 1
    return True if alone and isinstance(wanted, Unknown) else value


def _referred(
    key: str,
    source: str,
    value: Value,
    about: _About,
) -> Match:
    """Judge a dimension that another resource gives: one that the resource depends on, else any of its type."""
    resource, linked, stack, _ = about
    token, _, prop = source.removeprefix("ref:").rpartition(".")
    if isinstance(value, Unknown):
        return Match(verdict=True if linked else value)
    uses = {urn for urns in resource.property_dependencies.values() for urn in urns}
    others = [item for item in stack.of_type(token) if item.urn in uses] or list(stack.of_type(token))
    known = [item.properties.get(prop) for item in others]
    if not others or value in known or any(isinstance(item, Unknown) or item is None for item in known):
        return _NAMED
    return Match(verdict=False, key=key, why=f"sets {key} to {value!r}, which is not {describe(source)}")
