# SPDX-License-Identifier: Apache-2.0
"""Text from a program, a pack or a file, made harmless wherever a report shows it.

A resource may be called anything: terminal escapes, marks that turn the reading direction, line breaks, the commands
that a workflow runner obeys (``::error::`` and ``##[error]`` at the start of a line), ten thousand characters.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LIMIT", "block", "harmless", "line"]

Shown = TypeVar("Shown")

LIMIT = 1000
"""How many characters of one text a report shows, unless it says otherwise."""

_BLOCKS = frozenset({"lines", "problems", "program_output", "stopped"})
"""The fields whose texts have lines of their own."""

_UNSHOWN = frozenset({"inputs", "outputs", "pages", "strictness"})
"""The fields that no report prints, or that nobody outside wrote."""

_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_COMMAND = re.compile(r"^(\s*)::|##\[|##vso\[")


def harmless(value: Shown) -> Shown:
    """Give a value of dataclasses with every text in it made harmless: a line, or a block where it may have several."""
    made: Any = _harmless(value, line)
    return made  # type: ignore[no-any-return]  # of the same shape as what came in


def _harmless(value: object, made: Callable[[str], str]) -> object:
    if type(value) is str:
        return made(value)
    if isinstance(value, tuple | list):
        return type(value)(_harmless(item, made) for item in value)
    if isinstance(value, dict):
        return {_harmless(key, made): _harmless(item, made) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for item in dataclasses.fields(value):
            old = getattr(value, item.name)
            if item.name not in _UNSHOWN and (new := _harmless(old, block if item.name in _BLOCKS else made)) != old:
                changed[item.name] = new
        return dataclasses.replace(value, **changed) if changed else value
    return value


def line(text: str, limit: int = LIMIT) -> str:
    """Give a text as one line: breaks are spaces, control and direction marks are spelt out, the rest is cut."""
    if len(text) <= limit and text.isascii() and text.isprintable() and not _COMMAND.search(text):
        return text
    return _cut(_command_free(_spelt(_BREAK.sub(" ", text))), limit)


def block(text: str, limit: int = 20 * LIMIT) -> str:
    """Give a text of several lines, each as harmless as `line` makes one."""
    lines = [_cut(_command_free(_spelt(item.replace("\t", "    "))).rstrip(), LIMIT) for item in text.splitlines()]
    return _cut("\n".join(lines), limit)


def _spelt(text: str) -> str:
    """Spell out what is not seen but does something: controls, format marks, lone surrogates, odd line breaks."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return character
    return f"\\x{ord(character):02x}" if ord(character) < 0x100 else f"\\u{ord(character):04x}"  # noqa: PLR2004 (two digits)


def _command_free(text: str) -> str:
    """Break what GitHub's and Azure's runners take for a command when it is printed."""
    return _COMMAND.sub(lambda match: match[0][:-1] + " " + match[0][-1] if match[0] else "", text)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"
