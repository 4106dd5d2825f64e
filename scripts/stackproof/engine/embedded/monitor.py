# SPDX-License-Identifier: Apache-2.0
"""The engine's side of the wire: Pulumi's ResourceMonitor service, answered for one pass.

Handlers run in several threads and never wait for another registration, so a program may register in any order.
"""

from __future__ import annotations

import functools
import threading
import uuid
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

import grpc
from google.protobuf import empty_pb2

from stackproof import wire
from stackproof.engine.embedded.callbacks import CallbackError
from stackproof.engine.embedded.environment import ORGANIZATION
from stackproof.engine.embedded.hooks import HookError
from stackproof.engine.embedded.registrar import RefusalError, Registrar
from stackproof.engine.embedded.registry import package_of
from stackproof.protocol import resource_pb2, resource_pb2_grpc
from stackproof.structs import from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.aws import Provider
    from stackproof.engine.embedded.journal import Journal
    from stackproof.engine.embedded.registry import Registration
    from stackproof.model import Job, PassName
    from stackproof.protocol import callback_pb2
    from stackproof.wire import Properties, Value

__all__ = ["Monitor"]

Request = TypeVar("Request")
Response = TypeVar("Response")
Rest = ParamSpec("Rest")

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


def _refusing(
    handler: Callable[[Monitor, Request], Response],
) -> Callable[[Monitor, Request, grpc.ServicerContext], Response]:
    """End a request that is refused with an error, which the SDK shows to the program."""

    @functools.wraps(handler)
    def answer(self: Monitor, request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return handler(self, request)
        except (RefusalError, HookError) as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))  # as Go's servers code an error without one
            raise AssertionError(refusal) from refusal

    return answer


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

        Raises:
            UsageError: the engine's own configuration in the stack's is not well formed.

        """
        self._program = job.program
        self._outside = job.outside
        self._provider_for = provider_for
        self._journal = journal
        self.registrar = Registrar(job, pass_name, provider_for, analyze, journal)
        self.completed = threading.Event()

    def GetDeploymentInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> resource_pb2.DeploymentInfo:
        """Tell the program what is deployed, and what this monitor supports."""
        return resource_pb2.DeploymentInfo(
            project=self._program.project,
            stack=self._program.stack,
            organization=ORGANIZATION,
            config=self._program.config,
            configSecretKeys=sorted(self._program.secret_keys),
            dryRun=True,
            parallel=16,
            supportedFeatures=_FEATURES,
        )

    def SupportsFeature(
        self,
        request: resource_pb2.SupportsFeatureRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.SupportsFeatureResponse:
        """Answer the probe of SDKs that do not ask for the deployment's facts: all that they may ask for is there."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=bool(request.id))

    @_refusing
    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Register a resource."""
        made = self.registrar.register(request)
        return resource_pb2.RegisterResourceResponse(urn=made.urn, id=made.id, object=to_struct(made.outputs))

    @_refusing
    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        """Take the outputs that a component (or the Stack) registers at its end."""
        self.registrar.complete(request.urn, request.outputs)
        return empty_pb2.Empty()

    @_refusing
    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        """Answer `.get()` and stack references."""
        urn = self.registrar.registry.urn(request.type, request.name, request.parent)
        inputs = self.registrar.flatten(from_struct(request.properties))
        if request.type == "pulumi:pulumi:StackReference":
            self.registrar.provider(request.provider, request.type, request.version, request.pluginDownloadURL)
            outputs = self._stack_outputs(str(inputs.get("name", "")))
            return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=to_struct(outputs))
        read = self.registrar.read(request, inputs)
        return resource_pb2.ReadResourceResponse(urn=urn, id=read.id, properties=to_struct(read.outputs))

    def _stack_outputs(self, name: str) -> Properties:
        """Give what a stack reference reads: the outputs that the user described, else unknown ones."""
        stack = self._outside.stack(name, self._program.project)
        if stack is None:
            how = f"give them with --stack-outputs {name}=FILE, or in [tool.stackproof.stack-references]"
            self._journal.assume([f"outputs of stack {name} are unknown: no stack can be read offline; {how}"])
            return {"name": name, "outputs": wire.UNKNOWN, "secretOutputNames": wire.UNKNOWN}
        if stack.failure:
            message = f"outputs of stack {name} cannot be given: {stack.failure}"
            raise RefusalError(message)
        self._journal.assume([stack.note])
        secrets: list[Value] = [key for key, value in sorted(stack.outputs.items()) if wire.holds_secret(value)]
        return {"name": name, "outputs": stack.outputs, "secretOutputNames": secrets}

    def ExistsResource(
        self,
        request: resource_pb2.ExistsResourceRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.ExistsResourceResponse:
        """Answer whether a resource exists already: nobody can tell offline."""
        self._journal.assume([f"whether {request.type} {request.id!r} exists is unknown offline"])
        return resource_pb2.ExistsResourceResponse(unknown=True)

    @_refusing
    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        """Answer a provider function; unknown where an argument or a resource it must wait for is."""
        try:
            self.registrar.transforms.apply_invoke(request)
        except CallbackError as error:
            message = f"a transform of the program failed: {error}"
            raise RefusalError(message) from error
        args = self.registrar.flatten(from_struct(request.args))
        provider = self.registrar.provider(request.provider, request.tok, request.version, request.pluginDownloadURL)
        if request.tok == "pulumi:pulumi:getResource":
            return self._hydrated(str(args.get("urn", "")))
        pending = any(self.registrar.registry.is_pending(urn) for urn in request.dependsOn)
        if pending or wire.contains_unknown(dict(args)):
            return _answer(None)
        answer = self._provider_for(package_of(request.tok)).invoke(request.tok, args, provider.inputs)
        self._journal.assume(answer.assumed)
        if self.registrar.is_unconfigured(provider):
            # Pulumi answers with nothing at all, which programs rarely survive.
            self._journal.assume([f"{request.tok} was answered though provider {provider.name!r} is not known yet"])
        if answer.failures:
            reasons = "; ".join(f"{failure.property}: {failure.reason}" for failure in answer.failures)
            message = f"{request.tok} cannot be answered: {reasons}"
            raise RefusalError(message)
        return _answer(answer.values)

    def _hydrated(self, urn: str) -> resource_pb2.ResourceInvokeResponse:
        """Answer the engine's own function, by which the SDK makes an object of a resource that is given by its URN."""
        found = self.registrar.registry.hydrate(urn)
        if found is None:
            message = f"invocation of pulumi:pulumi:getResource returned an error: unknown resource {urn}"
            raise RefusalError(message)
        return _answer({"urn": urn, "id": found.id, "provider": found.provider, "state": found.outputs})

    @_refusing
    def Call(self, request: resource_pb2.ResourceCallRequest) -> NoReturn:
        """Refuse: methods of remote components run in their package's plugin."""
        message = f"{request.tok} is a method of a remote component, which cannot be run offline"
        raise RefusalError(message)

    def RegisterPackage(
        self,
        request: resource_pb2.RegisterPackageRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.RegisterPackageResponse:
        """Give a parameterised package a stable reference."""
        named = request.parameterization.name or request.name
        return resource_pb2.RegisterPackageResponse(ref=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request.name}/{named}")))

    def RegisterStackTransform(self, request: callback_pb2.Callback, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Remember a transform of all resources."""
        self.registrar.transforms.add_stack(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(
        self,
        request: callback_pb2.Callback,
        context: grpc.ServicerContext,
    ) -> empty_pb2.Empty:
        """Remember a transform of all function calls."""
        self.registrar.transforms.add_invoke(request)
        return empty_pb2.Empty()

    @_refusing
    def RegisterResourceHook(self, request: resource_pb2.RegisterResourceHookRequest) -> empty_pb2.Empty:
        """Keep a hook; the report names one that is for deployments alone."""
        if not request.on_dry_run:
            self._journal.assume([f"resource hook {request.name!r} was not run: it is not for previews"])
        self.registrar.hooks.register(request.name, request)
        return empty_pb2.Empty()

    @_refusing
    def RegisterErrorHook(self, request: resource_pb2.RegisterErrorHookRequest) -> empty_pb2.Empty:
        """Keep an error hook's name; nothing that it is for happens here."""
        self._journal.assume([f"error hook {request.name!r} was not run"])
        self.registrar.hooks.register(request.name, None)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Note that the program came to its end; a program that never says so exited early."""
        self.completed.set()
        return empty_pb2.Empty()


def _answer(values: Properties | None) -> resource_pb2.ResourceInvokeResponse:
    response = resource_pb2.ResourceInvokeResponse(unknown=values is None)
    if values is not None:
        getattr(response, "return").CopyFrom(to_struct(values))  # the field's name is a keyword
    return response
