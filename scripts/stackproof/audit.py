# SPDX-License-Identifier: Apache-2.0
"""What a command that reads files found: the one value that the reports of lint, gatecheck and settings are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from stackproof.model import Severity

if TYPE_CHECKING:
    from stackproof.model import Finding, Page

__all__ = ["Audit", "Suppressed", "exit_code", "failing"]

_SEVERITIES = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that somebody let through, and the reason given."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What one command found.

    ``examined`` names what was read, as paths from where the command was typed; ``rules`` are all that were asked.
    ``problems`` say what could not be read and where: nothing about that may count as clean.
    """

    command: Literal["lint", "gatecheck", "settings"]
    examined: tuple[str, ...]
    rules: tuple[Page, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    problems: tuple[str, ...] = ()
    commit: str = ""
    seconds: float = 0.0


def failing(finding: Finding, fail_on: Severity) -> bool:
    """Say whether a finding is at or above the severity that fails a command."""
    return _SEVERITIES.index(finding.severity) <= _SEVERITIES.index(fail_on)


def exit_code(audit: Audit, fail_on: Severity) -> int:
    """Give the exit code: 0 clean, 1 a finding at or above ``fail_on``, 2 unreadable input."""
    if audit.problems:
        return 2
    return int(any(failing(finding, fail_on) for finding in audit.findings))
