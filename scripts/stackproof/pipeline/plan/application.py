# SPDX-License-Identifier: Apache-2.0
"""How an approved plan is applied: verify, keep the state, update, and record what happened, also where it failed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from stackproof.engine.pulumi.workspace import temporary_folder
from stackproof.errors import UnrunnableError
from stackproof.pipeline.plan import clock
from stackproof.pipeline.plan.canonical import canonical, digest_of_bytes
from stackproof.pipeline.plan.creation import ENVELOPE, PLAN
from stackproof.pipeline.plan.envelope import read_envelope, write_private
from stackproof.pipeline.plan.executables import strays
from stackproof.pipeline.plan.operations import operations_digest
from stackproof.pipeline.plan.present import Present, collect
from stackproof.pipeline.plan.refusal import RefusedError
from stackproof.pipeline.plan.run import Run, read_run
from stackproof.pipeline.plan.verification import Approved, Mismatch, mismatches

if TYPE_CHECKING:
    from pathlib import Path

    from stackproof.model import Job
    from stackproof.pipeline.plan.console import Console
    from stackproof.pipeline.plan.envelope import Envelope
    from stackproof.pipeline.plan.request import Request

__all__ = ["AFTER", "BEFORE", "RECORD", "Applied", "Verified", "apply", "verify"]

BEFORE, AFTER, RECORD = "state-before.json", "state-after.json", "record.json"


@dataclass(frozen=True, slots=True)
class Applied:
    """The record of an update: under which approval, by whom, what was done, and what went wrong (empty: nothing).

    ``started`` and ``ended`` are seconds since 1970, ``state_before`` and ``state_after`` hashes of exported states.
    """

    schema: str
    envelope: str
    mode: str
    commit: str
    stack: str
    run: str
    started: int
    ended: int
    state_before: str
    state_after: str
    approved_operations: str
    operations: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """An envelope that holds, what was found there, and the very bytes of the plan (None: mode compare)."""

    envelope: Envelope
    present: Present
    plan: bytes | None


def verify(request: Request, folder: Path, digest: str, console: Console, job: Job) -> Verified:
    """Verify the envelope of a folder against an approved digest and against all there is now.

    Raises:
        RefusedError: something differs; it names everything that does.
        UsageError: a file is missing or malformed.
        UnrunnableError: the CLI or a pack fails.

    """
    sealed = read_envelope(folder / ENVELOPE)
    file = folder / PLAN
    plan = file.read_bytes() if file.is_file() else None
    present = collect(job, request.locks, console)
    approved = Approved(sealed, digest, plan)
    pins = strays(present.executables, request.checksums())
    pinned = (Mismatch(f"checksums.{name}", words) for name, words in pins)
    if found := (*mismatches(approved, present, request.limits(), clock.now()), *pinned):
        raise RefusedError(tuple(map(str, found)))
    return Verified(sealed.envelope, present, plan)


def apply(verified: Verified, folder: Path, run: str, console: Console, job: Job) -> Applied:
    """Apply what was verified, and write the record and the state before and after into a folder.

    Raises:
        RefusedError: in mode compare, a second preview would do something else; nothing was updated.
        UnrunnableError: the CLI cannot be started.

    """
    envelope, present = verified.envelope, verified.present
    write_private(folder / BEFORE, present.export)
    with temporary_folder() as scratch:
        events = scratch / "events.ndjson"
        if envelope.mode == "compare":
            code = console.preview(job.packs, scratch, events)
            _refuse_other(envelope, read_run(events, code, present.packs))
        started = clock.now()
        plan = scratch / PLAN if verified.plan is not None else None
        if plan and verified.plan is not None:
            write_private(plan, verified.plan)
        code = console.update(job.packs, scratch, events, plan)
        done = _done(envelope, events, code, present)
    after = _keep(folder / AFTER, console)
    record = Applied(
        schema="stackproof.record/1",
        envelope=envelope.digest,
        mode=envelope.mode,
        commit=envelope.commit,
        stack=envelope.stack,
        run=run,
        started=started,
        ended=clock.now(),
        state_before=digest_of_bytes(present.export),
        state_after=after,
        approved_operations=operations_digest(envelope.operations),
        operations=operations_digest(done.operations),
        problems=done.problems,
    )
    write_private(folder / RECORD, canonical(asdict(record)) + b"\n")
    return record


def _refuse_other(envelope: Envelope, again: Run) -> None:
    """Refuse a second preview that failed, or whose operations are not those that were approved."""
    approved, found = set(envelope.operations), set(again.operations)
    missing = [f"operations: approved and gone: {item.op} of {item.urn}" for item in sorted(approved - found)]
    added = [f"operations: never approved: {item.op} of {item.urn}" for item in sorted(found - approved)]
    if reasons := (*again.problems, *missing, *added):
        raise RefusedError(reasons)


def _done(envelope: Envelope, events: Path, code: int, present: Present) -> Run:
    """Tell what an update did; whatever became of it, there is an answer."""
    try:
        done = read_run(events, code, present.packs)
    except UnrunnableError as error:
        return Run((), (f"the CLI ended with exit code {code}", str(error)))
    approved = {(item.urn, item.op) for item in envelope.operations}
    strange = [item for item in done.operations if (item.urn, item.op) not in approved]
    return Run(done.operations, (*done.problems, *(f"never approved: {item.op} of {item.urn}" for item in strange)))


def _keep(path: Path, console: Console) -> str:
    """Keep the state after an update, and give its hash; empty where the backend does not give it."""
    try:
        export = console.export()
    except UnrunnableError:
        return ""
    write_private(path, export)
    return digest_of_bytes(export)
