# SPDX-License-Identifier: Apache-2.0
"""`stackproof explain RULE`: a rule's page, from the packs at hand."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from stackproof.errors import UsageError
from stackproof.pages import pack_pages
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
    page = known.get(rule.partition("[")[0])
    if page is None:
        raise _unknown(rule, list(known), policy_pack or [_PACK])
    _print(page)


def _unknown(rule: str, known: Sequence[str], packs: Sequence[Path]) -> UsageError:
    if not known:
        places = ", ".join(map(str, packs))
        return UsageError(f"{places} has no pages of rules; name the pack that has the rule with --policy-pack")
    near = difflib.get_close_matches(rule, known, n=3, cutoff=0.5) or sorted(known)[:3]
    return UsageError(f"no pack here has a rule {rule!r}; did you mean {', '.join(near)}?")


def _print(page: Page) -> None:
    """Print a page, rendered for a terminal, as it is into a pipe."""
    console = Console(highlight=False)
    text = block(f"{page.markdown}\n{page.url}", _LONGEST)
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        console.print(text, markup=False, soft_wrap=True)
