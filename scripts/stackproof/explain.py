# SPDX-License-Identifier: Apache-2.0
"""`stackproof explain RULE`: a rule's page, from the packs at hand or of the tooling's own."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from stackproof.errors import UsageError
from stackproof.pages import pack_pages, tool_pages
from stackproof.report.inert import block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackproof.model import Page

__all__ = ["explain"]

_PACK = Path("policies")
_LONGEST = 200_000


def explain(
    rule: Annotated[str, typer.Argument(help="A rule's id; a finding's key in brackets behind it may stay.")],
    policy_pack: Annotated[
        list[Path] | None, typer.Option(help="A policy pack's folder; repeatable. Default: policies.")
    ] = None,
) -> None:
    """Print a rule's page: what it flags, why, how to mend it, how to configure it, how to let a finding through."""
    known = {page.id: page for pack in policy_pack or [_PACK] for page in pack_pages(pack)}
    if rule.partition("[")[0] not in known:
        known |= {page.id: page for page in tool_pages()}
    page = known.get(rule.partition("[")[0])
    if page is None:
        raise _unknown(rule, list(known))
    _print(page)


def _unknown(rule: str, known: Sequence[str]) -> UsageError:
    near = difflib.get_close_matches(rule, known, n=3, cutoff=0.5)
    advice = f"did you mean {', '.join(near)}?" if near else "name the pack that has it with --policy-pack"
    return UsageError(f"there is no rule {rule!r} here; {advice}")


def _print(page: Page) -> None:
    """Print a page, rendered for a terminal, as it is into a pipe."""
    console = Console(highlight=False)
    text = block(f"{page.markdown}\n{page.url}", _LONGEST)
    if console.is_terminal:
        from rich.markdown import Markdown  # noqa: PLC0415 (no other command needs it)

        console.print(Markdown(text))
    else:
        console.print(text, markup=False, soft_wrap=True)
