# SPDX-License-Identifier: Apache-2.0
"""GitHub's annotations: workflow commands that a runner turns into marks on the lines of a pull request.

The form and the caps are GitHub's (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions):
ten of a level for each step are shown, so the tenth says how many more there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stackproof.report.inert import line

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CAP", "Annotation", "commands"]

CAP = 10
"""How many annotations of one level a step may have."""

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One mark; without a ``file`` it stands on the run's page."""

    level: Level
    title: str
    message: str
    file: str = ""
    number: int = 0


def commands(annotations: Iterable[Annotation]) -> str:
    """Render annotations, the gravest level first, each level capped and saying so."""
    found = list(annotations)
    levels: tuple[Level, ...] = ("error", "warning", "notice")
    lines = [text for level in levels for text in _level(level, [one for one in found if one.level == level])]
    return "".join(f"{text}\n" for text in lines)


def _level(level: Level, found: list[Annotation]) -> Iterable[str]:
    if len(found) <= CAP:
        return map(_command, found)
    rest = len(found) - (CAP - 1)
    more = Annotation(
        level, f"{rest:,} more", f"{rest:,} more like these are not shown here; the other reports have them"
    )
    return map(_command, [*found[: CAP - 1], more])


def _command(annotation: Annotation) -> str:
    properties = {"title": line(annotation.title, 200)}
    if annotation.file:
        properties = {"file": annotation.file, "line": str(max(annotation.number, 1)), **properties}
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    paragraphs = [line(text) for text in annotation.message.splitlines()]
    return f"::{annotation.level} {said}::{_data(chr(10).join(paragraphs))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
