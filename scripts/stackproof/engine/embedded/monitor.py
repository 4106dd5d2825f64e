# SPDX-License-Identifier: Apache-2.0
"""The engine's side of the wire: Pulumi's ResourceMonitor and Engine services, answered for one pass.

Handlers run in several threads and never wait for another registration, so a program may register in any order.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import unquote, urlparse

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from stackproof import wire
from stackproof.aws import CheckError
from stackproof.engine.embedded.autonaming import autonamer_of
from stackproof.engine.embedded.registry import (
    Options,
    Registration,
    Registry,
    package_of,
)
from stackproof.engine.embedded.transforms import Transforms
from stackproof.model import STACK_TYPE, LogLine, SourcePosition
from stackproof.structs import flatten, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi.runtime.proto import callback_pb2, source_pb2

    from stackproof.aws import Checked, Provider
    from stackproof.model import Job, PassName
    from stackproof.wire import Properties, Value

__all__ = ["EngineService", "Journal", "Monitor"]

_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
)
_SEVERITIES = {engine_pb2.INFO: "info", engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}


class Journal:
    """What is told while a program runs: log lines, assumptions, each once and in order."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lines: dict[LogLine, None] = {}
        self._assumptions: dict[str, None] = {}
        self._lock = threading.Lock()

    def log(self, line: LogLine) -> None:
        """Keep a message."""
        with self._lock:
            self._lines.setdefault(line)

    def assume(self, notes: Iterable[str]) -> None:
        """Keep what was invented, in words."""
        with self._lock:
            for note in notes:
                self._assumptions.setdefault(note)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The messages so far."""
        return tuple(self._lines)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions so far."""
        return tuple(self._assumptions)


class EngineService(engine_pb2_grpc.EngineServicer):
    """The Engine service: a program's log."""

    def __init__(self, journal: Journal) -> None:
        """Log into a journal."""
        self._journal = journal

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002
        """Keep a message that is neither for debugging nor for a progress display."""
        severity = _SEVERITIES.get(request.severity)
        if severity and not request.ephemeral:
            self._journal.log(LogLine(severity, request.message.strip(), request.urn))  # type: ignore[arg-type]  # the three literals
        return empty_pb2.Empty()

    def RequirePulumiVersion(
        self,
        request: engine_pb2.RequirePulumiVersionRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> engine_pb2.RequirePulumiVersionResponse:
        """Accept any version range: no CLI takes part, and the report names the engine that did."""
        note = f"the program requires Pulumi {request.pulumi_version_range}; the embedded engine did not test that"
        self._journal.assume([note])
        return engine_pb2.RequirePulumiVersionResponse()


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The ResourceMonitor service for one pass of one program.

    ``analyze`` is called once for each registration, when its checked inputs are known.
    """

    def __init__(
        self,
        job: Job,
        pass_name: PassName,
        provider_for: Callable[[str], Provider],
        analyze: Callable[[Registration, Registration | None], None],
        journal: Journal,
    ) -> None:
        """Answer for the job's program; ``provider_for`` gives the offline provider of a package.

        Raises ``UsageError`` for a configuration of the engine itself that is not well formed.
        """
        self._program = program = job.program
        self._outside = job.outside
        self._resolved = pass_name == "resolved"  # noqa: S105 (not a password)
        self._provider_for = provider_for
        self._analyze = analyze
        self._journal = journal
        self._autonamer = autonamer_of(program)
        self._transforms = Transforms()
        self.registry = Registry(program.project, program.stack, program.config)
        self.completed = threading.Event()

    def GetDeploymentInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> resource_pb2.DeploymentInfo:  # noqa: ARG002
        """Tell the program what is deployed, and what this monitor supports."""
        return resource_pb2.DeploymentInfo(
            project=self._program.project,
            stack=self._program.stack,
            organization="organization",
            config=self._program.config,
            configSecretKeys=sorted(self._program.secret_keys),
            dryRun=True,
            parallel=16,
            supportedFeatures=_FEATURES,
        )

    def SupportsFeature(
        self,
        request: resource_pb2.SupportsFeatureRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> resource_pb2.SupportsFeatureResponse:
        """Answer the probe of SDKs that do not ask for the deployment's facts: all that they may ask for is there."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=bool(request.id))

    def RegisterResource(
        self,
        request: resource_pb2.RegisterResourceRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.RegisterResourceResponse:
        """Register a resource: transform, check, hand to the packs, preview its creation."""
        request = self._transforms.apply(request, context)
        registration = self._registration(request)
        if not self.registry.reserve(registration):
            _refuse(context, f"duplicate resource URN '{registration.urn}': give each resource of a type its own name")
        self._transforms.remember(registration.urn, request)
        provider = None
        if request.remote:
            registration.opaque = (
                f"{request.type} is a remote component: its package's plugin would create its children"
            )
        elif request.custom and request.type.startswith("pulumi:providers:"):
            registration.outputs = dict(registration.inputs)
            registration.id = _provider_id(registration.urn) if self._resolved else ""
        elif request.custom:
            provider = self._check(request, registration, context)
        else:
            registration.outputs = {} if request.type == STACK_TYPE else dict(registration.inputs)
        self._analyze(registration, provider)
        if provider is not None:
            self._create(registration, provider, request.importId)
        return self._response(registration)

    def _registration(self, request: resource_pb2.RegisterResourceRequest) -> Registration:
        sent = from_struct(request.object)
        return Registration(
            urn=self.registry.urn(request.type, request.name, request.parent),
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            inputs=self._flatten(sent),
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={
                key: tuple(sorted(value.urns)) for key, value in sorted(request.propertyDependencies.items())
            },
            source=self._position(request),
            options=_options(request),
        )

    def _flatten(self, properties: Properties) -> Properties:
        return {key: flatten(value, self.registry.is_component) for key, value in properties.items()}

    def _position(self, request: resource_pb2.RegisterResourceRequest) -> SourcePosition | None:
        """Find the line of the user's own code: the first frame inside the project that is no installed package."""
        frames = [request.sourcePosition, *(frame.pc for frame in request.stackTrace.frames)]
        return next((found for frame in frames if (found := self._own_position(frame))), None)

    def _own_position(self, position: source_pb2.SourcePosition) -> SourcePosition | None:
        path = Path(unquote(urlparse(position.uri).path))
        if not position.uri or not path.is_relative_to(self._program.root) or "site-packages" in path.parts:
            return None
        return SourcePosition(str(path.relative_to(self._program.shown_from)), position.line)

    def _provider_of(
        self,
        request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest,
        context: grpc.ServicerContext,
    ) -> Registration:
        return self._find_provider(request.provider, request.type, request.version, request.pluginDownloadURL, context)

    def _find_provider(
        self,
        reference: str,
        token: str,
        version: str,
        download_url: str,
        context: grpc.ServicerContext,
    ) -> Registration:
        try:
            found, made = self.registry.provider(reference, token, version, download_url)
        except LookupError as error:
            _refuse(context, str(error))
        if made:
            self._analyze(found, None)
        return found

    def _check(
        self,
        request: resource_pb2.RegisterResourceRequest,
        registration: Registration,
        context: grpc.ServicerContext,
    ) -> Registration:
        provider = self._provider_of(request, context)
        registration.provider = provider.urn
        checked = self._checked(registration, provider, context)
        registration.inputs = checked.inputs
        for failure in checked.failures:
            self._report(
                registration, f"{registration.type} resource '{registration.name}' has a problem: {failure.reason}"
            )
        if checked.failures:
            self._analyze(registration, provider)  # as the engine does, before it gives up
            _refuse(context, f"resource {registration.urn} is invalid")
        return provider

    def _checked(
        self,
        registration: Registration,
        provider: Registration,
        context: grpc.ServicerContext,
    ) -> Checked:
        proposal = self._autonamer.propose(registration.urn)
        if proposal is not None and not proposal.random:
            registration.options = replace(registration.options, delete_before_replace=True)
        try:
            return self._provider_for(package_of(registration.type)).check(
                registration.urn,
                registration.inputs,
                provider.inputs,
                proposal.naming if proposal else None,
            )
        except CheckError as error:
            self._report(registration, str(error))
            _refuse(context, str(error))

    def _report(self, registration: Registration, message: str) -> None:
        self._journal.log(LogLine("error", message, registration.urn))

    def _create(self, registration: Registration, provider: Registration, import_id: str) -> None:
        created = self._provider_for(package_of(registration.type)).create(
            registration.urn,
            registration.inputs,
            provider.inputs,
        )
        registration.id = import_id or created.id
        outputs = dict(created.outputs)
        for key in registration.options.additional_secret_outputs:
            if key in outputs:
                outputs[key] = wire.secret(outputs[key])
        registration.outputs = outputs

    def _response(self, registration: Registration) -> resource_pb2.RegisterResourceResponse:
        return resource_pb2.RegisterResourceResponse(
            urn=registration.urn,
            id=registration.id,
            object=to_struct(registration.outputs),
        )

    def RegisterResourceOutputs(
        self,
        request: resource_pb2.RegisterResourceOutputsRequest,
        context: grpc.ServicerContext,
    ) -> empty_pb2.Empty:
        """Take the outputs that a component (or the Stack) registers at its end."""
        found = self.registry.get(request.urn)
        if found is None:
            _refuse(context, f"outputs were registered for {request.urn}, which is no resource of this program")
        found.outputs = self._flatten(from_struct(request.outputs))
        return empty_pb2.Empty()

    def ReadResource(
        self,
        request: resource_pb2.ReadResourceRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.ReadResourceResponse:
        """Answer `.get()` and stack references; what is read is not part of the stack and is never analysed."""
        urn = self.registry.urn(request.type, request.name, request.parent)
        inputs = self._flatten(from_struct(request.properties))
        if request.type == "pulumi:pulumi:StackReference":
            outputs = self._stack_outputs(str(inputs.get("name", "")), context)
            return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=to_struct(outputs))
        provider = self._provider_of(request, context)
        read = self._provider_for(package_of(request.type)).read(urn, request.id, inputs, provider.inputs)
        self._journal.assume(
            read.assumed or [f"{request.type} {request.id!r} was read offline: its values are invented"]
        )
        return resource_pb2.ReadResourceResponse(urn=urn, id=read.id, properties=to_struct(read.outputs))

    def _stack_outputs(self, name: str, context: grpc.ServicerContext) -> Properties:
        """Give what a stack reference reads: the outputs that the user described, else unknown ones."""
        stack = self._outside.stack(name, self._program.project)
        if stack is None:
            how = f"give them with --stack-outputs {name}=FILE, or in [tool.stackproof.stack-references]"
            self._journal.assume([f"outputs of stack {name} are unknown: no stack can be read offline; {how}"])
            return {"name": name, "outputs": wire.UNKNOWN, "secretOutputNames": wire.UNKNOWN}
        if stack.failure:
            _refuse(context, f"outputs of stack {name} cannot be given: {stack.failure}")
        self._journal.assume([stack.note])
        secrets: list[Value] = [key for key, value in sorted(stack.outputs.items()) if wire.holds_secret(value)]
        return {"name": name, "outputs": stack.outputs, "secretOutputNames": secrets}

    def ExistsResource(
        self,
        request: resource_pb2.ExistsResourceRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> resource_pb2.ExistsResourceResponse:
        """Answer whether a resource exists already: nobody can tell offline."""
        self._journal.assume([f"whether {request.type} {request.id!r} exists is unknown offline"])
        return resource_pb2.ExistsResourceResponse(unknown=True)

    def Invoke(
        self,
        request: resource_pb2.ResourceInvokeRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.ResourceInvokeResponse:
        """Answer a provider function; unknown where an argument or a resource it must wait for is."""
        request = self._transforms.apply_invoke(request, context)
        args = self._flatten(from_struct(request.args))
        if wire.contains_unknown(dict(args)) or any(self.registry.is_pending(urn) for urn in request.dependsOn):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        provider = self._find_provider(
            request.provider, request.tok, request.version, request.pluginDownloadURL, context
        )
        answer = self._provider_for(package_of(request.tok)).invoke(request.tok, args, provider.inputs)
        self._journal.assume(answer.assumed)
        if answer.failures:
            reasons = "; ".join(f"{failure.property}: {failure.reason}" for failure in answer.failures)
            _refuse(context, f"{request.tok} cannot be answered: {reasons}")
        if answer.values is None:
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(answer.values))  # the field's name is a keyword
        return response

    def Call(self, request: resource_pb2.ResourceCallRequest, context: grpc.ServicerContext) -> NoReturn:
        """Refuse: methods of remote components run in their package's plugin."""
        _refuse(context, f"{request.tok} is a method of a remote component, which cannot be run offline")

    def RegisterPackage(
        self,
        request: resource_pb2.RegisterPackageRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> resource_pb2.RegisterPackageResponse:
        """Give a parameterised package a stable reference."""
        named = request.parameterization.name or request.name
        return resource_pb2.RegisterPackageResponse(ref=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request.name}/{named}")))

    def RegisterStackTransform(self, request: callback_pb2.Callback, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002
        """Remember a transform of all resources."""
        self._transforms.add_stack(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(
        self,
        request: callback_pb2.Callback,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> empty_pb2.Empty:
        """Remember a transform of all function calls."""
        self._transforms.add_invoke(request)
        return empty_pb2.Empty()

    def RegisterResourceHook(
        self,
        request: resource_pb2.RegisterResourceHookRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> empty_pb2.Empty:
        """Accept a hook; hooks run in a deployment, not here."""
        self._journal.assume([f"resource hook {request.name!r} was not run"])
        return empty_pb2.Empty()

    def RegisterErrorHook(
        self,
        request: resource_pb2.RegisterErrorHookRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> empty_pb2.Empty:
        """Accept an error hook; nothing that it is for happens here."""
        self._journal.assume([f"error hook {request.name!r} was not run"])
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002
        """Note that the program came to its end; a program that never says so exited early."""
        self.completed.set()
        return empty_pb2.Empty()


def _options(request: resource_pb2.RegisterResourceRequest) -> Options:
    timeouts = request.customTimeouts if request.HasField("customTimeouts") else None
    return Options(
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=tuple(alias.urn for alias in request.aliases if alias.urn),
        timeouts=tuple(_seconds(t) for t in (timeouts.create, timeouts.update, timeouts.delete)) if timeouts else None,  # type: ignore[arg-type]  # three of them
    )


def _seconds(duration: str) -> float:
    """Read a Go duration such as ``1h10m`` or ``90s``; 0.0 where there is none or it cannot be read."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    total, number = 0.0, ""
    for character in duration:
        if character in units and number:
            total += float(number) * units[character]
            number = ""
        elif character.isdigit() or character == ".":
            number += character
    return total


def _provider_id(urn: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, urn))


def _refuse(context: grpc.ServicerContext, reason: str) -> NoReturn:
    """End a request with an error that the SDK shows to the program. Always raises."""
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, reason)
    raise AssertionError(reason)
