# SPDX-License-Identifier: Apache-2.0
"""`stackproof lint [PATH…]`: judge the source of programs and of their tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stackproof.iam import Severity
from stackproof.report.audit_report import AuditFormat
from stackproof.telling import tell

__all__ = ["lint"]


def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; of a file, the rest of its project is read, too.")
    ] = None,
    format_: Annotated[AuditFormat, typer.Option("--format", help="The report's form.")] = AuditFormat.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report to this file instead.")] = None,
    fail_on: Annotated[Severity, typer.Option(help="The least severity that ends with exit code 1.")] = Severity.MEDIUM,
) -> None:
    """Find what Pulumi programs in Python get wrong, by reading them: nothing is imported, nothing is run.

    Exit codes: 0 clean, 1 a finding at or above --fail-on, 2 usage error or unreadable input.
    """
    from stackproof.lint.judge import judge_paths  # noqa: PLC0415 (no other command needs it)

    tell(judge_paths(paths or [Path()]), format_, output, fail_on.value)
