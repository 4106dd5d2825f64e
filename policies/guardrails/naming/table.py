# SPDX-License-Identifier: Apache-2.0
"""Which property of a resource type holds its physical name, and the form AWS demands of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

__all__ = ["NameSpec", "lookup", "named_types", "takes_name_tag"]

_TABLE = Path(__file__).resolve().parent.parent / "data" / "names.json"


@dataclass(frozen=True, slots=True)
class NameSpec:
    """How a type is named.

    ``prop`` and ``prefix`` are input properties; ``max`` counts characters (``None``: not known); ``lower``: AWS
    stores or demands lower case; ``seps``: separators a name may hold; ``start`` and ``ending``: what the service
    demands first and last; ``exempt``: names the service prescribes; ``absent``: what becomes of a name that is not
    given.
    """

    prop: str
    kind: Literal["physical", "path", "label", "scoped", "display"]
    absent: Literal["required", "auto", "letters", "verbatim", "invented"] = "auto"
    prefix: str | None = None
    max: int | None = None
    lower: bool = False
    seps: str = "-_./"
    start: str = ""
    ending: str = ""
    exempt: tuple[str, ...] = ()

    @property
    def separator(self) -> str:
        """The separator to put before a suffix, ``""`` where the type allows none."""
        return "-" if "-" in self.seps else self.seps[:1]


@cache
def _table() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_TABLE.read_text("utf-8"))
    return content


@cache
def lookup(token: str) -> NameSpec | None:
    """Find how a type is named; ``None`` for a type without a name of its own."""
    entry = _table()["types"].get(token)
    return NameSpec(**{**entry, "exempt": tuple(entry.get("exempt", ()))}) if entry else None


def named_types() -> frozenset[str]:
    """List the types that have a name."""
    return frozenset(_table()["types"])


@cache
def _tagged() -> frozenset[str]:
    return frozenset(_table()["tagged"])


def takes_name_tag(token: str) -> bool:
    """Say whether a type has no name but tags, of which ``Name`` is the name people see."""
    return token in _tagged()
