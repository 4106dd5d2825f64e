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
    from collections.abc import Callable

    from guardrails.iam.document import Statement

__all__ = ["absent_keys", "template"]


def absent_keys(statement: Statement) -> Callable[[str], bool]:
    """Give a function that says of a folded key that no action of a statement has it, where that is known."""

    def lacks(key: str) -> bool:
        if key in GLOBAL or key.startswith("aws:principaltag/") or "." in key:
            return False
        actions = _all_actions(statement)
        return actions is not None and not any(_has(action, key) for action in actions)

    return lacks


def _all_actions(statement: Statement) -> list[Action] | None:
    """List the statement's actions; ``None`` where one is unknown, or reaches over services."""
    if not statement.actions:
        return None
    found: list[Action] = []
    for element in statement.actions:
        part = None if not isinstance(element.value, str) or is_every_action(element.value) else expand(element.value)
        if not part:
            return None
        found += part
    return found


@lru_cache(maxsize=16_384)
def _has(action: Action, key: str) -> bool:
    if key in action.keys:
        return True
    return any(matches(template(item), key) for item in action.keys if "$" in item or "<" in item)


@lru_cache(maxsize=4_096)
def template(key: str) -> str:
    """Write a published key with placeholders as a pattern."""
    return re.sub(r"\$\{[^}]*\}|<[^>]*>", "*", key)
