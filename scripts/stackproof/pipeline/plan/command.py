# SPDX-License-Identifier: Apache-2.0
"""`stackproof plan`: arguments in, one call, an exit code out."""

from __future__ import annotations

import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackproof.errors import UsageError
from stackproof.pipeline.plan import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.pipeline.plan.request import Request

__all__ = [
    "Locks",
    "PackConfigs",
    "Packs",
    "Program",
    "SettingsFile",
    "Stack",
    "Timeout",
    "app",
    "request_of",
]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Bind a plan to its approval, and apply what was approved or nothing.",
)

_DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")
_HOUR = 3600

Program = Annotated[Path, typer.Argument(help="The folder with Pulumi.yaml.")]
Stack = Annotated[str, typer.Option(help="The stack.")]
Packs = Annotated[list[Path], typer.Option("--policy-pack", help="A policy pack's folder; repeatable.")]
PackConfigs = Annotated[
    list[Path] | None,
    typer.Option("--policy-pack-config", help="A pack's configuration file, one for each pack."),
]
Locks = Annotated[list[Path], typer.Option("--lock", help="A lock file that fixes what runs; repeatable.")]
Folder = Annotated[Path, typer.Option("--folder", help="The folder of the envelope and all that belongs to it.")]
Digest = Annotated[
    str,
    typer.Option(
        help="The digest that was approved, from where the envelope cannot reach.", envvar="STACKPROOF_DIGEST"
    ),
]
SettingsFile = Annotated[
    Path | None, typer.Option(help="The tool's settings. Default: [tool.stackproof] of the nearest pyproject.toml.")
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds that the program, or a pack's answer, may take.")]


class ModeName(StrEnum):
    """The values of `--mode`."""

    PLAN = "plan"
    COMPARE = "compare"


class ShowFormat(StrEnum):
    """The forms that `plan show` knows."""

    TEXT = "text"
    MARKDOWN = "markdown"


@app.command()
def create(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    stack: Stack,
    policy_pack: Packs,
    lock: Locks,
    folder: Folder,
    program: Program = Path(),
    policy_pack_config: PackConfigs = None,
    mode: Annotated[
        ModeName,
        typer.Option(help="Enforce by Pulumi's update plan where one can be made, or by a second preview alone."),
    ] = ModeName.PLAN,
    allow_destroy: Annotated[
        list[str] | None,
        typer.Option(
            help="The URN of a protected resource that may be destroyed; repeatable.",
            envvar="STACKPROOF_ALLOW_DESTROY",
        ),
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=720, help="Hours for which the plan is good.")] = 24,
    settings: SettingsFile = None,
    timeout: Timeout = 300.0,
) -> None:
    """Judge, preview and plan a stack, and write the envelope that an approval is for; prints its digest.

    Exit codes: 0 planned, 1 refused, 2 usage error, 4 the CLI, the program or a pack could not be run.
    """
    from stackproof.pipeline.plan import creation, summary  # noqa: PLC0415 (no other command needs them)
    from stackproof.pipeline.plan.console import Console  # noqa: PLC0415 (the same)

    request = request_of(program, stack, policy_pack, policy_pack_config, lock, settings, timeout)
    job = request.job()
    terms = creation.Terms(
        mode=mode.value,
        allowed=tuple(allow_destroy or ()),
        created=clock.now(),
        time_to_live=hours * _HOUR,
        run=_run(os.environ),
    )
    envelope = creation.create(request, terms, folder, Console.of(job.program), job)
    sys.stdout.write(f"{summary.as_text(envelope)}\n")
    _append("GITHUB_STEP_SUMMARY", summary.as_markdown(envelope))
    _append("GITHUB_OUTPUT", f"digest={envelope.digest}")


@app.command()
def verify(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    stack: Stack,
    policy_pack: Packs,
    lock: Locks,
    folder: Folder,
    digest: Digest,
    program: Program = Path(),
    policy_pack_config: PackConfigs = None,
    settings: SettingsFile = None,
    timeout: Timeout = 300.0,
) -> None:
    """Verify that a plan may still be applied: nothing moved since it was approved.

    It writes nothing; the CLI fetches the plugins that are not there, as it would for the update, to be looked at.

    Exit codes: 0 it may, 1 refused (every difference is named), 2 usage error, 4 the CLI or a pack could not be run.
    """
    from stackproof.pipeline.plan import application  # noqa: PLC0415 (no other command needs it)
    from stackproof.pipeline.plan.console import Console  # noqa: PLC0415 (the same)

    request = request_of(program, stack, policy_pack, policy_pack_config, lock, settings, timeout)
    job = request.job()
    application.verify(request, folder, _digest(digest), Console.of(job.program), job)
    sys.stdout.write(f"verified: {digest} is for this commit, this state and this pack\n")


@app.command()
def apply(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    stack: Stack,
    policy_pack: Packs,
    lock: Locks,
    folder: Folder,
    digest: Digest,
    program: Program = Path(),
    policy_pack_config: PackConfigs = None,
    settings: SettingsFile = None,
    timeout: Timeout = 300.0,
) -> None:
    """Verify, keep the state, and let `pulumi up` apply exactly the plan, judged by the packs once more.

    Exit codes: 0 applied, 1 refused before anything was changed, 2 usage error, 4 the update failed or strayed: the
    record beside the envelope says how.
    """
    from stackproof.errors import UnrunnableError  # noqa: PLC0415 (no other command needs it)
    from stackproof.pipeline.plan import application  # noqa: PLC0415 (the same)
    from stackproof.pipeline.plan.console import Console  # noqa: PLC0415 (the same)

    request = request_of(program, stack, policy_pack, policy_pack_config, lock, settings, timeout)
    job = request.job()
    console = Console.of(job.program)
    verified = application.verify(request, folder, _digest(digest), console, job)
    sys.stdout.write(f"verified: {digest}\n")
    record = application.apply(verified, folder, _run(os.environ), console, job)
    outcome = "failed" if record.problems else "applied"
    _append("GITHUB_STEP_SUMMARY", f"- {stack}: {outcome} {digest} by {record.run}")
    if record.problems:
        lines = "".join(f"\n  - {problem}" for problem in record.problems)
        raise UnrunnableError(f"the update of {stack} failed; {folder / application.RECORD} has the record:{lines}")
    sys.stdout.write(f"applied: {digest}; {folder / application.RECORD} has the record\n")


@app.command()
def show(
    folder: Folder,
    format_: Annotated[ShowFormat, typer.Option("--format", help="Lines, or Markdown for a page.")] = ShowFormat.TEXT,
) -> None:
    """Show what an envelope says, without values. It verifies nothing."""
    from stackproof.pipeline.plan import summary  # noqa: PLC0415 (no other command needs it)
    from stackproof.pipeline.plan.creation import ENVELOPE  # noqa: PLC0415 (the same)
    from stackproof.pipeline.plan.envelope import read_envelope  # noqa: PLC0415 (the same)

    envelope = read_envelope(folder / ENVELOPE).envelope
    written = summary.as_markdown(envelope) if format_ is ShowFormat.MARKDOWN else summary.as_text(envelope)
    sys.stdout.write(f"{written}\n")


def request_of(  # noqa: PLR0913, PLR0917 (what the commands have in common)
    program: Path,
    stack: str,
    packs: list[Path],
    pack_configs: list[Path] | None,
    locks: list[Path],
    settings: Path | None,
    timeout: float,
) -> Request:
    """Make the request of a command about one stack."""
    from stackproof.pipeline.plan.request import Request  # noqa: PLC0415 (no other command needs it)

    return Request(program, stack, tuple(packs), tuple(pack_configs or ()), tuple(locks), timeout, settings)


def _digest(text: str) -> str:
    if _DIGEST.match(text):
        return text
    raise UsageError(f"--digest {text!r} is no digest; give what was approved, sha256: and 64 hexadecimal digits")


def _run(environment: Mapping[str, str]) -> str:
    """Name the run of a workflow and who started it, or this machine's user."""
    if "GITHUB_RUN_ID" not in environment:
        return environment.get("USER", "somebody")
    place = f"{environment.get('GITHUB_SERVER_URL', '')}/{environment.get('GITHUB_REPOSITORY', '')}"
    attempt = environment.get("GITHUB_RUN_ATTEMPT", "1")
    actor = environment.get("GITHUB_TRIGGERING_ACTOR", "")
    return f"{place}/actions/runs/{environment['GITHUB_RUN_ID']}/attempts/{attempt} by {actor}"


def _append(variable: str, text: str) -> None:
    """Add a line to the file that a workflow's step names for it, if there is one."""
    if path := os.environ.get(variable):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
