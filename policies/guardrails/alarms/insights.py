# SPDX-License-Identifier: Apache-2.0
"""Metrics Insights: the part of its query language that an alarm on a fleet is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Condition", "Query", "parse"]

_QUERY = re.compile(
    r"\s*SELECT\s+\w+\(\s*(?P<metric>\"[^\"]+\"|[^)\s]+)\s*\)\s+FROM\s+"
    r"(?:SCHEMA\(\s*(?P<schema>\"[^\"]+\"|[^,)\s]+)\s*(?P<keys>(?:,[^)]*)?)\)|(?P<plain>\"[^\"]+\"|\S+))(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_WHERE = re.compile(r"\bWHERE\b(?P<conditions>.*?)(?:\b(?:GROUP|ORDER)\s+BY\b|\bLIMIT\b|$)", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(r"\s*(?P<key>\"[^\"]+\"|[\w.]+)\s*(?P<sign>=|!=)\s*'(?P<value>[^']*)'\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a WHERE clause."""

    key: str
    equal: bool
    value: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its metric, the dimension keys of its schema (``None``: not given), and its conditions.

    ``conditions`` is ``None`` where they are more than comparisons joined by AND.
    """

    metric: str
    namespace: str
    keys: frozenset[str] | None
    conditions: tuple[Condition, ...] | None


def parse(text: str) -> Query | None:
    """Read a query; ``None`` if the text is none."""
    match = _QUERY.fullmatch(text)
    if match is None:
        return None
    keys = None
    if match["schema"]:
        keys = frozenset(_bare(item) for item in match["keys"].split(",") if item.strip())
    namespace = _bare(match["schema"] or match["plain"])
    return Query(_bare(match["metric"]), namespace, keys, _conditions(match["rest"]))


def _bare(text: str) -> str:
    return text.strip().strip('"')


def _conditions(rest: str) -> tuple[Condition, ...] | None:
    where = _WHERE.search(rest)
    if where is None:
        return ()
    parts = [_CONDITION.fullmatch(item) for item in re.split(r"\bAND\b", where["conditions"], flags=re.IGNORECASE)]
    found = tuple(Condition(_bare(item["key"]), item["sign"] == "=", item["value"]) for item in parts if item)
    return found if len(found) == len(parts) else None
