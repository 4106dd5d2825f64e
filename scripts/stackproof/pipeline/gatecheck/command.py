# SPDX-License-Identifier: Apache-2.0
"""`stackproof gatecheck`: workflows in, findings out."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from stackproof.model import Severity  # noqa: TC001 (typer reads the annotation)
from stackproof.report.audit_report import AuditFormat
from stackproof.settings import Settings, find_settings, load_settings
from stackproof.telling import tell

__all__ = ["gatecheck"]


def gatecheck(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="A repository's root, or workflow files of one. Default: here.")
    ] = None,
    format_: Annotated[AuditFormat, typer.Option("--format", help="The report's form.")] = AuditFormat.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report to this file instead.")] = None,
    fail_on: Annotated[Severity, typer.Option(help="The least severity that fails.")] = "low",
) -> None:
    """Judge GitHub workflows: whether anything unjudged, unapproved or other than approved can be deployed.

    Exit codes: 0 clean, 1 a finding at or above --fail-on, 2 usage error or unreadable input.
    """
    from stackproof.pipeline.gatecheck.judge import judge  # noqa: PLC0415 (no other command needs it)

    began = time.monotonic()
    asked = paths or [Path()]
    found = find_settings(asked[0])
    settings = load_settings(found) if found else Settings()
    audit = judge(asked, settings.gatecheck)
    tell(replace(audit, seconds=time.monotonic() - began), format_, output, fail_on)
