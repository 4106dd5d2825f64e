# SPDX-License-Identifier: Apache-2.0
"""Telling what a command that reads files found: one report, on standard output or in a file, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console

from stackproof.audit import exit_code
from stackproof.report.audit_report import AuditFormat, render, write
from stackproof.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from stackproof.audit import Audit
    from stackproof.model import Severity

__all__ = ["tell"]


def tell(audit: Audit, form: AuditFormat, output: Path | None, fail_on: Severity) -> NoReturn:
    """Print an audit, or write it to a file, and end with its exit code.

    Raises:
        UsageError: the file cannot be written.

    """
    if output is not None:
        write_whole(output, render(audit, form, fail_on))
    elif form is AuditFormat.TEXT:
        write(Console(highlight=False), audit, fail_on)
    else:
        typer.echo(render(audit, form, fail_on), nl=False)
    raise typer.Exit(exit_code(audit, fail_on))
