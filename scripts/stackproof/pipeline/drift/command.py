# SPDX-License-Identifier: Apache-2.0
"""`stackproof drift`: arguments in, one look, an exit code out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from stackproof.pipeline.plan.command import (
    Locks,
    PackConfigs,
    Packs,
    Program,
    SettingsFile,
    Stack,
    Timeout,
    request_of,
)

__all__ = ["drift"]


def drift(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    stack: Stack,
    policy_pack: Packs,
    lock: Locks,
    program: Program = Path(),
    policy_pack_config: PackConfigs = None,
    settings: SettingsFile = None,
    timeout: Timeout = 300.0,
) -> None:
    """Tell whether a stack still is as its program says; no state is written.

    Exit codes: 0 no drift, 1 drift, 2 usage error, 4 not known, as the look failed.
    """
    from stackproof.pipeline.drift.look import look  # noqa: PLC0415 (no other command needs it)
    from stackproof.pipeline.plan.console import Console  # noqa: PLC0415 (the same)

    job = request_of(program, stack, policy_pack, policy_pack_config, lock, settings, timeout).job()
    found = look(job, Console.of(job.program))
    text = "".join(f"{line}\n" for line in found.lines(stack))
    sys.stdout.write(text)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(f"```text\n{text}```\n")
    raise typer.Exit(1 if found.operations else 0)
