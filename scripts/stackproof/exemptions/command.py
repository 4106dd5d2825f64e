# SPDX-License-Identifier: Apache-2.0
"""The command `stackproof exempt`: one finding let through, for a reason, for a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from stackproof.exemptions.entry import Draft
    from stackproof.exemptions.subject import Subject

__all__ = ["exempt"]

_NO_PROJECT = "project"
"""Stands for the project where a stack is named without one: the pack is asked about some project."""


def exempt(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    finding: Annotated[
        str | None, typer.Argument(help="The finding's id, as reports print it; needs --report.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why it may stay.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    expires: Annotated[str, typer.Option(help="The last day on which it holds, as 2027-01-31.")] = "",
    link: Annotated[str, typer.Option(help="Where it was approved.")] = "",
    stack: Annotated[
        list[str] | None,
        typer.Option(help="A stack, or project/stack; repeatable. Default: the one stack that has the finding."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="What `stackproof preview --format json` wrote.")] = None,
    rule: Annotated[str, typer.Option(help="Instead of an id: the rule,")] = "",
    key: Annotated[str, typer.Option(help="the key in brackets,")] = "",
    resource: Annotated[str, typer.Option(help="and the resource: its URN, or 'TYPE NAME'.")] = "",
    policy_pack: Annotated[Path, typer.Option(help="The pack's folder; its exemptions.yaml is added to.")] = Path(
        "policies"
    ),
    to_pulumi: Annotated[  # noqa: FBT002 (typer makes it a flag)
        bool, typer.Option("--to-pulumi", help="Print the request for Pulumi's own policy exception; write nothing.")
    ] = False,
) -> None:
    """Let one finding through: add an entry to the pack's exemptions, if the pack takes it.

    Exit codes: 0 done, 2 refused or usage error, 4 the pack could not be run.
    """
    from stackproof.exemptions.entry import Draft  # noqa: PLC0415 (no other command needs it)
    from stackproof.exemptions.pulumi_exception import render  # noqa: PLC0415 (the same)

    subject = _subject(finding, report, stack or [], (rule, key, resource))
    words = [_told(text, name) for text, name in ((reason, "--reason"), (owner, "--owner"))]
    draft = Draft(subject, _stacks(subject, stack or []), words[0], words[1], _day(expires), link)
    if to_pulumi:
        typer.echo(render(draft, dt.datetime.now(tz=dt.UTC)))
        what = (
            f"Pulumi exempts the whole policy {subject.policy} on this resource, beyond {subject.rule}[{subject.key}]"
        )
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"stackproof: {what}", markup=False)
        return
    typer.echo(f"{_write(draft, policy_pack)}: {subject.rule}[{subject.key}] is let through until {draft.expires}")


def _subject(finding: str | None, report: Path | None, stacks: list[str], in_full: tuple[str, str, str]) -> Subject:
    from stackproof.exemptions.subject import in_report, named  # noqa: PLC0415 (no other command needs it)

    if finding and report and not any(in_full):
        return in_report(report, finding, stacks)
    if all(in_full) and not finding and not report:
        return named(*in_full)
    raise UsageError("name the finding by its id with --report FILE, or by --rule, --key and --resource together")


def _told(text: str, option: str) -> str:
    if text.strip():
        return text.strip()
    raise UsageError(f"{option} is missing; nothing is let through without it")


def _stacks(subject: Subject, asked: list[str]) -> tuple[str, ...]:
    """Give the stacks to name; the finding's own has to be among them, with or without its project."""
    if not asked and not subject.stack:
        raise UsageError("--stack is missing; name each stack in which the finding may stay")
    if asked and subject.stack and not {subject.stack, subject.stack.partition("/")[2]} & {*asked}:
        raise UsageError(f"--stack {', '.join(asked)}: the finding is of {subject.stack}; name that stack too")
    return tuple(dict.fromkeys(asked)) or (subject.stack,)


def _day(text: str) -> dt.date:
    try:
        day = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise UsageError(
            f"--expires {text!r} is no date; write the last day on which it holds, as 2027-01-31"
        ) from None
    if day < dt.datetime.now(tz=dt.UTC).date():
        raise UsageError(f"--expires {text} is over; name a day to come")
    return day


def _write(draft: Draft, pack: Path) -> str:
    """Add the entry, unless the pack objects; give its place."""
    from stackproof.exemptions.consent import objections  # noqa: PLC0415 (no other command needs it)
    from stackproof.exemptions.entry import FILE_NAME, with_entry  # noqa: PLC0415 (the same)
    from stackproof.whole_file import write_whole  # noqa: PLC0415 (the same)

    if not (pack / "PulumiPolicy.yaml").is_file():
        raise UsageError(f"{pack} is not a policy pack: it has no PulumiPolicy.yaml; name the folder that does")
    path = pack / FILE_NAME
    text, line = with_entry(path, draft)
    for name in draft.stacks:
        project, _, stack = name.rpartition("/")
        own = draft.subject.stack.rpartition("/")[0]
        refused = objections(pack, text, line, stack, project or own or _NO_PROJECT)
        if refused:
            raise UsageError("the pack does not take this exemption; nothing is written:\n" + "\n".join(refused))
    write_whole(path, text)
    return f"{path}:{line}"
