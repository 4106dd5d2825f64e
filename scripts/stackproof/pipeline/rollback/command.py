# SPDX-License-Identifier: Apache-2.0
"""`stackproof rollback`: says whether a commit may be deployed again; whether it is good, the gate says."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from stackproof.errors import UsageError

__all__ = ["rollback"]

_COMMIT = re.compile(r"^[0-9a-f]{40}$")


def rollback(commit: Annotated[str, typer.Argument(help="The full hash of a commit.")]) -> None:
    """Check that the branch was at a commit before; gives it to a workflow as the output `commit`.

    Exit codes: 0 it is, 2 it is not.
    """
    from stackproof.checkout import Checkout  # noqa: PLC0415 (no other command needs it)

    if not _COMMIT.match(commit):
        message = "give all 40 hexadecimal digits: a branch or a tag may be moved after it was checked"
        raise UsageError(f"{commit!r} is not a commit's full hash; {message}")
    checkout = Checkout.of(Path())
    if not checkout.stood_at(commit):
        message = "choose one that `git log --first-parent` shows below the first, in a clone with all history"
        raise UsageError(f"the branch of {checkout.head} was never at {commit}; {message}")
    sys.stdout.write(f"{commit} came before {checkout.head} and may be deployed again, if it passes the gate\n")
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.write(f"commit={commit}\n")
