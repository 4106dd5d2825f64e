# SPDX-License-Identifier: Apache-2.0
"""The pages of rules: those that a pack ships as `docs/<rule>.md`, and those of the tooling's own rules.

A pack of anybody's may ship pages in this form: a heading with the rule's id, a line with its title in bold, its
severity and level, then the sections.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, cast, get_args

from stackproof.model import Page, Severity
from stackproof.rulebook import discover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from stackproof.model import PolicyPack
    from stackproof.rulebook import Rule

__all__ = ["FOLDER", "TOOL_SETS", "pack_pages", "pages", "read_page", "tool_pages", "tool_rules"]

TOOL_SETS = {
    "stackproof.lint.rules": "stackproof lint",
    "stackproof.pipeline.gatecheck.rules": "stackproof gatecheck",
    "stackproof.pipeline.settings_audit.rules": "stackproof settings",
}
"""The packages that hold the tooling's own rules, and the command that asks them."""

FOLDER = "docs"
"""The folder of a pack that holds its pages."""

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_HEAD = re.compile(
    r"^# (?P<id>[a-z0-9-]+)\n\n\*\*(?P<title>[^\n]+?)\.?\*\* (?P<severity>[a-z]+) · (?P<level>[a-z]+)[^\n]*\n",
)
_URL = re.compile(r"^<!-- (https://\S+) -->$", re.MULTILINE)
_LONGEST = 200_000


def pages(packs: Sequence[PolicyPack], rules: Iterable[str]) -> tuple[Page, ...]:
    """Read the pages of some rules from the packs that have them; a rule without one has none here."""
    return tuple(page for rule in sorted(rules) if (page := _find(packs, rule)) is not None)


def _find(packs: Sequence[PolicyPack], rule: str) -> Page | None:
    if not _ID.match(rule):
        return None
    found = (read_page(pack.root / FOLDER / f"{rule}.md") for pack in packs)
    return next((page for page in found if page is not None), None)


def pack_pages(root: Path) -> Iterator[Page]:
    """Read every page of a pack's folder."""
    for path in sorted((root / FOLDER).glob("*.md")):
        page = read_page(path)
        if page is not None:
            yield page


def tool_rules(package: str) -> tuple[Rule[Any], ...]:
    """Find the rules of one of the tooling's own sets, by id."""
    return discover(importlib.import_module(package))


def tool_pages() -> Iterator[Page]:
    """Give the page of every rule of the tooling's own."""
    yield from (item.page for package in TOOL_SETS for item in tool_rules(package))


def read_page(path: Path) -> Page | None:
    """Read a page; ``None`` where there is none in this form, which leaves a report without an explanation."""
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= _LONGEST else ""
    except (OSError, UnicodeDecodeError):
        return None
    head = _HEAD.match(text)
    if head is None or head["severity"] not in get_args(Severity):
        return None
    url = _URL.search(text)
    _, *parts = re.split(r"^## +(.+)$", text[head.end() :], flags=re.MULTILINE)
    return Page(
        id=head["id"],
        title=head["title"],
        severity=cast("Severity", head["severity"]),
        enforcement="mandatory" if head["level"] == "mandatory" else "advisory",
        url=url[1] if url else "",
        sections={name.strip(): body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)},
    )
