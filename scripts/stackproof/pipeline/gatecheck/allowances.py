# SPDX-License-Identifier: Apache-2.0
"""Comments that let a finding through: `# stackproof: allow[rule] reason`, on its line or the one before.

Several rules may stand between the brackets, with commas. A comment counts only with a reason and for rules there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackproof.audit import Suppressed
from stackproof.pipeline.gatecheck.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Map

    from stackproof.model import Finding

__all__ = ["Allowance", "find_allowances", "suppress"]

_COMMENT = re.compile(r"(?:^|\s)#\s*stackproof:\s*allow\[([^\]]*)\]\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment's word on one rule. ``used``: it let a finding through."""

    rule: str
    reason: str
    place: Place
    used: bool = False


def find_allowances(texts: Map[str, str]) -> Iterator[Allowance]:
    """Read the comments of files, by the file as reports show it."""
    for file, text in sorted(texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            found = _COMMENT.search(line)
            for name in found.group(1).split(",") if found else ():
                yield Allowance(name.strip(), found.group(2).strip() if found else "", Place(file, number))


def suppress(
    findings: Iterable[Finding], allowances: Iterable[Allowance]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Allowance, ...]]:
    """Tell findings that stand from those let through, and say of each comment whether it was of use."""
    kept: list[Finding] = []
    passed: list[Suppressed] = []
    by_place = {(item.place.file, item.place.line, item.rule): item for item in allowances if item.reason}
    used: set[tuple[str, int, str]] = set()
    for finding in findings:
        keys = [(finding.file, line, finding.rule) for line in (finding.line, finding.line - 1)]
        key = next((item for item in keys if item in by_place), None)
        if key is None:
            kept.append(finding)
        else:
            used.add(key)
            passed.append(Suppressed(finding, by_place[key].reason))
    told = (replace(item, used=(item.place.file, item.place.line, item.rule) in used) for item in allowances)
    return tuple(kept), tuple(passed), tuple(told)
