# SPDX-License-Identifier: Apache-2.0
"""The command line: arguments in, one call, an exit code out."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from concurrent import futures
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console

from stackproof.baseline import apply, baseline_of, pruned, refused
from stackproof.baseline import file as baseline_file
from stackproof.checkout import Checkout
from stackproof.engine.nursery import Nursery
from stackproof.errors import StackproofError, StoppedError, UsageError
from stackproof.exemptions.command import exempt
from stackproof.explain import explain
from stackproof.iam import IamFormat, Severity, judge_files, judge_lines
from stackproof.jobs import Asked, make_jobs
from stackproof.lint.command import lint
from stackproof.outputs import Reports
from stackproof.pipeline.comment.command import comment
from stackproof.pipeline.doctor.command import doctor
from stackproof.pipeline.drift.command import drift
from stackproof.pipeline.gatecheck.command import gatecheck
from stackproof.pipeline.plan import command as plan
from stackproof.pipeline.rollback.command import rollback
from stackproof.pipeline.settings_audit.command import settings as settings_audit
from stackproof.redaction import Redactor
from stackproof.report.formats import Format
from stackproof.report.inert import block
from stackproof.strictness import FailOn
from stackproof.verdicts import exit_code, judge
from stackproof.whole_file import whole_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from stackproof.aws import World
    from stackproof.engine import Engine
    from stackproof.model import Job, Pass, PassName, Preview

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge a Pulumi program against its policy packs before anything touches the cloud.",
)


class Engines(StrEnum):
    """The engines that `--engine` knows."""

    EMBEDDED = "embedded"
    PULUMI = "pulumi"

    def make(self, world: World, jobs: Iterable[Job], *, offline: bool | None) -> Engine:
        """Make the engine for a world and jobs; ``offline`` ``None``: as credentials are about.

        Raises:
            UnrunnableError: it cannot be had on this machine.

        """
        if self is Engines.PULUMI:
            return _real(world, offline=offline)
        nursery = Nursery()
        for job in jobs:
            for interpreter in job.interpreters:
                nursery.warm(interpreter)
        # Its own imports take as long as those of the interpreters, so both go on at once.
        from stackproof.engine.embedded import EmbeddedEngine  # noqa: PLC0415 (see above)

        return EmbeddedEngine(world, nursery)


def _embedded(world: World, jobs: Iterable[Job]) -> Engine:
    return Engines.EMBEDDED.make(world, jobs, offline=True)


def _real(world: World, *, offline: bool | None = True, operation: Literal["preview", "up"] = "preview") -> Engine:
    """Make the engine that is the real CLI."""
    from stackproof.engine.pulumi import PulumiEngine  # noqa: PLC0415 (most runs use the other engine)
    from stackproof.engine.pulumi.cli import has_credentials  # noqa: PLC0415 (the same)

    return PulumiEngine(world, offline=not has_credentials() if offline is None else offline, operation=operation)


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


ProgramArgument = Annotated[Path, typer.Argument(help="The folder with Pulumi.yaml.")]
StackOption = Annotated[list[str] | None, typer.Option(help="A stack; repeatable. Default: every stack file.")]
PackOption = Annotated[list[Path] | None, typer.Option(help="A policy pack's folder; repeatable.")]
PackConfigOption = Annotated[
    list[Path] | None,
    typer.Option(help="A pack's configuration file, one for each pack. Default: config/STACK.json in the pack."),
]
ConfigOption = Annotated[list[str] | None, typer.Option(help="KEY=VALUE that replaces the stack file's; repeatable.")]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="The report's form. Default: text.", show_default=False)
]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(help="FORMAT=FILE: one more report, in a file; repeatable. FILE alone takes the report of --format."),
]
FailOnOption = Annotated[
    FailOn | None,
    typer.Option(
        help="The least that ends with a failure. Default: what is set for the stack; else unproven, in dev violation."
    ),
]
SettingsOption = Annotated[
    Path | None, typer.Option(help="The tool's settings. Default: [tool.stackproof] of the nearest pyproject.toml.")
]
StateOption = Annotated[
    Path | None, typer.Option(help="What `pulumi stack export` printed: values that exist are known.")
]
StackOutputsOption = Annotated[
    list[str] | None,
    typer.Option(help="NAME=FILE: what `pulumi stack output --json` printed for a stack referred to; repeatable."),
]
TimeoutOption = Annotated[float, typer.Option(min=1, help="Seconds that the program, or a pack's answer, may take.")]


@app.command()
def preview(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    program: ProgramArgument = Path(),
    stack: StackOption = None,
    policy_pack: PackOption = None,
    policy_pack_config: PackConfigOption = None,
    config: ConfigOption = None,
    engine: Annotated[Engines, typer.Option(help="Who runs the program and the packs.")] = Engines.EMBEDDED,
    offline: Annotated[
        bool | None,
        typer.Option(
            help="With the engine pulumi: a throw-away backend and the offline provider, or your own backend and"
            " account. Default: offline unless both have credentials here."
        ),
    ] = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    pass_: Annotated[Passes, typer.Option("--pass", help="The passes to run.")] = Passes.BOTH,
    settings: SettingsOption = None,
    state: StateOption = None,
    stack_outputs: StackOutputsOption = None,
    timeout: TimeoutOption = 300.0,
    baseline: Annotated[
        Path | None, typer.Option(help="What `stackproof baseline` wrote: findings that do not block.")
    ] = None,
) -> None:
    """Judge a program for its stacks: pass, fail or unproven for every policy and resource.

    Exit codes: 0 nothing blocks, 1 a mandatory violation, 2 usage or configuration error, 3 something unproven,
    4 the program or a pack could not be run. Of several stacks, the gravest counts.
    """
    asked = Asked(
        program=program,
        stacks=tuple(stack or ()),
        packs=tuple(policy_pack or ()),
        pack_configs=tuple(policy_pack_config or ()),
        overrides=_pairs(config, "--config", "KEY=VALUE"),
        stack_outputs=_files(stack_outputs),
        timeout=timeout,
        settings=settings,
        state=state,
        fail_on=fail_on,
    )
    reports = Reports.asked(format_, output or ())
    _judge(asked, lambda world, jobs: engine.make(world, jobs, offline=offline), pass_.names, reports, baseline)


@app.command()
def up(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    program: ProgramArgument = Path(),
    stack: StackOption = None,
    policy_pack: PackOption = None,
    policy_pack_config: PackConfigOption = None,
    config: ConfigOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    settings: SettingsOption = None,
    stack_outputs: StackOutputsOption = None,
    timeout: TimeoutOption = 300.0,
) -> None:
    """Rehearse `pulumi up --policy-pack`: the real CLI deploys to the offline provider, so nothing is deployed.

    Needs the Pulumi CLI, no credentials. Exit codes as those of `preview`.
    """
    asked = Asked(
        program=program,
        stacks=tuple(stack or ()),
        packs=tuple(policy_pack or ()),
        pack_configs=tuple(policy_pack_config or ()),
        overrides=_pairs(config, "--config", "KEY=VALUE"),
        stack_outputs=_files(stack_outputs),
        timeout=timeout,
        settings=settings,
        fail_on=fail_on,
    )
    reports = Reports.asked(format_, output or ())
    _judge(asked, lambda world, _: _real(world, operation="up"), ("resolved",), reports)


def _judge(
    asked: Asked,
    make: Callable[[World, Iterable[Job]], Engine],
    passes: tuple[PassName, ...],
    reports: Reports,
    baseline: Path | None = None,
) -> NoReturn:
    """Judge each stack and report it as it comes; end with the gravest of their exit codes."""
    with reports.writing():
        old = baseline_file.read(baseline) if baseline else None
        for preview in _previews(asked, make, passes, reach=reports.show_reach):
            reports.tell(apply(old, baseline, preview) if old and baseline else preview)
    raise typer.Exit(_gravest([exit_code(preview) for preview in reports.previews]))


def _previews(
    asked: Asked,
    make: Callable[[World, Iterable[Job]], Engine],
    passes: tuple[PassName, ...],
    *,
    reach: bool = False,
) -> Iterator[Preview]:
    """Judge each stack; with ``reach``, work out what its principals can do."""
    jobs, world = make_jobs(asked, _run_alone)
    with _ending(make(world, jobs)) as engine:
        commit = _commit(asked.program)
        for job in jobs:
            yield _run(engine, job, passes, commit, reach=reach)


@app.command()
def baseline(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    output: Annotated[Path, typer.Option(help="The file to write; one that exists is only pruned.")],
    program: ProgramArgument = Path(),
    prune: Annotated[  # noqa: FBT002 (typer makes it a flag)
        bool, typer.Option("--prune", help="Remove from the file what occurs no more; add nothing.")
    ] = False,
    stack: StackOption = None,
    policy_pack: PackOption = None,
    policy_pack_config: PackConfigOption = None,
    config: ConfigOption = None,
    settings: SettingsOption = None,
    state: StateOption = None,
    stack_outputs: StackOutputsOption = None,
    timeout: TimeoutOption = 300.0,
) -> None:
    """Write down the findings that stacks have today, for `preview --baseline`, which lets these alone through.

    Exit codes: 0 written, 2 usage or configuration error, 4 the program or a pack could not be run.
    """
    if output.exists() and not prune:
        raise UsageError(f"{output} exists, and a baseline does not grow; remove what is mended from it with --prune")
    old = baseline_file.read(output) if prune else None
    asked = Asked(
        program=program,
        stacks=tuple(stack or ()),
        packs=tuple(policy_pack or ()),
        pack_configs=tuple(policy_pack_config or ()),
        overrides=_pairs(config, "--config", "KEY=VALUE"),
        stack_outputs=_files(stack_outputs),
        timeout=timeout,
        settings=settings,
        state=state,
    )
    previews = list(_previews(asked, _embedded, Passes.BOTH.names))
    made = pruned(old, previews) if old else baseline_of(previews)
    write_whole(output, baseline_file.render(made))
    for name, items in sorted(made.stacks.items()):
        gone = f", {len(old.stacks[name]) - len(items)} removed" if old else ""
        typer.echo(f"{output}: {name}: {len(items)} old findings{gone}")
    for what in refused(previews):
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"not in a baseline: {block(what)}", markup=False)


@app.command()
def iam(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    files: Annotated[list[Path] | None, typer.Argument(help="Policy files; default: standard input.")] = None,
    format_: Annotated[
        IamFormat, typer.Option("--format", help="A report on policies, or bundles as JSON Lines in and out.")
    ] = IamFormat.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the answers to this file instead.")] = None,
    fail_on: Annotated[Severity | None, typer.Option(help="The least severity that ends with exit code 1.")] = None,
    account: Annotated[str | None, typer.Option(help="The own account's id, where a bundle does not say it.")] = None,
    trusted: Annotated[list[str] | None, typer.Option(help="The id of a trusted account; repeatable.")] = None,
) -> None:
    """Judge plain IAM documents: what they grant, who gets it, and what to write instead.

    Exit codes: 0 judged, 1 a finding at or above --fail-on, 2 usage error or unreadable input.
    """
    from stackproof.iam_seam import load_analysis  # noqa: PLC0415 (no other command needs it)

    analysis = load_analysis(account, frozenset(trusted or []))
    for warning in analysis.warnings():
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"stackproof: {warning}", markup=False)
    with _destination(output) as console:
        if format_ is IamFormat.JSONL:
            failed = judge_lines(analysis, files or [], console.file, fail_on)
        else:
            failed = judge_files(analysis, files or [], console, fail_on)
    raise typer.Exit(1 if failed else 0)


# In the order in which `--help` lists them: findings, then sources, then the way to production.
app.command()(explain)
app.command()(exempt)
app.command()(lint)
app.command()(gatecheck)
app.command("settings")(settings_audit)
app.add_typer(plan.app, name="plan")
app.command()(rollback)
app.command()(drift)
app.command()(doctor)
app.command()(comment)


def _pairs(items: list[str] | None, option: str, form: str) -> dict[str, str]:
    return dict(_pair(item, option, form) for item in items or ())


def _files(items: list[str] | None) -> dict[str, Path]:
    return {name: Path(file) for name, file in _pairs(items, "--stack-outputs", "NAME=FILE").items()}


def _pair(item: str, option: str, form: str) -> tuple[str, str]:
    key, separator, value = item.partition("=")
    if not separator or not key:
        message = f"{option} {item!r} is not {form}"
        raise UsageError(message)
    return key, value


def _gravest(codes: list[int]) -> int:
    """Order exit codes by how little they leave standing: could not run, configuration, violated, unproven, proven."""
    return max(codes, key=[0, 3, 1, 2, 4].index)


@contextlib.contextmanager
def _ending(engine: Engine) -> Iterator[Engine]:
    """Lend an engine, and end all that it started."""
    try:
        yield engine
    finally:
        engine.stop()


def _run(engine: Engine, job: Job, names: tuple[PassName, ...], commit: str, *, reach: bool) -> Preview:
    with _progress(f"judging {job.program.project} · {job.program.stack}"), _stopping(engine):
        pool = futures.ThreadPoolExecutor(max_workers=len(names))
        try:
            running = [pool.submit(engine.run, job, name) for name in names]
            passes: list[Pass] = [item.result() for item in running]
        except BaseException:
            engine.stop()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    if not reach:
        return judge(job, engine.name, commit, passes)
    from stackproof.reach import reach_of  # noqa: PLC0415 (no other report needs the IAM analysis)

    return judge(job, engine.name, commit, passes, reach_of(passes))


def _run_alone(job: Job, world: World) -> Pass:
    """Run the resolved pass of a program that only gives outputs to another."""
    engine = _embedded(world, [job])
    with _progress(f"previewing {job.program.project} · {job.program.stack}"), _stopping(engine), _ending(engine):
        return engine.run(job, "resolved")


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
    with whole_file(output) as file, io.TextIOWrapper(file, "utf-8") as text:
        yield Console(file=text, highlight=False, no_color=True)


def _commit(folder: Path) -> str:
    """Give the commit of a program's work tree; nothing outside a repository or without git."""
    try:
        return Checkout.of(folder).label
    except UsageError:
        return ""


def main() -> NoReturn:
    """Run the command line; an error that a user can act on ends in one message and its exit code."""
    try:
        app(standalone_mode=True)
    except StackproofError as error:
        words = block(Redactor(()).text(str(error)))
        console = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)
        console.print(f"stackproof: {words}", style="red", markup=False)
        sys.exit(error.exit_code)
    sys.exit(0)
