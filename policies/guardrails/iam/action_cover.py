# SPDX-License-Identifier: Apache-2.0
"""Which action patterns several statements cover together, each of them whole by one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.iam.grants import texts
from guardrails.iam.patterns import PatternSet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.iam.grants import Judged

__all__ = ["ActionCover"]


class ActionCover:
    """Answers for many action patterns at little cost each, however many statements there are."""

    def __init__(self, items: Iterable[Judged]) -> None:
        """Take what each statement is about by its known part, whatever its effect."""
        statements = [item.statement for item in items]
        self._named = PatternSet(text.lower() for one in statements for text in texts(one.actions or ()))
        self._spared = [
            PatternSet(map(str.lower, texts(one.not_actions or ()))) for one in statements if one.actions is None
        ]
        self._known: dict[str, bool] = {}

    def covers(self, action: str) -> bool:
        """Say whether a statement is about every action that a pattern matches."""
        if action not in self._known:
            folded = action.lower()
            named = self._named.covers(folded)
            self._known[action] = named or any(not spared.meets(folded) for spared in self._spared)
        return self._known[action]
