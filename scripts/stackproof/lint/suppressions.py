# SPDX-License-Identifier: Apache-2.0
"""What a program lets through: comments ``# stackproof: allow[rule] reason``, each on the line it is about or above it.

Several rules stand in one pair of brackets, separated by commas. A comment without a reason, with a rule that does not
exist, or that lets nothing through any more is itself reported.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stackproof.audit import Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackproof.lint.source import Module, Sources
    from stackproof.model import Finding

__all__ = ["Suppressions"]

_COMMENT: Final = re.compile(r"#\s*stackproof:\s*(?P<verb>\w[\w-]*)\s*(?:\[(?P<rules>[^\]]*)\])?\s*(?P<reason>.*)$")


@dataclass(slots=True)
class _Comment:
    """A comment: the lines it is about, and of each rule whether it let anything through."""

    module: Module
    line: int
    lines: tuple[int, ...]
    rules: dict[str, bool]
    reason: str
    malformed: str = ""


@dataclass(slots=True)
class Suppressions:
    """All comments of all files that were asked for."""

    sources: Sources
    known: frozenset[str]
    _comments: list[_Comment] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the comments."""
        for module in self.sources.modules.values():
            if module.asked and any("stackproof:" in line for line in module.lines):
                self._comments += _read(module)

    def apply(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Suppressed]]:
        """Part findings into those that stay and those that a sound comment lets through."""
        kept, through = [], []
        for finding in findings:
            comment = next((item for item in self._comments if self._is_about(item, finding)), None)
            if comment is None:
                kept.append(finding)
                continue
            comment.rules[finding.rule] = True
            through.append(Suppressed(finding, comment.reason))
        return kept, through

    def _is_about(self, comment: _Comment, finding: Finding) -> bool:
        here = comment.module.shown == finding.file and finding.line in comment.lines
        return here and finding.rule in comment.rules and bool(comment.reason) and not comment.malformed

    def misused(self) -> Iterator[tuple[Module, int, str, str]]:
        """Yield what is wrong with comments: module, line, rule or empty, and words. Call it after `apply`."""
        for comment in self._comments:
            if comment.malformed:
                yield comment.module, comment.line, "", comment.malformed
                continue
            if not comment.reason:
                yield comment.module, comment.line, "", "it gives no reason, so it lets nothing through"
            for rule, used in comment.rules.items():
                if rule not in self.known:
                    yield comment.module, comment.line, rule, f"there is no rule {rule}"
                elif not used and comment.reason:
                    yield comment.module, comment.line, rule, f"{rule} finds nothing here any more"


def _read(module: Module) -> Iterator[_Comment]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(module.lines) + "\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return
    starts = _statements(tokens)
    for token in tokens:
        found = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if found is None:
            continue
        number = token.start[0]
        alone = token.line[: token.start[1]].strip() == ""
        below = next((start for start in sorted(starts) if start > number), number)
        first, last = starts.get(below, (below, below)) if alone else _around(starts, number)
        rules = [name.strip() for name in (found["rules"] or "").split(",") if name.strip()]
        malformed = "" if found["verb"] == "allow" and rules else "write it as `# stackproof: allow[rule] reason`"
        yield _Comment(
            module,
            number,
            tuple(range(first, last + 1)),
            dict.fromkeys(rules, False),
            found["reason"].strip(),
            malformed,
        )


def _statements(tokens: list[tokenize.TokenInfo]) -> dict[int, tuple[int, int]]:
    """Give the first and last line of each logical line, by its first."""
    found: dict[int, tuple[int, int]] = {}
    begun = 0
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            found[begun] = (begun, token.start[0])
            begun = 0
        elif not begun and token.type not in skipped:
            begun = token.start[0]
    return found


def _around(starts: dict[int, tuple[int, int]], number: int) -> tuple[int, int]:
    """Give the logical line that a line is in."""
    return next((pair for pair in starts.values() if pair[0] <= number <= pair[1]), (number, number))
