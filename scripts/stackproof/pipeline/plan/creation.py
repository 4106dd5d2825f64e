# SPDX-License-Identifier: Apache-2.0
"""How an envelope comes about: judge, preview, and write down what both stood on; nothing of it where any failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.engine.pulumi.workspace import temporary_folder
from stackproof.errors import UsageError
from stackproof.pipeline.plan.canonical import digest_of_bytes
from stackproof.pipeline.plan.envelope import SCHEMA, Envelope, Mode, write_private
from stackproof.pipeline.plan.executables import strays
from stackproof.pipeline.plan.limits import breaches
from stackproof.pipeline.plan.present import Present, collect
from stackproof.pipeline.plan.refusal import RefusedError
from stackproof.pipeline.plan.run import Run, read_run
from stackproof.verdicts import exit_code

if TYPE_CHECKING:
    from pathlib import Path

    from stackproof.model import Job, Preview
    from stackproof.pipeline.plan.console import Console
    from stackproof.pipeline.plan.request import Request

__all__ = ["ENVELOPE", "PLAN", "Terms", "create"]

ENVELOPE = "envelope.json"
PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an envelope says beyond what was found: see `Envelope`. ``created`` and ``time_to_live``: seconds."""

    mode: Mode
    allowed: tuple[str, ...]
    created: int
    time_to_live: int
    run: str


def create(request: Request, terms: Terms, folder: Path, console: Console, job: Job) -> Envelope:
    """Write `ENVELOPE`, and in mode plan `PLAN`, into a folder, and give the envelope.

    Raises:
        RefusedError: something is violated, unproven, uncommitted, in progress or protected; nothing is written.
        UsageError: a file is missing or malformed.
        UnrunnableError: the CLI, the program or a pack could not be run.

    """
    present = collect(job, request.locks, console)
    _refuse_unready(present)
    _refuse([f"checksums.{name}: {words}" for name, words in strays(present.executables, request.checksums())])
    with temporary_folder() as scratch:
        state = scratch / "state.json"
        write_private(state, present.export)
        judged = request.judge(state, present.commit)
        _refuse_unproven(judged)
        run, plan = _preview(terms.mode, console, job, present, scratch)
    _refuse([*run.problems, *breaches(run.operations, terms.allowed, request.limits())])
    envelope = Envelope(
        schema=SCHEMA,
        mode="plan" if plan is not None else "compare",
        commit=present.commit,
        project=present.project,
        stack=present.stack,
        backend=present.backend,
        state=present.state,
        packs=present.packs,
        configuration=present.configuration,
        files=present.files,
        versions=present.versions,
        executables=present.executables,
        verdicts=_counts(judged),
        operations=run.operations,
        plan=digest_of_bytes(plan) if plan is not None else "",
        allowed=tuple(sorted(terms.allowed)),
        created=terms.created,
        time_to_live=terms.time_to_live,
        run=terms.run,
    )
    if plan is None:
        (folder / PLAN).unlink(missing_ok=True)
    else:
        write_private(folder / PLAN, plan)
    envelope.write(folder / ENVELOPE)
    return envelope


def _refuse_unready(present: Present) -> None:
    if " " in present.commit:
        raise UsageError(f"a plan is for a commit, and the work tree is {present.commit}; commit or undo that")
    if b'"pending_operations"' in present.export:
        message = "an earlier update was cut off and its state has pending operations"
        raise RefusedError((f"{message}; resolve them first: `pulumi refresh --stack {present.stack}`",))


def _refuse_unproven(judged: Preview) -> None:
    if exit_code(judged) == 0:
        return
    bad = [item for item in judged.verdicts if item.verdict.value in {"fail", "unproven"}]
    lines = [f"{item.verdict.value}: {item.policy} on {item.urn} {item.reason}".rstrip() for item in bad]
    lines += [f"{item.rule}[{item.key}]: {item.message}" for verdict in bad for item in verdict.findings]
    _refuse([*judged.problems, *lines])


def _preview(mode: Mode, console: Console, job: Job, present: Present, scratch: Path) -> tuple[Run, bytes | None]:
    """Let the CLI preview, and give what it did, and its update plan in mode plan.

    Some programs cannot be planned (pulumi/pulumi issue 11587). Where the CLI saves no plan, it previews once more
    without being asked for one: if that goes well, what is approved is enforced as in mode compare.
    """
    events, plan = scratch / "events.ndjson", scratch / PLAN
    if mode == "plan":
        code = console.preview(job.packs, scratch, events, "--save-plan", str(plan))
        if plan.is_file():
            return read_run(events, code, present.packs), plan.read_bytes()
    code = console.preview(job.packs, scratch, events)
    return read_run(events, code, present.packs), None


def _counts(judged: Preview) -> dict[str, int]:
    return dict(Counter(item.verdict.value for item in judged.verdicts))


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise RefusedError(tuple(reasons))
