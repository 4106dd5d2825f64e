# SPDX-License-Identifier: Apache-2.0
"""How one run of the real CLI becomes a `Pass`: what packs were shown, what they said, where resources stand."""

from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from stackproof import wire
from stackproof.engine.diagnostics import read_diagnostic
from stackproof.engine.pulumi import cli
from stackproof.engine.pulumi.events import missing_plugin
from stackproof.errors import UnrunnableError
from stackproof.model import (
    STACK_TYPE,
    Analysis,
    Change,
    Deletion,
    LogLine,
    Pass,
    ProgramEnd,
    Remediation,
    Resource,
    SourcePosition,
)
from stackproof.protocol import analyzer_pb2
from stackproof.structs import from_struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from stackproof.aws.serve import ProviderServer
    from stackproof.engine.pulumi.events import Events, RemediationEvent, Seen
    from stackproof.engine.pulumi.workspace import Workspace
    from stackproof.model import ChangeKind, Diagnostic, Enforcement, Job, PassName, PolicyPack, Program

__all__ = ["Outcome", "assemble"]

_RECORDER = "stackproof-recorder"
_KINDS: dict[str, ChangeKind] = {"create": "create", "update": "update", "same": "same", "import": "import"}
"""What the engine's words for its steps mean; every other one is a part of a replacement."""

_CONFIGURATION = re.compile(r"^(Missing required configuration variable|Configuration '[^']*' value)")
_POSITION = re.compile(r"^project://(?P<path>/[^#]*)#(?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left of one run when its folder and its processes are gone.

    ``shown`` and ``stack`` are the requests that packs were sent; ``positions`` the stack traces of the digest by URN;
    ``words`` what the CLI printed on standard error.
    """

    events: Events
    code: int | None
    words: str
    shown: tuple[analyzer_pb2.AnalyzeRequest, ...]
    stack: analyzer_pb2.AnalyzeStackRequest | None
    states: dict[str, dict[str, object]]
    assumed: tuple[str, ...]
    opaque: dict[str, str]

    @classmethod
    def of(cls, place: Workspace, events: Events, code: int | None, words: str, server: ProviderServer) -> Outcome:
        """Read the files of a run that has ended."""
        shown: dict[str, analyzer_pb2.AnalyzeRequest] = {}
        stack: analyzer_pb2.AnalyzeStackRequest | None = None
        for method, content in _record(place.record):
            if method == "Analyze":
                # A deployment shows each resource once more than the preview before it.
                request = analyzer_pb2.AnalyzeRequest.FromString(content)
                shown[request.urn] = request
            elif method == "AnalyzeStack":
                stack = analyzer_pb2.AnalyzeStackRequest.FromString(content)
        return cls(
            events,
            code,
            words,
            tuple(shown.values()),
            stack,
            _states(place.digest),
            tuple(server.assumed),
            server.opaque,
        )

    @property
    def missing(self) -> str | None:
        """The package whose plugin the CLI asked for, if that is what ended the run."""
        said = [line.message for line in self.events.errors]
        return next(filter(None, map(missing_plugin, [*said, self.words])), None)


def _record(path: Path) -> Iterator[tuple[str, bytes]]:
    if not path.is_file():
        return
    for line in path.read_bytes().splitlines():
        method, _, content = line.partition(b" ")
        yield method.decode(), base64.b64decode(content)


def _states(path: Path) -> dict[str, dict[str, object]]:
    """Read the new states of the digest by URN; a run that failed early printed none."""
    try:
        digest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    steps = digest.get("steps") or []
    return {step["urn"]: step["newState"] for step in steps if step.get("newState")}


def assemble(job: Job, name: PassName, packs: Sequence[PolicyPack], outcome: Outcome, started: float) -> Pass:
    """Make the pass of a run.

    Raises:
        UnrunnableError: the CLI did not come to run the program.

    """
    events = outcome.events
    if outcome.code not in {0, None} and not events.result:
        message = f"the Pulumi CLI could not run {job.program.root}: {cli.explain(outcome.words)}"
        raise UnrunnableError(message)
    end, lines = _end(job, outcome)
    return Pass(
        name=name,
        end=end,
        exit_code=outcome.code,
        output="\n".join(events.output),
        resources=tuple(_resources(job, outcome)),
        packs=tuple(packs),
        analyses=tuple(_analyses(packs, outcome)),
        log=tuple(dict.fromkeys([*events.log, *lines])),
        assumptions=(*job.program.assumptions, *outcome.assumed, *_references(job, events)),
        seconds=time.monotonic() - started,
        deletions=_deletions(events) if job.outside.state and end is ProgramEnd.COMPLETED else (),
    )


def _end(job: Job, outcome: Outcome) -> tuple[ProgramEnd, list[LogLine]]:
    """Say how the program ended; the CLI exits with 1 for a violation as well, and with 0 for one that left early."""
    events = outcome.events
    if outcome.code is None:
        words = f"the program did not end within {job.timeout:g} seconds and was stopped"
        return ProgramEnd.TIMED_OUT, [LogLine("error", words)]
    if events.completed and not events.errors:
        return ProgramEnd.COMPLETED, []
    if events.errors:
        badly = any(_CONFIGURATION.match(line.message) for line in events.errors)
        return (ProgramEnd.BAD_CONFIGURATION if badly else ProgramEnd.FAILED), []
    if events.crashes:
        words = "the CLI stops at the first error of a pack; what the program would register after it was not seen"
        return ProgramEnd.COMPLETED, [LogLine("warning", words)]
    if outcome.code and not any(event.enforcement != "advisory" for event in events.policies):
        words = f"the Pulumi CLI ended with exit code {outcome.code}: {cli.explain(outcome.words) or 'without a word'}"
        return ProgramEnd.FAILED, [LogLine("error", words)]
    return ProgramEnd.EXITED_EARLY, [LogLine("error", "the program ended its process before Pulumi was done with it")]


def _references(job: Job, events: Events) -> list[str]:
    """Give what was assumed of the stacks that the program refers to."""
    stacks = (job.outside.stack(name, job.program.project) for name in events.references)
    return [stack.note for stack in stacks if stack is not None]


def _deletions(events: Events) -> tuple[Deletion, ...]:
    return tuple(Deletion(urn, type_, urn.split("::", 3)[3]) for urn, type_ in events.deleted.items())


def _change(job: Job, urn: str, seen: Seen | None) -> Change | None:
    """Say what the engine would do to a resource; default providers are the engine's own."""
    default = "::pulumi:providers:" in urn and urn.rpartition("::")[2].startswith("default")
    if job.outside.state is None or seen is None or default:
        return None
    return Change(_KINDS.get(seen.op, "replace"), seen.changed)


def _resources(job: Job, outcome: Outcome) -> Iterator[Resource]:
    whole = {item.urn: item for item in outcome.stack.resources} if outcome.stack else {}
    for request in outcome.shown:
        seen = outcome.events.resources.get(request.urn)
        known = whole.get(request.urn)
        yield Resource(
            urn=request.urn,
            type=request.type,
            name=request.name,
            custom=seen.custom if seen else bool(request.provider.urn) or request.type.startswith("pulumi:providers:"),
            parent=_parent(request, seen),
            provider=request.provider.urn,
            inputs=from_struct(request.properties),
            outputs=from_struct(known.properties) if known else {},
            dependencies=tuple(sorted(known.dependencies)) if known else (),
            property_dependencies=(
                {key: tuple(sorted(value.urns)) for key, value in sorted(known.propertyDependencies.items())}
                if known
                else {}
            ),
            source=_position(job.program, outcome.states.get(request.urn, {})),
            opaque=outcome.opaque.get(request.urn, ""),
            change=_change(job, request.urn, seen),
        )


def _parent(request: analyzer_pb2.AnalyzeRequest, seen: Seen | None) -> str:
    return request.options.parent or (seen.parent if seen else "")


def _position(program: Program, state: dict[str, object]) -> SourcePosition | None:
    """Find the line of the user's own code: the first frame inside the project that is no installed package."""
    trace = state.get("stackTrace")
    frames = [state, *(trace if isinstance(trace, list) else [])]
    return next((found for frame in frames if (found := _own_position(program, frame))), None)


def _own_position(program: Program, frame: dict[str, object]) -> SourcePosition | None:
    match = _POSITION.match(str(frame.get("sourcePosition", "")))
    if match is None:
        return None
    path = (program.root / unquote(match["path"]).lstrip("/")).resolve()
    if not path.is_relative_to(program.root) or "site-packages" in path.parts:
        return None
    return SourcePosition(str(path.relative_to(program.shown_from)), int(match["line"]))


def _analyses(packs: Sequence[PolicyPack], outcome: Outcome) -> Iterator[Analysis]:
    """Give the packs' answers: none for a request that the engine does not report as answered."""
    for pack in packs:
        said = _said(pack, packs, outcome.events)
        for request in outcome.shown:
            yield from _answer(pack, packs, outcome, request, said.get((False, request.urn), []))
        yield from _stack_answer(pack, outcome, said.get((True, ""), []))


def _said(pack: PolicyPack, packs: Sequence[PolicyPack], events: Events) -> dict[tuple[bool, str], list[Diagnostic]]:
    """Sort what a pack said by what it is about: a resource's URN, or the whole stack."""
    known = {policy.name: policy for policy in pack.policies}
    said: dict[tuple[bool, str], list[Diagnostic]] = {}
    for event in events.policies:
        if not _is_of(event.pack, pack, packs):
            continue
        policy = known.get(event.policy)
        diagnostic = read_diagnostic(
            policy=event.policy,
            urn=event.urn,
            enforcement=cast("Enforcement", event.enforcement),
            severity=event.severity,
            description=policy.description if policy else "",
            message=event.message,
        )
        # What is said after the whole stack was shown is about it, whatever the policy was announced for.
        key = (True, "") if event.whole or (policy is not None and policy.stack_level) else (False, event.urn)
        said.setdefault(key, []).append(diagnostic)
    return said


def _is_of(name: str, pack: PolicyPack, packs: Sequence[PolicyPack]) -> bool:
    """Say whether an event is a pack's: its name there is the pack's own claim, so a strange one counts for all."""
    return name == pack.name or name not in {_RECORDER, *(one.name for one in packs)}


def _answer(
    pack: PolicyPack,
    packs: Sequence[PolicyPack],
    outcome: Outcome,
    request: analyzer_pb2.AnalyzeRequest,
    said: list[Diagnostic],
) -> Iterator[Analysis]:
    summary = outcome.events.summaries.get((pack.name, request.urn))
    error = outcome.events.crashes.get(request.urn, "") if summary is None else ""
    if summary is None and not error:
        return
    rewritten = [event for event in outcome.events.remediations if event.urn == request.urn]
    before = [path for event in rewritten for path in wire.tainted_paths(dict(event.before))]
    yield Analysis(
        pack=pack.name,
        urn=request.urn,
        stack_level=False,
        tainted=tuple(dict.fromkeys([*before, *wire.tainted_paths(dict(from_struct(request.properties)))])),
        diagnostics=tuple(said),
        not_applicable=_not_applicable(pack, summary, stack_level=False),
        error=error,
        remediations=tuple(
            Remediation(event.policy, _changed(event)) for event in rewritten if _is_of(event.pack, pack, packs)
        ),
    )


def _changed(event: RemediationEvent) -> tuple[str, ...]:
    keys = event.before.keys() | event.after.keys()
    return tuple(sorted(key for key in keys if event.before.get(key) != event.after.get(key)))


def _stack_answer(pack: PolicyPack, outcome: Outcome, said: list[Diagnostic]) -> Iterator[Analysis]:
    """Give the answer about the whole stack; where a pack's error ended the run before it, that is the answer."""
    resources = outcome.stack.resources if outcome.stack else ()
    tainted = [f"{item.urn}#{path}" for item in resources for path in wire.tainted_paths(from_struct(item.properties))]
    summary = outcome.events.summaries.get((pack.name, ""))
    error = next(iter(outcome.events.crashes.values()), "") if summary is None else ""
    if summary is None and not error:
        return
    yield Analysis(
        pack=pack.name,
        urn=next((item.urn for item in outcome.shown if item.type == STACK_TYPE), ""),
        stack_level=True,
        tainted=tuple(tainted),
        diagnostics=tuple(said),
        not_applicable=_not_applicable(pack, summary, stack_level=True),
        error=error,
    )


def _not_applicable(pack: PolicyPack, summary: frozenset[str] | None, *, stack_level: bool) -> dict[str, str]:
    """List the enabled policies that neither passed nor failed: events do not say why."""
    if summary is None:
        return {}
    return {
        policy.name: "not applicable"
        for policy in pack.policies
        if policy.stack_level is stack_level and policy.enforcement != "disabled" and policy.name not in summary
    }
