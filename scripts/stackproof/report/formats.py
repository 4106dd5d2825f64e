# SPDX-License-Identifier: Apache-2.0
"""The forms of report that `--format` and `--output` know, and the function that makes each of an outcome."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.console import Console

from stackproof.report import github_report, json_report, junit, markdown, sarif_report, text
from stackproof.report.inert import block

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stackproof.model import Outcome

__all__ = ["Format", "render"]

_WIDTH = 120


class Format(StrEnum):
    """The reports on a preview."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    GITHUB = "github"
    HTML = "html"


def render(form: Format, outcome: Outcome) -> str:
    """Render a whole outcome in one form."""
    return _RENDERERS[form](outcome)


def _json(outcome: Outcome) -> str:
    lines = [json_report.render(preview) for preview in outcome.previews]
    lines += [json_report.render_stopped(outcome)] if outcome.stopped else []
    return "".join(f"{line}\n" for line in lines)


def _html(outcome: Outcome) -> str:
    from stackproof.report import html  # noqa: PLC0415 (its template engine would slow every other report)

    return html.render(outcome)


def _text(outcome: Outcome) -> str:
    file = io.StringIO()
    console = Console(file=file, width=_WIDTH, highlight=False, no_color=True)
    for preview in outcome.previews:
        text.write(console, preview)
        console.print()
    if outcome.stopped:
        file.write(f"✗ not finished: {block(outcome.stopped)}; nothing here counts as a pass\n")
    return file.getvalue()


_RENDERERS: Mapping[Format, Callable[[Outcome], str]] = {
    Format.TEXT: _text,
    Format.JSON: _json,
    Format.SARIF: sarif_report.render,
    Format.JUNIT: junit.render,
    Format.MARKDOWN: markdown.render,
    Format.GITHUB: github_report.render,
    Format.HTML: _html,
}
