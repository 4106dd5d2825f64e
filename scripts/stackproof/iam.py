# SPDX-License-Identifier: Apache-2.0
"""Judging plain IAM documents: bundles as JSON Lines, streamed, or policy files with a report for people."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rich.console import Console

    from stackproof.iam_seam import Analysis

__all__ = ["IamFormat", "Severity", "judge_files", "judge_lines"]

_STDIN = "standard input"
_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}


class IamFormat(StrEnum):
    """The forms that `--format` of `stackproof iam` knows."""

    TEXT = "text"
    JSONL = "jsonl"


class Severity(StrEnum):
    """Severities of findings, the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    def reached_by(self, findings: Iterable[dict[str, Any]]) -> bool:
        """Say whether a finding is at least this severe."""
        order = list(Severity)
        return any(order.index(Severity(finding["severity"])) <= order.index(self) for finding in findings)


def judge_lines(analysis: Analysis, files: list[Path], out: IO[str], fail_on: Severity | None) -> bool:
    """Answer every line in order, each as soon as it is read; say whether one reached ``fail_on``.

    Raises:
        UsageError: a file cannot be read.

    """
    failed = False
    for number, line in _lines(files):
        if not line.strip():
            continue
        answer = analysis.bundle(line, number)
        out.write(json.dumps(answer, ensure_ascii=True) + "\n")
        out.flush()
        failed = failed or (fail_on is not None and fail_on.reached_by(answer["findings"]))
    return failed


def _lines(files: list[Path]) -> Iterator[tuple[int, str]]:
    """Yield the lines of files, or of standard input, numbered through each from 1."""
    for file in _inputs(files):
        try:
            if file is None:
                yield from enumerate(sys.stdin, 1)
            else:
                with file.open(encoding="utf-8") as handle:
                    yield from enumerate(handle, 1)
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(file, error) from error


def _inputs(files: list[Path]) -> list[Path | None]:
    """Give the files, or nothing in place of standard input."""
    return [*files] if files else [None]


def _unreadable(file: Path | None, error: OSError | UnicodeDecodeError) -> UsageError:
    reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    return UsageError(f"{file or _STDIN} cannot be read: {reason}; name a file with the documents")


def judge_files(analysis: Analysis, files: list[Path], console: Console, fail_on: Severity | None) -> bool:
    """Report on plain policy files, or on one from standard input; say whether a finding reached ``fail_on``.

    Raises:
        UsageError: a file cannot be read.

    """
    failed = False
    for file in _inputs(files):
        try:
            text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(file, error) from error
        kind, findings = analysis.policy(text)
        _report(console, str(file or _STDIN), kind, findings)
        failed = failed or (fail_on is not None and fail_on.reached_by(findings))
    return failed


def _report(console: Console, name: str, kind: str, findings: list[dict[str, Any]]) -> None:
    """Print the findings of a file, the worst first."""
    order = list(Severity)
    count = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}" if findings else "nothing found"
    console.print(f"{name} · {kind} policy · {count}", markup=False, soft_wrap=True)
    for finding in sorted(findings, key=lambda item: order.index(Severity(item["severity"]))):
        grade = f"{finding['severity']}, {finding['confidence']} ({finding['class']})"
        head = f"  {finding['rule']}[{finding['key']}]  {grade}"
        console.print(head, markup=False, soft_wrap=True, style=_COLOURS[finding["severity"]])
        console.print(f"    {finding['path']}: {finding['message']}", markup=False, soft_wrap=True)
        console.print(f"    fix: {finding['remedy']}", markup=False, soft_wrap=True)
