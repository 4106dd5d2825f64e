# SPDX-License-Identifier: Apache-2.0
"""Which metrics tell of a resource type's health, and the dimensions that tie a metric to one resource."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Row", "absent_namespaces", "demanded_types", "rows"]

_TABLE = Path(__file__).resolve().parent.parent / "data" / "alarms.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One namespace of a type: ``identity`` maps a dimension to the output property that it must equal.

    ``when`` gives the property values of the variant meant; ``members`` names a type whose watched resources watch
    this one too, and the property that links them.
    """

    type: str
    namespace: str
    identity: Mapping[str, str]
    metrics: tuple[str, ...]
    demanded: bool = True
    when: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)


@cache
def _data() -> tuple[Mapping[str, tuple[Row, ...]], frozenset[str]]:
    content = json.loads(_TABLE.read_text("utf-8"))
    grouped: dict[str, list[Row]] = {}
    for entry in content["types"]:
        grouped.setdefault(entry["type"], []).append(Row(**{**entry, "metrics": tuple(entry["metrics"])}))
    return {key: tuple(items) for key, items in grouped.items()}, frozenset(content["absentNamespaces"])


def rows(token: str) -> tuple[Row, ...]:
    """List the rows of a type, none for a type that is not in the table."""
    return _data()[0].get(token, ())


def demanded_types() -> tuple[str, ...]:
    """List the types whose resources need an alarm, by token."""
    return tuple(sorted(token for token, items in _data()[0].items() if items[0].demanded))


def absent_namespaces() -> frozenset[str]:
    """List namespaces that people alarm on and that CloudWatch does not have."""
    return _data()[1]
