# SPDX-License-Identifier: Apache-2.0
"""The HTML report: one page for any number of stacks, whole in one file, which asks the network for nothing.

What everybody reads first is written by the template and needs no script; tables, graph and reach are drawn by the
page's own script from a data block. The content security policy names both by their hashes and allows nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import jinja2

from stackproof.report.html.content import rule_pages, source_lines, stack_page
from stackproof.report.html.texts import Texts
from stackproof.report.inert import block

if TYPE_CHECKING:
    from stackproof.model import Outcome

__all__ = ["render"]

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
_ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def render(outcome: Outcome) -> str:
    """Render what a command came to, its stacks in their order, as one page."""
    texts = Texts()
    stacks = [stack_page(preview, number, texts) for number, preview in enumerate(outcome.previews)]
    data = {
        "texts": texts.all,
        "files": source_lines(outcome.previews),
        "rules": rule_pages(outcome.previews),
        "stacks": [stack.data for stack in stacks],
    }
    script, style = _asset("page.js"), _asset("page.css")
    return _template().render(
        stacks=stacks,
        stopped=block(outcome.stopped),
        script=script,
        style=style,
        policy=f"{_NOTHING}; script-src {_digest(script)}; style-src {_digest(style)}",
        data=_island(data),
    )


@cache
def _asset(name: str) -> str:
    return resources.files("stackproof.report.html").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset("page.html.j2"))


def _digest(text: str) -> str:
    """Name an inline script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _island(data: object) -> str:
    """Write data as JSON that can end no element and begin no comment, whatever texts it holds."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).translate(_ESCAPED)
