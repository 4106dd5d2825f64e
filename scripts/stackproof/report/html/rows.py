# SPDX-License-Identifier: Apache-2.0
"""The rows of the page's list of findings, as data: what a row is about, what is wrong, what to do.

Fields that are empty are left out, and texts are numbers of `Texts`; `assets/page.js` is the other side of this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stackproof.report import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.model import Finding, Preview
    from stackproof.report.html.texts import Texts
    from stackproof.report.order import Entry

__all__ = ["Rows", "address", "wrong"]

_PATHS_TOLD = 3


class Rows:
    """Makes the rows of one stack; ``at`` gives the number of a resource by its URN."""

    def __init__(self, preview: Preview, at: Mapping[str, int], texts: Texts) -> None:
        self._preview = preview
        self._at = at
        self._texts = texts
        self._names = {resource.urn: resource.name for resource in preview.resources}
        self._compared = len(preview.passes) > 1

    def row(self, entry: Entry) -> dict[str, Any]:
        """Make the row of a finding, or of a verdict that is unproven."""
        own = self._finding(entry, entry.finding) if entry.finding else self._unproven(entry)
        fields = {"g": entry.standing.value, "i": self._at.get(entry.verdict.urn, -1)}
        return fields | {name: value for name, value in own.items() if value}

    def passed(self, entry: Entry) -> tuple[int, int, int]:
        """Give policy, resource, and what Pulumi's own preview does not know, of a verdict that is a pass."""
        verdict = entry.verdict
        beyond = self._compared and verdict.judged_in == "resolved"
        unread = _paths([item.path for item in verdict.unproven]) or "a value"
        text = self._texts.of
        return text(wording.policy(verdict)), self._at.get(verdict.urn, -1), text(unread) if beyond else 0

    def _finding(self, entry: Entry, finding: Finding) -> dict[str, Any]:
        text = self._texts.of
        return {
            "r": text(finding.rule),
            "k": text(finding.key),
            "v": text(finding.severity),
            "e": text(finding.enforcement),
            "m": text(finding.message),
            "x": text("" if finding.exemption else finding.remedy),
            "u": text(address(finding.url)),
            "p": text(finding.path),
            "c": text(finding.fragment),
            "f": text(finding.file),
            "l": finding.line,
            "b": text(wording.beyond(entry.verdict) if self._compared else ""),
            "w": text(wording.let_through(finding)),
            "z": text(wording.exempting(entry)),
        }

    def _unproven(self, entry: Entry) -> dict[str, Any]:
        text, verdict = self._texts.of, entry.verdict
        resource = self._preview.resources[self._at[verdict.urn]] if verdict.urn in self._at else None
        source = resource.source if resource else None
        return {
            "r": text(wording.policy(verdict)),
            "m": text(wrong(entry)),
            "n": [[text(item.path), [text(self._named(urn)) for urn in item.sources]] for item in verdict.unproven],
            "x": text(wording.provable(verdict, self._preview)),
            "f": text(source.file if source else ""),
            "l": source.line if source else 0,
        }

    def _named(self, urn: str) -> str:
        return self._names.get(urn, urn.rpartition("::")[2])


def wrong(entry: Entry) -> str:
    """Say in a line what is wrong."""
    if entry.finding:
        return entry.finding.message
    paths = _paths([item.path for item in entry.verdict.unproven])
    return entry.verdict.reason or (f"{paths} is unknown" if paths else "the policy could not tell")


def _paths(paths: list[str]) -> str:
    more = len(paths) - _PATHS_TOLD
    return ", ".join(paths[:_PATHS_TOLD]) + (f" and {wording.count(more, 'more value')}" if more > 0 else "")


def address(url: str) -> str:
    """Give an address that a browser may follow, or nothing."""
    return url if re.fullmatch(r"https://[A-Za-z0-9._~/%#?=&+-]+", url) else ""
