# SPDX-License-Identifier: Apache-2.0
"""The forms of report that `--format` and `--output` know, and the function that makes each of an outcome."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from rich.console import Console

from stackproof.report import github_report, json_report, junit, markdown, sarif_report, text
from stackproof.report.inert import block

if TYPE_CHECKING:
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


def render(form: Format, outcome: Outcome) -> str:
    """Render a whole outcome in one form."""
    match form:
        case Format.TEXT:
            return _text(outcome)
        case Format.JSON:
            lines = [json_report.render(preview) for preview in outcome.previews]
            lines += [json_report.render_stopped(outcome)] if outcome.stopped else []
            return "".join(f"{line}\n" for line in lines)
        case Format.SARIF:
            return sarif_report.render(outcome)
        case Format.JUNIT:
            return junit.render(outcome)
        case Format.MARKDOWN:
            return markdown.render(outcome)
        case Format.GITHUB:
            return github_report.render(outcome)
        case _:
            assert_never(form)


def _text(outcome: Outcome) -> str:
    file = io.StringIO()
    console = Console(file=file, width=_WIDTH, highlight=False, no_color=True)
    for preview in outcome.previews:
        text.write(console, preview)
        console.print()
    if outcome.stopped:
        file.write(f"✗ not finished: {block(outcome.stopped)}; nothing here counts as a pass\n")
    return file.getvalue()
