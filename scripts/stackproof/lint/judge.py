# SPDX-License-Identifier: Apache-2.0
"""From paths to what was found: all rules over one reading, suppressions applied, in the order of the files."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stackproof.audit import Audit
from stackproof.lint import rules as rule_package
from stackproof.lint.interpreter import Interpreter
from stackproof.lint.program import Program
from stackproof.lint.source import read_sources
from stackproof.lint.suppressions import Suppressions
from stackproof.rulebook import discover

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stackproof.model import Finding
    from stackproof.rulebook import Rule

__all__ = ["judge_paths"]

_LAST = "unsound-suppression"
"""The rule that needs to know what all others found."""


def judge_paths(paths: Iterable[Path]) -> Audit:
    """Read files and folders and judge them by every rule.

    Raises:
        UsageError: a path does not exist, is no Python file, or cannot be read.

    """
    started = time.perf_counter()
    sources = read_sources(paths)
    program = Program(sources, Interpreter(sources).run())
    rules: tuple[Rule[Any], ...] = discover(rule_package)
    first = [finding for rule in rules if rule.id != _LAST for finding in rule.check(program)]
    held = Suppressions(sources, frozenset(rule.id for rule in rules))
    kept, suppressed = held.apply(_asked(program, first))
    judged = replace(program, misused=tuple(held.misused()))
    last = [finding for rule in rules if rule.id == _LAST for finding in rule.check(judged)]
    return Audit(
        command="lint",
        examined=tuple(module.shown for module in sources.modules.values() if module.asked),
        rules=tuple(rule.page for rule in rules),
        findings=tuple(sorted([*kept, *_asked(program, last)], key=_place)),
        suppressed=tuple(sorted(suppressed, key=lambda item: _place(item.finding))),
        seconds=time.perf_counter() - started,
    )


def _asked(program: Program, findings: Iterable[Finding]) -> list[Finding]:
    """Keep findings about what was named, each once; a project's other files are read only to understand it."""
    other = {module.shown for module in program.sources.modules.values() if not module.asked}
    return list(dict.fromkeys(finding for finding in findings if finding.file not in other))


def _place(finding: Finding) -> tuple[str, int, str, str]:
    return finding.file, finding.line, finding.rule, finding.key
