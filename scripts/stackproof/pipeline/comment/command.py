# SPDX-License-Identifier: Apache-2.0
"""`stackproof comment`: a Markdown report in, one comment a stack on a pull request, edited where there is one."""

from __future__ import annotations

import re
import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotation)
from typing import TYPE_CHECKING, Annotated

import typer

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from stackproof.pipeline.comment.github import Comment, PullRequest

__all__ = ["comment"]

_LONGEST = 65_536
"""How many characters GitHub takes in a comment."""
_SLUG = re.compile(r"[\w.-]+/[\w.-]+")
_EARLIER = "\nWhat other comments say of its stacks is of an earlier run.\n"
_FINISHED = "A later run finished. Its stacks have comments of their own.\n"


def comment(
    file: Annotated[Path, typer.Argument(help="A report that `--output markdown=FILE` wrote.")],
    pull_request: Annotated[int, typer.Option(min=1, help="The pull request's number.")],
    repo: Annotated[str, typer.Option(help="OWNER/NAME of its repository.", envvar="GITHUB_REPOSITORY")] = "",
    optional: Annotated[bool, typer.Option("--optional", help="Where the token may not, say so and pass.")] = False,  # noqa: FBT002 (a flag)
) -> None:
    """Put a report on a pull request through gh: a comment a stack, edited where the same author has written it before.

    Exit codes: 0 done, or may not be and --optional; 2 usage error; 4 GitHub could not be asked, or refused.
    """
    from stackproof.pipeline.comment.github import PullRequest, RefusedError  # noqa: PLC0415 (no other command needs it)

    if not _SLUG.fullmatch(repo):
        raise UsageError(f"--repo {repo!r} is not OWNER/NAME; name the pull request's repository")
    sections = _read(file)
    place = PullRequest(repo, pull_request)
    try:
        written = _write(place, sections)
    except RefusedError as error:
        if not optional:
            raise
        written = [f"no comment on {place}, which is optional here: {error}"]
    sys.stdout.writelines(f"{line}\n" for line in written)


def _read(file: Path) -> dict[str, str]:
    """Read a report's sections by their marks.

    Raises:
        UsageError: it cannot be read, is no such report, or has a section that no comment holds.

    """
    from stackproof.report.markdown import STOPPED, sections  # noqa: PLC0415 (no other command needs it)

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{file} cannot be read: {reason}; write it by `preview --output markdown={file}`") from error
    found = sections(text)
    if not found:
        raise UsageError(f"{file} begins with no mark of a report; write it by `preview --output markdown={file}`")
    if STOPPED in found:
        found[STOPPED] += _EARLIER
    for mark, body in found.items():
        if len(body) > _LONGEST:
            raise UsageError(f"{file}: {mark} has {len(body):,} characters, and a comment at most {_LONGEST:,}")
    return found


def _write(place: PullRequest, wanted: dict[str, str]) -> list[str]:
    """Create and edit, and say of each comment what was done."""
    from stackproof.report.markdown import STOPPED, mark  # noqa: PLC0415 (no other command needs it)

    own = _marked(place.own_comments())
    if STOPPED in own and STOPPED not in wanted:
        wanted = {**wanted, STOPPED: f"{mark(STOPPED)}\n{_FINISHED}"}
    done = []
    for key, body in wanted.items():
        there = own.get(key)
        if there is None:
            place.create(body)
            word = "created"
        elif there.body.strip() != body.strip():
            place.edit(there, body)
            word = "edited"
        else:
            word = "unchanged"
        done.append(f"{place}: {word} the comment on {key}")
    return done


def _marked(own: list[Comment]) -> dict[str, Comment]:
    """Give the first comment of each mark."""
    from stackproof.report.markdown import sections  # noqa: PLC0415 (no other command needs it)

    found: dict[str, Comment] = {}
    for one in own:
        for key in list(sections(one.body.replace("\r\n", "\n")))[:1]:
            found.setdefault(key, one)
    return found
