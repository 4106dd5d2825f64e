# SPDX-License-Identifier: Apache-2.0
"""The command line: arguments in, one call, an exit code out."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from concurrent import futures
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from stackproof.engine.embedded import EmbeddedEngine
from stackproof.engine.pulumi import PulumiEngine
from stackproof.errors import StackproofError, StoppedError, UsageError
from stackproof.model import Job, Pass, PassName, Preview
from stackproof.project import load_pack, load_program, stack_names
from stackproof.references import OtherStacks
from stackproof.report import json_report, text
from stackproof.settings import Settings, find_settings, load_settings
from stackproof.state import load_state
from stackproof.verdicts import FailOn, exit_code, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.aws import World
    from stackproof.engine import Engine

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge a Pulumi program against its policy packs before anything touches the cloud.",
)


class Format(StrEnum):
    """The reports that `--format` knows."""

    TEXT = "text"
    JSON = "json"


class Engines(StrEnum):
    """The engines that `--engine` knows."""

    EMBEDDED = "embedded"
    PULUMI = "pulumi"

    def make(self, world: World) -> Engine:
        """Make the engine for a world. Raises UnrunnableError where it cannot be had on this machine."""
        return PulumiEngine(world) if self is Engines.PULUMI else EmbeddedEngine(world)


class Passes(StrEnum):
    """The values of `--pass`."""

    BOTH = "both"
    FAITHFUL = "faithful"
    RESOLVED = "resolved"

    @property
    def names(self) -> tuple[PassName, ...]:
        """The passes to run, the faithful one first."""
        if self is Passes.BOTH:
            return ("faithful", "resolved")
        return ("faithful",) if self is Passes.FAITHFUL else ("resolved",)


@app.callback()
def _commands() -> None:
    """Keep `preview` a command of its own while it is the only one."""


@app.command()
def preview(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    program: Annotated[Path, typer.Argument(help="The folder with Pulumi.yaml.")] = Path(),
    stack: Annotated[list[str] | None, typer.Option(help="A stack; repeatable. Default: every stack file.")] = None,
    policy_pack: Annotated[list[Path] | None, typer.Option(help="A policy pack's folder; repeatable.")] = None,
    policy_pack_config: Annotated[
        list[Path] | None,
        typer.Option(help="A pack's configuration file, one for each pack. Default: config/STACK.json in the pack."),
    ] = None,
    config: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE that replaces the stack file's; repeatable.")
    ] = None,
    engine: Annotated[Engines, typer.Option(help="Who runs the program and the packs.")] = Engines.EMBEDDED,
    format_: Annotated[Format, typer.Option("--format", help="The report's form.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report to this file instead.")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="The least that ends with a failure.")] = FailOn.UNPROVEN,
    pass_: Annotated[Passes, typer.Option("--pass", help="The passes to run.")] = Passes.BOTH,
    settings: Annotated[
        Path | None, typer.Option(help="The tool's settings. Default: [tool.stackproof] of the nearest pyproject.toml.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="What `pulumi stack export` printed: values that exist are known.")
    ] = None,
    stack_outputs: Annotated[
        list[str] | None,
        typer.Option(help="NAME=FILE: what `pulumi stack output --json` printed for a stack referred to; repeatable."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds that the program, a pack's start, or one of its answers may take.")
    ] = 300.0,
) -> None:
    """Judge a program for its stacks: pass, fail or unproven for every policy and resource.

    Exit codes: 0 everything proven, 1 a mandatory violation, 2 usage or configuration error, 3 something unproven,
    4 the program or a pack could not be run. Of several stacks, the gravest counts.
    """
    if not program.is_dir():
        message = f"{program} is not a folder; name the one with Pulumi.yaml"
        raise UsageError(message)
    stacks = tuple(stack or stack_names(program))
    if not stacks:
        message = f"{program} has no stack file Pulumi.<stack>.yaml; create one or name the stack with --stack"
        raise UsageError(message)
    packs = _paired(policy_pack or [], policy_pack_config or [])
    overrides = dict(_pair(item, "--config", "KEY=VALUE") for item in config or [])
    if state is not None and len(stacks) > 1:
        message = f"--state is the state of one stack, and {len(stacks)} are judged; name one with --stack"
        raise UsageError(message)
    used = _settings(program, settings)
    others = OtherStacks(_run_alone, timeout)
    files = {name: Path(file) for name, file in (_pair(i, "--stack-outputs", "NAME=FILE") for i in stack_outputs or [])}
    jobs = []
    for name in stacks:
        loaded = load_program(program, name, overrides)
        sources = tuple(load_pack(pack, name, file) for pack, file in packs)
        known = load_state(state, loaded.project, name) if state else None
        outside = replace(used.outside, stacks=others.described(loaded, used, files), state=known)
        jobs.append(Job(loaded, sources, timeout, outside))
    commit = _commit(program)
    codes: list[int] = []
    with _destination(output) as console:
        for job in jobs:
            judged = _run(engine.make(used.world), job, pass_.names, commit)
            _print(console, judged, format_, fail_on)
            codes.append(exit_code(judged, fail_on))
    raise typer.Exit(_gravest(codes))


def _paired(packs: list[Path], configs: list[Path]) -> list[tuple[Path, Path | None]]:
    """Give each pack its configuration file, if files are named."""
    if not packs:
        message = "no policy pack is named, and a gate without rules proves nothing; name one with --policy-pack"
        raise UsageError(message)
    if configs and len(configs) != len(packs):
        message = f"{len(configs)} files by --policy-pack-config for {len(packs)} packs; give one for each, in order"
        raise UsageError(message)
    return list(zip(packs, [*configs] if configs else [None] * len(packs), strict=True))


def _pair(item: str, option: str, form: str) -> tuple[str, str]:
    key, separator, value = item.partition("=")
    if not separator or not key:
        message = f"{option} {item!r} is not {form}"
        raise UsageError(message)
    return key, value


def _settings(program: Path, named: Path | None) -> Settings:
    path = named or find_settings(program)
    return load_settings(path) if path else Settings()


def _gravest(codes: list[int]) -> int:
    """Order exit codes by how little they leave standing: could not run, configuration, violated, unproven, proven."""
    return max(codes, key=[0, 3, 1, 2, 4].index)


def _run(engine: Engine, job: Job, names: tuple[PassName, ...], commit: str) -> Preview:
    with _progress(f"judging {job.program.project} · {job.program.stack}"), _stopping(engine):
        pool = futures.ThreadPoolExecutor(max_workers=len(names))
        try:
            running = [pool.submit(engine.run, job, name) for name in names]
            passes: list[Pass] = [item.result() for item in running]
        finally:
            engine.stop()
            pool.shutdown(wait=True, cancel_futures=True)
    return judge(job, engine.name, commit, passes)


def _run_alone(job: Job, world: World) -> Pass:
    """Run the resolved pass of a program that only gives outputs to another."""
    engine: Engine = EmbeddedEngine(world)
    with _progress(f"previewing {job.program.project} · {job.program.stack}"), _stopping(engine):
        try:
            return engine.run(job, "resolved")
        finally:
            engine.stop()


@contextlib.contextmanager
def _stopping(engine: Engine) -> Iterator[None]:
    """End the engine's processes on Ctrl-C, and on a termination signal as well."""

    def interrupt(number: int, frame: object) -> NoReturn:  # noqa: ARG001 (the signature of signal handlers)
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        engine.stop()
        message = "interrupted; nothing was judged"
        raise StoppedError(message) from None
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextlib.contextmanager
def _progress(words: str) -> Iterator[None]:
    """Show that work is going on, where a person is watching."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(words):
        yield


@contextlib.contextmanager
def _destination(output: Path | None) -> Iterator[Console]:
    """Give a console on standard output, or on a file that appears whole or not at all."""
    if output is None:
        yield Console(highlight=False)
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}; name a file in a folder that exists"
        raise UsageError(message) from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield Console(file=file, highlight=False, no_color=True)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)


def _print(console: Console, judged: Preview, format_: Format, fail_on: str) -> None:
    if format_ is Format.JSON:
        console.file.write(json_report.render(judged, fail_on) + "\n")
        console.file.flush()
        return
    text.write(console, judged, fail_on)
    console.print()


def _commit(root: Path) -> str:
    """Give a work tree's commit, with `-dirty` where it has changes; nothing outside a repository or without git."""

    def git(*words: str) -> str:
        done = subprocess.run(  # noqa: S603 (an argument list, never a shell)
            ["git", "-C", str(root), *words],  # noqa: S607 (the user's own git)
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("-dirty" if git("status", "--porcelain", "--", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def main() -> NoReturn:
    """Run the command line; an error that a user can act on ends in one message and its exit code."""
    try:
        app(standalone_mode=True)
    except StackproofError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"stackproof: {error}", style="red", markup=False)
        sys.exit(error.exit_code)
    sys.exit(0)
