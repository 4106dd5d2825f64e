# SPDX-License-Identifier: Apache-2.0
"""A policy pack as a running process, driven over Pulumi's analyzer protocol as the CLI drives it.

The pack is `python -u -m pulumi.policy`, unchanged. Requests are answered in the order in which they come, by a
thread of the pack's own, so that the program does not wait for its packs.
"""

from __future__ import annotations

import hashlib
import queue
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2

from stackproof import wire
from stackproof.engine.diagnostics import read_diagnostic
from stackproof.engine.embedded import channels
from stackproof.engine.embedded.environment import ORGANIZATION, stack_environment
from stackproof.engine.embedded.requests import analyze_request, stack_resource
from stackproof.engine.pack_config import PolicyConfig, reconcile
from stackproof.errors import UnrunnableError
from stackproof.model import STACK_TYPE, Analysis, Diagnostic, PolicyInfo, PolicyPack, Remediation
from stackproof.protocol import analyzer_pb2, analyzer_pb2_grpc
from stackproof.structs import for_analysis, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from google.protobuf.message import Message

    from stackproof.engine.embedded.registry import Registration
    from stackproof.engine.nursery import Nursery
    from stackproof.engine.process import Child
    from stackproof.model import Enforcement, Job, PackSource
    from stackproof.wire import Properties

__all__ = ["Remedied", "RunningPack"]

Answer = TypeVar("Answer")

_PORT = re.compile(r"[0-9]{1,5}")
_LEVELS: dict[int, Enforcement] = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.DISABLED: "disabled",
    analyzer_pb2.REMEDIATE: "remediate",
}
_LEVEL_NUMBERS = {level: number for number, level in _LEVELS.items()}
_SEVERITIES: dict[int, str] = {
    analyzer_pb2.POLICY_SEVERITY_LOW: "low",
    analyzer_pb2.POLICY_SEVERITY_MEDIUM: "medium",
    analyzer_pb2.POLICY_SEVERITY_HIGH: "high",
    analyzer_pb2.POLICY_SEVERITY_CRITICAL: "critical",
}
_REPORTS_UNKNOWNS = "reports-unknowns"
"""The policy tag by which a pack promises that a silent policy has read all it needs, also where unknowns are about."""


@dataclass(frozen=True, slots=True)
class _Announced:
    """A policy as GetAnalyzerInfo has it, in the form that `reconcile` takes."""

    name: str
    enforcement: Enforcement
    schema: Properties
    required: tuple[str, ...]
    initial: PolicyConfig | None


@dataclass(frozen=True, slots=True)
class Remedied:
    """What a pack's remediations did to a registration, or why they could not be asked for."""

    remediations: tuple[Remediation, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    """A registration that waits for its analysis."""

    message: analyzer_pb2.AnalyzeRequest
    tainted: tuple[str, ...]
    remedied: Remedied


class RunningPack:
    """One pack process. Use `start`; `remediate` and `submit` for each registration; `finish` once; `close` always.

    A pack that does not answer in time, or whose process ends, is given up: everything later is unanswered at once.
    """

    def __init__(self, source: PackSource, job: Job, nursery: Nursery) -> None:
        """Prepare to run ``source`` for a job; nothing is started yet."""
        self._source = source
        self._job = job
        self._nursery = nursery
        self._child: Child | None = None
        self._channel: grpc.Channel | None = None
        self._started = threading.Event()
        self._pack: PolicyPack | None = None
        self._gone = ""
        # The CLI handles one registration at a time, and a pack's code may rely on it.
        self._turn = threading.Lock()
        self._requests: queue.Queue[_Request | None] = queue.Queue()
        self._analyses: list[Analysis] = []
        self._worker = threading.Thread(target=self._work, daemon=True)

    def start(self) -> PolicyPack:
        """Start the process and ask what it has.

        Raises:
            UnrunnableError: the pack does not start, speaks before its port, or breaks the protocol.
            UsageError: the configuration does not fit the pack.

        """
        try:
            pack = self._start()
            self._pack = pack
        finally:
            self._started.set()
        self._worker.start()
        return pack

    def _start(self) -> PolicyPack:
        self._channel = channels.connect(f"127.0.0.1:{self._spawn()}")
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        try:
            self._configure_stack()
            info = self._stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=self._job.timeout)
        except grpc.RpcError as error:
            self._fail(f"did not answer ({self._why(error)})")
        config = reconcile(self._source, tuple(_announced(info, policy) for policy in info.policies))
        self._configure(config)
        self.config = config
        return PolicyPack(
            name=info.name,
            version=self._source.version or info.version,
            root=self._source.root,
            digest=_digest(self._source.root),
            policies=tuple(_policy(policy, config[policy.name]) for policy in info.policies),
            notes=tuple(_initial_notes(info)),
        )

    def _spawn(self) -> int:
        command = [str(self._source.interpreter), "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(self._source.root)]
        env = stack_environment(self._job.program)
        env.pop("PYTHONPATH", None)
        try:
            child = self._nursery.run_python(command, self._source.root, env)
        except OSError as error:
            self._fail(f"cannot be started with {self._source.interpreter}: {error.strerror}")
        self._child = child
        if not child.first_line_read.wait(timeout=self._job.timeout):
            self._fail(f"did not print its port within {self._job.timeout:g} seconds; does it construct a PolicyPack?")
        if not _PORT.fullmatch(child.first_line.strip()):
            self._fail(
                f"printed {child.first_line[:200]!r} before its port; a pack must log to standard error"
                if child.first_line
                else "ended before it was ready",
            )
        return int(child.first_line)

    def _fail(self, what: str) -> NoReturn:
        printed = ""
        if self._child is not None:
            self._child.wait(timeout=1)
            printed = self._child.output()
        tail = f"\nits own output:\n{printed}" if printed else ""
        message = f"policy pack {self._source.root} {what}{tail}"
        raise UnrunnableError(message)

    def _configure_stack(self) -> None:
        program = self._job.program
        request = analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=program.stack,
            project=program.project,
            organization=ORGANIZATION,
            dry_run=True,
            config=program.config,
            config_secret_keys=sorted(program.secret_keys),
        )
        try:
            self._stub.ConfigureStack(request, timeout=self._job.timeout)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNIMPLEMENTED:
                raise

    def _configure(self, config: dict[str, PolicyConfig]) -> None:
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, entry in config.items():
            request.policyConfig[name].enforcementLevel = _LEVEL_NUMBERS[entry.enforcement]  # type: ignore[assignment]  # the enum's numbers
            request.policyConfig[name].properties.CopyFrom(to_struct(entry.properties))
        try:
            self._stub.Configure(request, timeout=self._job.timeout)
        except grpc.RpcError as error:
            self._fail(f"refused its configuration: {self._why(error)}")

    def remediate(self, registration: Registration, provider: Registration | None) -> Remedied:
        """Let the pack's policies at level remediate rewrite a registration's inputs, before any pack judges them.

        So does the CLI's engine, pack after pack (``pkg/resource/deploy/step_generator.go``). The first registration
        waits for the pack to start. The Stack, which has no inputs, is not asked about.
        """
        if registration.type == STACK_TYPE:
            return Remedied()
        self._started.wait()
        if self._pack is None or not any(policy.enforcement == "remediate" for policy in self._pack.policies):
            return Remedied()
        request = analyze_request(registration, registration.inputs, provider)
        answer, error = self._ask(self._stub.Remediate, request)
        if answer is None:
            return Remedied(error=f"its remediation: {error}")
        return Remedied(tuple(_apply(item, registration) for item in answer.remediations))

    def submit(
        self,
        registration: Registration,
        provider: Registration | None,
        tainted: tuple[str, ...],
        remedied: Remedied,
    ) -> None:
        """Queue a registration for analysis, with its checked inputs as they are now; the pack may still start.

        ``tainted`` are the paths of the unknowns in the inputs before any pack's remediation.
        """
        properties = for_analysis(registration.inputs)
        request = analyze_request(registration, properties, provider)
        paths = dict.fromkeys([*tainted, *wire.tainted_paths(dict(properties))])
        self._requests.put(_Request(request, tuple(paths), remedied))

    def _work(self) -> None:
        while (item := self._requests.get()) is not None:
            error = item.remedied.error
            answer = None
            if not error:
                answer, error = self._ask(self._stub.Analyze, item.message)
            self._hear(item.message.urn, answer, error, item.tainted, item.remedied.remediations)

    def finish(self, registrations: Iterable[Registration], *, completed: bool) -> tuple[Analysis, ...]:
        """Wait for the queued requests, then show the pack the whole stack, if the program ran to its end."""
        self._requests.put(None)
        self._worker.join()
        if not completed:
            return tuple(self._analyses)
        request = analyzer_pb2.AnalyzeStackRequest()
        tainted: list[str] = []
        stack_urn = ""
        by_urn = {registration.urn: registration for registration in registrations}
        for registration in by_urn.values():
            properties = for_analysis(registration.outputs)
            tainted += [f"{registration.urn}#{path}" for path in wire.tainted_paths(dict(properties))]
            if registration.type == STACK_TYPE:
                stack_urn = registration.urn
            request.resources.append(stack_resource(registration, properties, by_urn.get(registration.provider)))
        answer, error = self._ask(self._stub.AnalyzeStack, request)
        self._hear(stack_urn, answer, error, tuple(tainted), None)
        return tuple(self._analyses)

    def _ask(
        self,
        call: Callable[..., Answer],
        request: Message,
    ) -> tuple[Answer | None, str]:
        """Give the pack's answer, or why there is none."""
        with self._turn:
            if self._gone:
                return None, self._gone
            try:
                return call(request, timeout=self._job.timeout), ""
            except grpc.RpcError as error:
                return None, self._why(error)

    def _why(self, error: grpc.RpcError) -> str:
        """Say why a call failed, in the words of the side that failed; give the pack up where it cannot answer more."""
        words = str(error.details() or error.code().name).removeprefix("Exception calling application: ")
        if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
            words = f"no answer within {self._job.timeout:g} seconds; raise --timeout, or see why the pack is slow"
            self._gone = f"not asked, since an earlier request got {words}"
        elif error.code() == grpc.StatusCode.UNAVAILABLE and self._child and (code := self._child.wait(1)) is not None:
            how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            words = self._gone = f"the pack's process {how} before the engine was done with it"
        return words

    def _hear(
        self,
        urn: str,
        answer: analyzer_pb2.AnalyzeResponse | None,
        error: str,
        tainted: tuple[str, ...],
        remediations: tuple[Remediation, ...] | None,
    ) -> None:
        """Keep an answer; without ``remediations`` it is one about the whole stack, which has none."""
        stack_level = remediations is None
        diagnostics = answer.diagnostics if answer else ()
        not_applicable = answer.not_applicable if answer else ()
        self._analyses.append(
            Analysis(
                pack=self._pack.name if self._pack else self._source.name,
                urn=urn,
                stack_level=stack_level,
                tainted=tainted,
                diagnostics=tuple(
                    self._diagnostic(item, (item.urn or urn) if stack_level else urn) for item in diagnostics
                ),
                not_applicable={item.policy_name: item.reason for item in not_applicable},
                error=error,
                remediations=remediations or (),
            ),
        )

    def _diagnostic(self, item: analyzer_pb2.AnalyzeDiagnostic, urn: str) -> Diagnostic:
        """Read a diagnostic; one without a severity has its policy's, as the CLI has it."""
        policies = self._pack.policies if self._pack else ()
        own = next((policy.severity for policy in policies if policy.name == item.policyName), "")
        return read_diagnostic(
            policy=item.policyName,
            urn=urn,
            enforcement=_level(item.enforcementLevel),
            severity=_SEVERITIES.get(item.severity, own),
            description=item.description,
            message=item.message,
        )

    def close(self) -> None:
        """End the process, whatever state it is in; requests that still wait are told so."""
        self._gone = self._gone or "not asked, since the run was given up"
        self._requests.put(None)
        if self._child is not None:
            self._nursery.stop(self._child)
        # A request under way has ended with the process.
        with self._turn:
            if self._channel is not None:
                self._channel.close()


def _announced(info: analyzer_pb2.AnalyzerInfo, policy: analyzer_pb2.PolicyInfo) -> _Announced:
    named = [info.initialConfig[name] for name in ("all", policy.name) if name in info.initialConfig]
    properties: Properties = {}
    for entry in named:
        properties |= from_struct(entry.properties)
    declared = _level(policy.enforcementLevel)
    initial = declared if not named or _levelless(named[-1]) else _level(named[-1].enforcementLevel)
    return _Announced(
        name=policy.name,
        enforcement=declared,
        schema=from_struct(policy.configSchema.properties),
        required=tuple(policy.configSchema.required),
        initial=PolicyConfig(initial, properties) if named else None,
    )


def _levelless(initial: analyzer_pb2.PolicyConfig) -> bool:
    """Say whether an initial value may name no level: the protocol carries one left out as advisory."""
    return initial.enforcementLevel == analyzer_pb2.ADVISORY


def _initial_notes(info: analyzer_pb2.AnalyzerInfo) -> Iterator[str]:
    """Name each policy that the pack's initial values would weaken by naming no level."""
    for policy in info.policies:
        named = [info.initialConfig[name] for name in ("all", policy.name) if name in info.initialConfig]
        declared = _level(policy.enforcementLevel)
        if named and _levelless(named[-1]) and declared in {"mandatory", "remediate"}:
            yield (
                f"policy {policy.name} of pack {info.name} is judged as {declared}, which it declares; Pulumi runs it"
                " as advisory, since the pack's initial_config gives it no other level: name one there"
            )


def _policy(policy: analyzer_pb2.PolicyInfo, config: PolicyConfig) -> PolicyInfo:
    return PolicyInfo(
        name=policy.name,
        enforcement=config.enforcement,
        declared=_level(policy.enforcementLevel),
        stack_level=policy.policy_type == analyzer_pb2.POLICY_TYPE_STACK,
        description=policy.description,
        display_name=policy.displayName,
        severity=_SEVERITIES.get(policy.severity, ""),
        remediation_steps=policy.remediation_steps,
        url=policy.url,
        reports_unknowns=_REPORTS_UNKNOWNS in policy.tags,
    )


def _level(number: int) -> Enforcement:
    """Read a level; one that the protocol does not have yet counts as the strictest."""
    return _LEVELS.get(number, "mandatory")


def _apply(item: analyzer_pb2.Remediation, registration: Registration) -> Remediation:
    """Take a remediation's properties for the registration's inputs; those of an earlier one are in them already."""
    if item.diagnostic or not item.HasField("properties"):
        return Remediation(item.policyName, (), item.diagnostic)
    before, after = registration.inputs, from_struct(item.properties)
    registration.inputs = after
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return Remediation(item.policyName, tuple(changed))


def _digest(root: Path) -> str:
    """Hash the files that a pack consists of: names and contents, sorted, without caches and environments."""
    digest = hashlib.sha256()
    skipped = {"__pycache__", "venv", ".venv", "node_modules", ".git"}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not skipped.intersection(parts):
            digest.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
