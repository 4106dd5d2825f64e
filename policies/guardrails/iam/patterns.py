# SPDX-License-Identifier: Apache-2.0
"""IAM's wildcard language: ``*`` is any text, ``?`` any one character; matching, containment and intersection.

Patterns come from judged documents, so no regular expression is built from them. Matching backtracks only to the last
``*`` (time: length of pattern times length of text); containment and intersection fill a table of the same size, where
the literal pieces of the two do not decide. A pair whose table would be absurd is answered without it, on the safe
side: it may meet, and nothing covers.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "PatternSet",
    "PieceIndex",
    "covers",
    "intersects",
    "is_every_action",
    "is_everything",
    "is_literal",
    "literal_pieces",
    "literal_prefix",
    "matches",
    "pieces_in",
    "spans_service",
    "squeezed",
]

Owner = TypeVar("Owner")

_LARGEST_TABLE = 300_000
"""Cells; AWS limits an ARN to 2,048 characters, and real pairs stay below 20,000."""
_FEW = 8
"""Up to this many patterns are tried one by one, which is faster than finding out which of them to try."""


def matches(pattern: str, text: str) -> bool:
    """Say whether a pattern matches a literal text, with case; fold both first where IAM ignores case."""
    if "?" not in pattern:
        return _matches_stars(pattern, text)
    if len(pattern) - pattern.count("*") > len(text):
        return False
    if len(pattern) * len(text) > _LARGEST_TABLE:
        return is_everything(pattern)
    at, star, resume = 0, -1, 0
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _matches_stars(pattern: str, text: str) -> bool:
    """Match a pattern without ``?``: its pieces stand in the text one after another, the outer two at its ends."""
    head, *pieces = pattern.split("*")
    if not pieces:
        return pattern == text
    tail = pieces.pop()
    if not text.startswith(head) or not text.endswith(tail) or len(text) < len(head) + len(tail):
        return False
    at, end = len(head), len(text) - len(tail)
    for piece in pieces:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


@lru_cache(maxsize=65_536)
def covers(wide: str, narrow: str) -> bool:
    """Say whether every text of ``narrow`` is surely one of ``wide``; both are patterns.

    Sound, not complete: ``?*`` and ``*?`` are the same set, and neither is recognised within the other.
    """
    if wide == narrow or is_everything(wide):
        return True
    if "?" not in wide:
        # What is between its stars stands in every text of the other if it stands between the wildcards of that.
        return _matches_stars(wide, narrow)
    if is_literal(narrow):
        return matches(wide, narrow)
    if not wide or _apart(wide[0], narrow[0]) or _apart(wide[-1], narrow[-1]) or not pieces_in(wide, narrow):
        return False
    if len(wide) * len(narrow) > _LARGEST_TABLE:
        return False
    row = [True] + [False] * len(wide)
    for index, symbol in enumerate(wide):
        row[index + 1] = row[index] and symbol == "*"
    for symbol in narrow:
        following = [False] * (len(wide) + 1)
        for index, outer in enumerate(wide):
            if outer == "*":
                following[index + 1] = row[index + 1] or following[index]
            else:
                following[index + 1] = row[index] and symbol != "*" and outer in ("?", symbol)
        row = following
    return row[-1]


def pieces_in(pattern: str, text: str) -> bool:
    """Say whether all literal pieces of a pattern stand in a text, as they do in every text that it matches."""
    return all(piece in text for piece in literal_pieces(pattern))


def literal_pieces(pattern: str) -> list[str]:
    """List what a pattern has between its wildcards."""
    return [piece for piece in pattern.replace("?", "*").split("*") if piece]


def squeezed(pattern: str) -> str:
    """Write every run of ``*`` as one, which matches the same."""
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    return pattern


class PieceIndex(Generic[Owner]):
    """Many patterns, of which those that may cover a text are found by a piece that they have and few others have.

    The time of a look-up is that of the text's length, times the number of different lengths of those pieces.
    """

    def __init__(self, patterns: Iterable[tuple[str, Owner]]) -> None:
        """Sort patterns, each with what it belongs to, by their rarest pieces."""
        taken = [(literal_pieces(pattern), owner) for pattern, owner in patterns]
        common = Counter(piece for pieces, _ in taken for piece in set(pieces))
        self._anywhere: list[Owner] = []
        self._tables: dict[int, dict[str, list[Owner]]] = {}
        for pieces, owner in taken:
            if pieces:
                rarest = min(pieces, key=lambda piece: (common[piece], -len(piece)))
                self._tables.setdefault(len(rarest), {}).setdefault(rarest, []).append(owner)
            else:
                self._anywhere.append(owner)

    def near(self, text: str) -> Iterator[Owner]:
        """Yield whose pattern may cover a text, which may be a pattern itself; some may come twice."""
        yield from self._anywhere
        for length, table in self._tables.items():
            for start in range(len(text) - length + 1):
                yield from table.get(text[start : start + length], ())


class PatternSet:
    """Some patterns, each once, as one."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Keep the patterns in their order."""
        self._all = dict.fromkeys(patterns)
        self._wild = [pattern for pattern in self._all if not is_literal(pattern)]

    def matches(self, text: str) -> bool:
        """Say whether one of them matches a literal text."""
        return text in self._all or any(matches(one, text) for one in self._near(text))

    def covers(self, pattern: str) -> bool:
        """Say whether one of them surely covers a pattern."""
        return pattern in self._all or any(covers(one, pattern) for one in self._near(pattern))

    def meets(self, pattern: str) -> bool:
        """Say whether some text belongs to a pattern and to one of them."""
        if is_literal(pattern):
            return self.matches(pattern)
        return pattern in self._all or any(intersects(one, pattern) for one in self._all)

    def _near(self, text: str) -> Iterable[str]:
        return self._index.near(text) if len(self._wild) > _FEW else self._wild

    @cached_property
    def _index(self) -> PieceIndex[str]:
        return PieceIndex((pattern, pattern) for pattern in self._wild)


def literal_prefix(pattern: str) -> str:
    """Give what stands before the first wildcard of a pattern."""
    return pattern.partition("*")[0].partition("?")[0]


def _apart(wide: str, narrow: str) -> bool:
    """Say whether an end of a pattern is too narrow for the same end of another, by its character alone."""
    return wide != "*" and (narrow == "*" or wide not in {"?", narrow})


@lru_cache(maxsize=65_536)
def intersects(first: str, second: str) -> bool:
    """Say whether some text belongs to both patterns."""
    if is_literal(first):
        return matches(second, first)
    if is_literal(second):
        return matches(first, second)
    if "*" in first and "*" in second:
        # What is between the outer two ``*`` of each finds its place in a text that has the one after the other.
        heads, tails = (first.split("*", 1)[0], second.split("*", 1)[0]), (_tail(first), _tail(second))
        return _begin_alike(*heads) and _begin_alike(*tails)
    if len(first) * len(second) > _LARGEST_TABLE:
        return True
    row = [True] + [False] * len(second)
    for index, symbol in enumerate(second):
        row[index + 1] = row[index] and symbol == "*"
    for symbol in first:
        following = [row[0] and symbol == "*"] + [False] * len(second)
        for index, other in enumerate(second):
            if "*" in (symbol, other):
                following[index + 1] = row[index + 1] or following[index]
            else:
                following[index + 1] = row[index] and ("?" in (symbol, other) or symbol == other)
        row = following
    return row[-1]


def _tail(pattern: str) -> str:
    """Give what stands behind the last ``*``, from its end."""
    return pattern.rsplit("*", 1)[1][::-1]


def _begin_alike(first: str, second: str) -> bool:
    """Say whether a text may begin with two patterns without ``*``."""
    if "?" not in first and "?" not in second:
        return first.startswith(second) or second.startswith(first)
    return all(one == other or "?" in (one, other) for one, other in zip(first, second, strict=False))


def is_literal(pattern: str) -> bool:
    """Say whether a pattern matches one text only, itself."""
    return "*" not in pattern and "?" not in pattern


def is_everything(pattern: str) -> bool:
    """Say whether a pattern matches every text."""
    return bool(pattern) and not pattern.strip("*")


def spans_service(action: str) -> bool:
    """Say whether an action pattern takes in all actions of a service or of all: ``s3:*``, ``s3:?*``, ``*``."""
    name = action.partition(":")[2] if ":" in action else action
    return "*" in name and not name.strip("*?")


def is_every_action(text: str) -> bool:
    """Say whether an action pattern takes in all actions of all services: ``*``, ``*:*``."""
    service, colon, name = text.partition(":")
    return is_everything(service) and (not colon or is_everything(name))
