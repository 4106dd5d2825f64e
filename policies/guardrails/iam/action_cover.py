# SPDX-License-Identifier: Apache-2.0
"""Which action patterns several statements cover together, each of them whole by one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.iam.grants import texts
from guardrails.iam.patterns import PieceIndex, covers, intersects, is_literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.iam.grants import Judged

__all__ = ["ActionCover"]


class ActionCover:
    """Answers for many action patterns at little cost each, however many statements there are."""

    def __init__(self, items: Iterable[Judged]) -> None:
        """Take what each statement is about by its known part, whatever its effect."""
        statements = [item.statement for item in items]
        self._named = _Patterns(text for one in statements for text in texts(one.actions or ()))
        self._spared = [_Patterns(texts(one.not_actions or ())) for one in statements if one.actions is None]
        self._known: dict[str, bool] = {}

    def covers(self, action: str) -> bool:
        """Say whether a statement is about every action that a pattern matches."""
        if action not in self._known:
            folded = action.lower()
            named = self._named.cover(folded)
            self._known[action] = named or any(not spared.meet(folded) for spared in self._spared)
        return self._known[action]


class _Patterns:
    """Action patterns, folded, each once."""

    def __init__(self, written: Iterable[str]) -> None:
        self._all = dict.fromkeys(text.lower() for text in written)
        self._wide = PieceIndex((text, text) for text in self._all if not is_literal(text))

    def cover(self, text: str) -> bool:
        """Say whether one of them covers a pattern."""
        return text in self._all or any(covers(wide, text) for wide in self._wide.near(text))

    def meet(self, text: str) -> bool:
        """Say whether one of them may match what a pattern matches."""
        return text in self._all or any(
            intersects(one, text) for one in (self._wide.near(text) if is_literal(text) else self._all)
        )
