# SPDX-License-Identifier: Apache-2.0
"""Texts of the page's data block, each kept once: what repeats is named by a number, so many findings stay small."""

from __future__ import annotations

__all__ = ["Texts"]


class Texts:
    """The texts by number, for the whole page; number 0 is the empty text."""

    def __init__(self) -> None:
        self.all = [""]
        self._numbers = {"": 0}

    def of(self, text: str) -> int:
        """Give the number of a text."""
        number = self._numbers.setdefault(text, len(self.all))
        if number == len(self.all):
            self.all.append(text)
        return number
