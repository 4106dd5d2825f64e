# SPDX-License-Identifier: Apache-2.0
"""How the CLI's own preview or update went, told from its engine events: an exit code says too little.

A violation, a crashed pack and a broken program all end with 1, and a pack that was never asked leaves no trace but
the absence of its summaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.engine.pulumi.events import Events
from stackproof.pipeline.plan.operations import Operation, read_operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stackproof.pipeline.plan.envelope import PackMark

__all__ = ["Run", "read_run"]

_MANY = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One preview or update: its operations, and in words what kept it from being a judged success."""

    operations: tuple[Operation, ...]
    problems: tuple[str, ...]


def read_run(path: Path, code: int, packs: tuple[PackMark, ...]) -> Run:
    """Read the log of engine events of a run that ended with an exit code, judged by ``packs``.

    Raises:
        UnrunnableError: the log is missing or broken.

    """
    operations = read_operations(path)
    events = Events(path)
    events.read()
    return Run(operations, (*_ended(events, code), *_violations(events), *_unjudged(events, packs)))


def _ended(events: Events, code: int) -> Iterator[str]:
    yield from (f"{line.message} ({line.urn})" if line.urn else line.message for line in events.errors)
    yield from (f"a pack failed on {urn or 'the stack'}: {words}" for urn, words in events.crashes.items())
    if code != 0 or events.result != "succeeded":
        yield f"the CLI ended with exit code {code} and the result {events.result or 'none'}"


def _violations(events: Events) -> Iterator[str]:
    for event in events.policies:
        if event.enforcement == "mandatory":
            yield f"{event.policy} on {event.urn or 'the stack'}: {event.message}"


def _unjudged(events: Events, packs: tuple[PackMark, ...]) -> Iterator[str]:
    for pack in packs:
        missed = sorted(urn for urn in events.resources if (pack.name, urn) not in events.summaries)
        if missed:
            rest = f" and {len(missed) - _MANY} more" if len(missed) > _MANY else ""
            yield f"pack {pack.name} was not asked about {', '.join(missed[:_MANY])}{rest}"
        if (pack.name, "") not in events.summaries:
            yield f"pack {pack.name} was not asked about the whole stack"
