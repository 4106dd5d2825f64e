# SPDX-License-Identifier: Apache-2.0
"""Which property of a resource type holds its physical name, and the form AWS demands of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

__all__ = ["NameSpec", "lookup"]

_TABLE = Path(__file__).resolve().parent.parent / "data" / "names.json"


@dataclass(frozen=True, slots=True)
class NameSpec:
    """How a type is named.

    ``prop`` and ``prefix`` are input properties; ``max`` counts characters (``None``: not known); ``lower``: AWS
    stores or demands lower case; ``seps``: separators a name may hold; ``ending``: what the service demands last;
    ``exempt``: names the service prescribes.
    """

    prop: str
    kind: Literal["physical", "path", "label"]
    prefix: str | None = None
    max: int | None = None
    lower: bool = False
    seps: str = "-_./"
    ending: str = ""
    exempt: tuple[str, ...] = ()


@cache
def _table() -> dict[str, NameSpec]:
    types = json.loads(_TABLE.read_text("utf-8"))["types"]
    return {token: NameSpec(**{**entry, "exempt": tuple(entry.get("exempt", ()))}) for token, entry in types.items()}


def lookup(token: str) -> NameSpec | None:
    """Find how a type is named; ``None`` for a type without a physical name."""
    return _table().get(token)
