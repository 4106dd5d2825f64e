# SPDX-License-Identifier: Apache-2.0
"""Text from a program, a pack or a file, made harmless wherever a report shows it.

A resource may be called anything: terminal escapes, marks that turn the reading direction, line breaks, the commands
that a workflow runner obeys (``::error::`` and ``##[error]`` at the start of a line), ten thousand characters.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LIMIT", "block", "line"]

LIMIT = 1000
"""How many characters of one text a report shows, unless it says otherwise."""

_COMMAND = re.compile(r"^(\s*)::|##\[|##vso\[", re.MULTILINE)


def line(text: str, limit: int = LIMIT) -> str:
    """Give a text as one line: breaks are spaces, control and direction marks are spelt out, the rest is cut."""
    return _cut(_command_free(_spelt(" ".join(text.split()) if "\n" in text or "\r" in text else text)), limit)


def block(text: str, limit: int = 20 * LIMIT) -> str:
    """Give a text of several lines, each as harmless as `line` makes one."""
    lines = [_spelt(item.replace("\t", "    ")).rstrip() for item in text.splitlines()]
    return _cut(_command_free("\n".join(lines)), limit)


def _spelt(text: str) -> str:
    """Spell out what is not seen but does something: controls, format marks, lone surrogates, odd line breaks."""
    if text.isascii() and text.isprintable():
        return text
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
