# SPDX-License-Identifier: Apache-2.0
"""Which condition keys the actions of a statement have, as far as AWS publishes it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.actions import Action, expand
from guardrails.iam.keys import GLOBAL
from guardrails.iam.patterns import is_every_action, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from guardrails.iam.document import Statement
    from guardrails.values import Unknown

__all__ = ["absent_keys", "template"]


def absent_keys(statement: Statement) -> Callable[[str], bool]:
    """Give a function that says of a folded key that no action of a statement has it, where that is known."""
    known: list[_Keys | None] = []

    def lacks(key: str) -> bool:
        if key in GLOBAL or key.startswith("aws:principaltag/") or "." in key or not statement.actions:
            return False
        if not known:
            known.append(_known_keys(tuple(element.value for element in statement.actions)))
        return known[0] is not None and not known[0].has(key)

    return lacks


class _Keys:
    """The condition keys of some actions, plain and with placeholders."""

    def __init__(self, actions: Iterable[Action]) -> None:
        every = frozenset[str]().union(*(action.keys for action in actions))
        open_ended = frozenset(key for key in every if "$" in key or "<" in key)
        self._plain = every
        self._templates = tuple(map(template, sorted(open_ended)))

    def has(self, key: str) -> bool:
        return key in self._plain or any(matches(pattern, key) for pattern in self._templates)


@lru_cache(maxsize=2_048)
def _known_keys(values: tuple[str | Unknown, ...]) -> _Keys | None:
    """Give the keys of all actions of a statement; ``None`` where one is unknown, or reaches over services."""
    found: dict[Action, None] = {}
    for value in values:
        part = None if not isinstance(value, str) or is_every_action(value) else expand(value)
        if not part:
            return None
        found |= dict.fromkeys(part)
    return _Keys(found)


@lru_cache(maxsize=4_096)
def template(key: str) -> str:
    """Write a published key with placeholders as a pattern."""
    return re.sub(r"\$\{[^}]*\}|<[^>]*>", "*", key)
