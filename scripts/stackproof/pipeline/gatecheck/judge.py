# SPDX-License-Identifier: Apache-2.0
"""Judging a repository's workflows: files in, one audit out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackproof.audit import Audit
from stackproof.pipeline.gatecheck import rules
from stackproof.pipeline.gatecheck.allowances import find_allowances, suppress
from stackproof.pipeline.gatecheck.commands import GATES, classify
from stackproof.pipeline.gatecheck.follow import make_flows
from stackproof.pipeline.gatecheck.repository import find_workflows
from stackproof.pipeline.gatecheck.roles import Pipeline
from stackproof.rulebook import discover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.noxfile import Forgiven
    from stackproof.pipeline.gatecheck.repository import Repository
    from stackproof.rulebook import Rule
    from stackproof.settings import GatecheckSettings

__all__ = ["judge"]

_LAST = "allowance-"
"""How the ids of rules on comments begin: they are asked last, once it is known which comments were of use."""


def judge(paths: Iterable[Path], settings: GatecheckSettings, commit: str = "") -> Audit:
    """Judge the workflows of a repository, or single files of one.

    Raises:
        UsageError: there is nothing to judge.

    """
    repository, names = find_workflows(paths)
    known = discover(rules)
    flows = make_flows(repository, names, settings)
    comments = tuple(find_allowances(repository.texts))
    ids = frozenset(item.id for item in known)
    pipeline = Pipeline(flows, settings, ids, tuple(_forgiven(repository, settings)), comments)
    found = _ask((item for item in known if not item.id.startswith(_LAST)), pipeline)
    kept, passed, told = suppress(found, comments)
    pipeline = replace(pipeline, allowances=told)
    kept += tuple(_ask((item for item in known if item.id.startswith(_LAST)), pipeline))
    return Audit(
        command="gatecheck",
        examined=tuple(sorted(repository.texts)),
        rules=tuple(item.page for item in known),
        findings=tuple(sorted(kept, key=lambda item: (item.file, item.line, item.rule, item.key))),
        suppressed=passed,
        problems=tuple(repository.problems),
        commit=commit,
    )


def _ask(known: Iterable[Rule[Pipeline]], pipeline: Pipeline) -> Iterator[Finding]:
    """Ask rules; of one rule there is one finding a line, as flows share jobs and jobs share lines."""
    for item in known:
        said: set[tuple[str, int]] = set()
        for finding in item.check(pipeline):
            place = (finding.file, finding.line)
            if place not in said:
                said.add(place)
                yield finding


def _forgiven(repository: Repository, settings: GatecheckSettings) -> Iterator[Forgiven]:
    """Give what sessions that are gates accept, by their name or by what they run."""
    noxfile = repository.noxfile()
    for session in noxfile.sessions if noxfile else ():
        commands = noxfile.commands(session, ()) if noxfile else ()
        acts = (classify(command.words, command.place, "", settings) for command in commands)
        judges = session in GATES or any(act is not None and act.does & GATES for act in acts)
        yield from noxfile.forgiven(session) if noxfile and judges else ()
