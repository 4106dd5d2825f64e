# SPDX-License-Identifier: Apache-2.0
"""`stackproof doctor`: says who holds a stack's lock, and releases it where its holder is known to be gone."""

from __future__ import annotations

import shutil
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from stackproof.model import Program

__all__ = ["doctor"]


def doctor(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    stack: Annotated[str, typer.Option(help="The stack.")],
    backend: Annotated[str, typer.Option(help="The backend's URL.", envvar="PULUMI_BACKEND_URL")],
    program: Annotated[Path, typer.Argument(help="The folder with Pulumi.yaml.")] = Path(),
    run: Annotated[str | None, typer.Option(help="The id of the workflow run that held the lock.")] = None,
    repository: Annotated[str, typer.Option(help="OWNER/NAME of that run.", envvar="GITHUB_REPOSITORY")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Release the locks whose holder is gone.")] = False,  # noqa: FBT002 (a flag)
) -> None:
    """Say who holds a stack's lock and since when; with --yes, release it if its holder is gone.

    Where the settings have checksums, it says first whether what runs here is what they say.

    Exit codes: 0 no lock (any more), 1 locked, or something else runs than the checksums say, 2 usage error, 4 the
    backend or GitHub could not be asked.
    """
    from stackproof.pipeline.locks import locks_of, releasable, run_of, store_of  # noqa: PLC0415 (no other command needs it)
    from stackproof.project import load_program  # noqa: PLC0415 (the same)

    if run and not repository:
        raise UsageError("--run needs the repository of the run; name it by --repository OWNER/NAME")
    loaded = load_program(program, stack, {})
    project = loaded.project
    strange = _tell_executables(loaded)
    store = store_of(backend)
    locks = locks_of(store, project, stack)
    ended = run_of(run, repository) if run and locks else None
    kept = 0
    for lock in locks:
        sys.stdout.write(f"{lock.described(datetime.now(UTC))}\n")
        reason = releasable(lock, socket.gethostname(), ended)
        if reason or not yes:
            kept += 1
            sys.stdout.write(
                f"  {f'not to be released: {reason}' if reason else 'its holder is gone: release by --yes'}\n"
            )
        elif store.read(lock.name) != lock.content:
            raise UsageError(f"{lock.name} changed while it was looked at; look again")
        else:
            store.delete(lock.name)
            sys.stdout.write("  released; now look for operations that were cut off: `pulumi stack export`\n")
    if not locks:
        sys.stdout.write(f"{project} · {stack}: no lock\n")
    raise typer.Exit(1 if kept or strange else 0)


def _tell_executables(program: Program) -> bool:
    """Show each executable beside its checksum where there are any, and say whether one is amiss."""
    from stackproof.pipeline.plan.executables import executables, plugins_of, strays  # noqa: PLC0415 (the same)
    from stackproof.settings import find_settings, load_settings  # noqa: PLC0415 (the same)

    path = find_settings(program.root)
    pins = load_settings(path).checksums if path else {}
    if not pins:
        return False
    cli = shutil.which("pulumi")
    found = executables(Path(cli) if cli else None, program, plugins_of(program, b""))
    amiss = dict(strays(found, pins))
    for name in sorted(found.keys() | amiss):
        known = name in pins or name.partition("@")[0] in pins
        words = amiss.get(name) or f"{found[name]}, {'as its checksum says' if known else 'without a checksum'}"
        sys.stdout.write(f"{name}: {words}\n")
    return bool(amiss)
