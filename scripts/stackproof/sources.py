# SPDX-License-Identifier: Apache-2.0
"""The lines of the program round what resources and findings name.

Whoever shows them redacts them, as everything else; here, what only the text of a program tells is hidden before: a
literal that is given to a name which says that it is secret, a secret too short to be told elsewhere, a private key.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from stackproof.model import Snippet
from stackproof.redaction import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from stackproof.model import Pass, PolicyVerdict

__all__ = ["snippets"]

_ROUND = 3
"""How many lines are kept before and after the one that is named."""
_LONGEST_LINE = 2000
"""Characters of a line; a longer one is data."""
_LARGEST_FILE = 4_000_000
"""Bytes; a larger file is data, and not a program that anybody reads."""

_LITERAL = r"""[rbfuRBFU]{0,2}(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_NAMED = re.compile(
    rf"""(?ix) (?P<head> (?<![\w.-]) [\w.-]*
        (?: (?: passw(?:or)?d | passphrase | secret | token | api_?key | private_?key | credential ) [\w-]* ["']?
            \s* \]? \s* (?: :[^=:"'\n]{{1,40}}= | [=:,] ) \s* (?: [\w.]+ \( \s* )?
        | \b (?-i:secret) \( \s* ) ) {_LITERAL}"""
)
"""A literal that is given to a name which says that it is secret, or to a function that makes it one."""
_SHORT = re.compile(r"""(?P<quote>["'])(?P<text>[^"'\\\n]{1,5})(?P=quote)""")
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)


def snippets(
    root: Path, passes: Iterable[Pass], verdicts: Iterable[PolicyVerdict], secrets: frozenset[str]
) -> tuple[Snippet, ...]:
    """Read the lines; a file that cannot be read, or lies outside of ``root``, is left out.

    ``root`` is the folder to which reports show paths relative; ``secrets`` are the secret texts of the stack.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for resource in (item for run in passes for item in run.resources):
        if resource.source:
            wanted[resource.source.file].add(resource.source.line)
    for finding in (item for verdict in verdicts for item in verdict.findings):
        if finding.file and finding.line:
            wanted[finding.file].add(finding.line)
    return tuple(found for file in sorted(wanted) for found in _of_file(root, file, wanted[file], secrets))


def _of_file(root: Path, file: str, named: set[int], secrets: frozenset[str]) -> Iterator[Snippet]:
    try:
        path = (root / file).resolve()
        if not path.is_relative_to(root.resolve()) or path.stat().st_size > _LARGEST_FILE:
            return
        text = path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return
    hidden = _KEY.sub(lambda found: HIDDEN + "\n" * found[0].count("\n"), text)
    lines = hidden.removesuffix("\n").split("\n")
    near = {number for line in named for number in range(line - _ROUND, line + _ROUND + 1)}
    for first, last in _runs(sorted(number for number in near if 0 < number <= len(lines))):
        yield Snippet(file, first, tuple(_shown(line, secrets) for line in lines[first - 1 : last]))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of every run of consecutive numbers."""
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield numbers[start], number
            start = index + 1


def _shown(line: str, secrets: frozenset[str]) -> str:
    text = line.rstrip("\r")[:_LONGEST_LINE]
    text = _SHORT.sub(lambda found: f'"{HIDDEN}"' if found["text"] in secrets else found[0], text)
    return _NAMED.sub(lambda found: f'{found["head"]}"{HIDDEN}"', text)
