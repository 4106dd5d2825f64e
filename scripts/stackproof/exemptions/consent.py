# SPDX-License-Identifier: Apache-2.0
"""What a pack says of its file of exemptions, before that is written: the pack alone knows its rules and its limits."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from stackproof.engine.embedded.analyzer import Remedied, RunningPack
from stackproof.engine.embedded.registry import Registration
from stackproof.engine.nursery import Nursery
from stackproof.errors import UsageError
from stackproof.exemptions.entry import FILE_NAME
from stackproof.model import STACK_TYPE, Job, Program
from stackproof.project import load_pack

__all__ = ["objections"]

_POLICY = "exemptions"
"""The policy by which a pack judges the file when the stack is registered."""

_SAID = re.compile(
    rf"[a-z-]+\[{re.escape(FILE_NAME)}:(?P<line>\d+).*?\] high at -: (?P<fact>[^\n]*)\nfix: (?P<remedy>[^\n]*)"
)


def objections(pack: Path, text: str, line: int, stack: str, project: str) -> list[str]:
    """Ask a pack about the text of its file: what it says of a line and those after it, for one stack.

    The pack runs from a folder that holds all it has but for that file.

    Raises:
        UsageError: it is no pack, or takes no exemptions.
        UnrunnableError: it does not start, or breaks the protocol.

    """
    with tempfile.TemporaryDirectory(prefix="stackproof-pack-") as name:
        folder = Path(name)
        for item in pack.resolve().iterdir():
            if item.name != FILE_NAME:
                (folder / item.name).symlink_to(item)
        (folder / FILE_NAME).write_text(text, encoding="utf-8")
        said = _ask(folder, stack, project)
    if said is None:
        raise UsageError(f"{pack} takes no exemptions: it has no policy {_POLICY!r}; name a pack that has")
    found = [match for words in said if (match := _SAID.match(words)) and int(match["line"]) >= line]
    return [f"{match['fact']}; {match['remedy']}" for match in found]


def _ask(folder: Path, stack: str, project: str) -> list[str] | None:
    """Register a stack of that name with the pack, and give what it says of its exemptions."""
    source = load_pack(folder, stack, None)
    nobody = Program(folder, folder, folder, project, stack, "python", source.interpreter, {}, folder)
    nursery = Nursery()
    running = RunningPack(source, Job(nobody, (source,)), nursery)
    try:
        if _POLICY not in {policy.name for policy in running.start().policies}:
            return None
        name = f"{project}-{stack}"
        urn = f"urn:pulumi:{stack}::{project}::{STACK_TYPE}::{name}"
        running.submit(Registration(urn, STACK_TYPE, name, custom=False, parent="", inputs={}), None, (), Remedied())
        answers = running.finish([], completed=False)
    finally:
        running.close()
        nursery.close()
    return [said.message for answer in answers for said in answer.diagnostics if said.policy == _POLICY]
