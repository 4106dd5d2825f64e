# SPDX-License-Identifier: Apache-2.0
"""A policy pack as a running process, driven over Pulumi's analyzer protocol as the CLI drives it.

The pack is `python -u -m pulumi.policy`, unchanged. Requests are answered in the order in which they come, by a
thread of the pack's own, so that the program does not wait for its packs.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from stackproof import wire
from stackproof.engine.pack_config import PolicyConfig, reconcile
from stackproof.errors import UnrunnableError
from stackproof.model import STACK_TYPE, Analysis, Diagnostic, PolicyInfo, PolicyPack
from stackproof.structs import for_analysis, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stackproof.engine.embedded.registry import Registration
    from stackproof.engine.process import Child, Nursery
    from stackproof.model import Enforcement, Job, PackSource
    from stackproof.wire import Properties

__all__ = ["RunningPack"]

_MESSAGE_LIMIT = 400 * 1024 * 1024
_CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
    ("grpc.max_send_message_length", _MESSAGE_LIMIT),
    # A proxy from the environment would be asked for 127.0.0.1 as well.
    ("grpc.enable_http_proxy", 0),
)
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
_COULD_NOT_RUN = "can't run policy '"
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


class RunningPack:
    """One pack process. Use `start`, then `submit` for each registration, `finish` once, and `close` always."""

    def __init__(self, source: PackSource, job: Job, nursery: Nursery) -> None:
        """Prepare to run ``source`` for a job; nothing is started yet."""
        self._source = source
        self._job = job
        self._nursery = nursery
        self._child: Child | None = None
        self._requests: queue.Queue[tuple[analyzer_pb2.AnalyzeRequest, tuple[str, ...]] | None] = queue.Queue()
        self._analyses: list[Analysis] = []
        self._worker = threading.Thread(target=self._work, daemon=True)

    def start(self) -> PolicyPack:
        """Start the process and ask what it has.

        Raises:
            UnrunnableError: the pack does not start, speaks before its port, has no policies, or breaks the protocol.
            UsageError: the configuration does not fit the pack.

        """
        port = self._spawn()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_CHANNEL_OPTIONS)
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        try:
            self._configure_stack()
            info = self._stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=self._job.timeout)
        except grpc.RpcError as error:
            self._fail(f"did not answer ({_words(error)})")
        if not info.policies:
            self._fail("has no policies: a gate without rules proves nothing")
        announced = tuple(_announced(info, policy) for policy in info.policies)
        config = reconcile(self._source, announced)
        self._configure(config)
        self.config = config
        if all(entry.enforcement == "disabled" for entry in config.values()):
            self._fail("has every policy disabled by its configuration: a gate without rules proves nothing")
        self._pack = PolicyPack(
            name=info.name,
            version=self._source.version or info.version,
            root=self._source.root,
            digest=_digest(self._source.root),
            policies=tuple(_policy(policy, config[policy.name]) for policy in info.policies),
        )
        self._worker.start()
        return self._pack

    def _spawn(self) -> int:
        program = self._job.program
        command = [str(self._source.interpreter), "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(self._source.root)]
        env = os.environ | {
            "PULUMI_ORGANIZATION": "organization",
            "PULUMI_PROJECT": program.project,
            "PULUMI_STACK": program.stack,
            "PULUMI_DRY_RUN": "true",
            "PULUMI_CONFIG": json.dumps(program.config),
        }
        env.pop("PYTHONPATH", None)
        try:
            child = self._nursery.start(command, self._source.root, env)
        except OSError as error:
            self._fail(f"cannot be started with {self._source.interpreter}: {error.strerror}")
        self._child = child
        if not child.first_line_read.wait(timeout=min(60.0, self._job.timeout)):
            self._fail("did not print its port in time; does it construct a PolicyPack?")
        if not child.first_line.strip().isdigit():
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
            organization="organization",
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
            self._fail(f"refused its configuration: {_words(error)}")

    def submit(self, registration: Registration, provider: Registration | None) -> None:
        """Queue a registration for analysis, with its checked inputs as they are now; the pack may still start."""
        properties = for_analysis(registration.inputs)
        request = analyzer_pb2.AnalyzeRequest(
            type=registration.type,
            properties=to_struct(properties),
            urn=registration.urn,
            name=registration.name,
            options=_options(registration),
            provider=_provider(provider),
        )
        self._requests.put((request, tuple(wire.unknown_paths(dict(properties)))))

    def _work(self) -> None:
        while (item := self._requests.get()) is not None:
            request, tainted = item
            answer: analyzer_pb2.AnalyzeResponse | None = None
            error = ""
            try:
                answer = self._stub.Analyze(request, timeout=self._job.timeout)
            except grpc.RpcError as raised:
                error = _words(raised)
            self._analyses.append(self._analysis(request.urn, answer, error, tainted, stack_level=False))

    def finish(self, registrations: Iterable[Registration]) -> tuple[Analysis, ...]:
        """Wait for the queued requests, then show the pack the whole stack."""
        self._requests.put(None)
        self._worker.join()
        request = analyzer_pb2.AnalyzeStackRequest()
        tainted: list[str] = []
        stack_urn = ""
        by_urn = {registration.urn: registration for registration in registrations}
        for registration in by_urn.values():
            properties = for_analysis(registration.outputs)
            tainted += [f"{registration.urn}#{path}" for path in wire.unknown_paths(dict(properties))]
            if registration.type == STACK_TYPE:
                stack_urn = registration.urn
            request.resources.append(_analyzer_resource(registration, properties, by_urn.get(registration.provider)))
        answer: analyzer_pb2.AnalyzeResponse | None = None
        error = ""
        try:
            answer = self._stub.AnalyzeStack(request, timeout=self._job.timeout)
        except grpc.RpcError as raised:
            error = _words(raised)
        self._analyses.append(self._analysis(stack_urn, answer, error, tuple(tainted), stack_level=True))
        return tuple(self._analyses)

    def _analysis(
        self,
        urn: str,
        answer: analyzer_pb2.AnalyzeResponse | None,
        error: str,
        tainted: tuple[str, ...],
        *,
        stack_level: bool,
    ) -> Analysis:
        diagnostics = answer.diagnostics if answer else ()
        not_applicable = answer.not_applicable if answer else ()
        return Analysis(
            pack=self._pack.name,
            urn=urn,
            stack_level=stack_level,
            tainted=tainted,
            diagnostics=tuple(_diagnostic(item, urn, stack_level=stack_level) for item in diagnostics),
            not_applicable={item.policy_name: item.reason for item in not_applicable},
            error=error,
        )

    def close(self) -> None:
        """End the process, whatever state it is in."""
        self._requests.put(None)
        if self._child is not None:
            self._nursery.stop(self._child)


def _announced(info: analyzer_pb2.AnalyzerInfo, policy: analyzer_pb2.PolicyInfo) -> _Announced:
    initial = info.initialConfig.get(policy.name) or info.initialConfig.get("all")
    return _Announced(
        name=policy.name,
        enforcement=_LEVELS[policy.enforcementLevel],
        schema=from_struct(policy.configSchema.properties),
        required=tuple(policy.configSchema.required),
        initial=PolicyConfig(_LEVELS[initial.enforcementLevel], from_struct(initial.properties)) if initial else None,
    )


def _policy(policy: analyzer_pb2.PolicyInfo, config: PolicyConfig) -> PolicyInfo:
    return PolicyInfo(
        name=policy.name,
        enforcement=config.enforcement,
        stack_level=policy.policy_type == analyzer_pb2.POLICY_TYPE_STACK,
        description=policy.description,
        display_name=policy.displayName,
        severity=_SEVERITIES.get(policy.severity, ""),
        remediation_steps=policy.remediation_steps,
        url=policy.url,
        reports_unknowns=_REPORTS_UNKNOWNS in policy.tags,
    )


def _diagnostic(item: analyzer_pb2.AnalyzeDiagnostic, urn: str, *, stack_level: bool) -> Diagnostic:
    return Diagnostic(
        policy=item.policyName,
        urn=(item.urn or urn) if stack_level else urn,
        enforcement=_LEVELS[item.enforcementLevel],
        severity=_SEVERITIES.get(item.severity, ""),
        description=item.description,
        message=item.message.removeprefix(item.description).strip(),
        could_not_run=item.message.startswith(_COULD_NOT_RUN),
    )


def _options(registration: Registration) -> analyzer_pb2.AnalyzerResourceOptions:
    options = registration.options
    sent = analyzer_pb2.AnalyzerResourceOptions(
        protect=options.protect,
        ignoreChanges=options.ignore_changes,
        deleteBeforeReplace=bool(options.delete_before_replace),
        deleteBeforeReplaceDefined=options.delete_before_replace is not None,
        additionalSecretOutputs=options.additional_secret_outputs,
        aliases=options.aliases,
        parent=registration.parent,
    )
    sent.customTimeouts.SetInParent()
    if options.timeouts:
        create, update, delete = options.timeouts
        sent.customTimeouts.create = create
        sent.customTimeouts.update = update
        sent.customTimeouts.delete = delete
    return sent


def _provider(provider: Registration | None) -> analyzer_pb2.AnalyzerProviderResource | None:
    if provider is None:
        return None
    return analyzer_pb2.AnalyzerProviderResource(
        type=provider.type,
        properties=to_struct(for_analysis(provider.inputs)),
        urn=provider.urn,
        name=provider.name,
    )


def _analyzer_resource(
    registration: Registration,
    properties: Properties,
    provider: Registration | None,
) -> analyzer_pb2.AnalyzerResource:
    sent = analyzer_pb2.AnalyzerResource(
        type=registration.type,
        properties=to_struct(properties),
        urn=registration.urn,
        name=registration.name,
        options=_options(registration),
        provider=_provider(provider),
        parent=registration.parent,
        dependencies=registration.dependencies,
    )
    for key, urns in registration.property_dependencies.items():
        sent.propertyDependencies[key].urns.extend(urns)
    return sent


def _words(error: grpc.RpcError) -> str:
    """Say what went wrong in a call, in the words of the side that failed."""
    if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
        return "no answer in time; raise --timeout, or see why the pack is slow"
    return str(error.details() or error.code().name).removeprefix("Exception calling application: ")


def _digest(root: Path) -> str:
    """Hash the files that a pack consists of: names and contents, sorted, without caches and environments."""
    digest = hashlib.sha256()
    skipped = {"__pycache__", "venv", ".venv", "node_modules", ".git"}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not skipped.intersection(parts):
            digest.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
