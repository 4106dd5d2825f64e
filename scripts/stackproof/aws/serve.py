# SPDX-License-Identifier: Apache-2.0
"""The offline provider over gRPC, so that the real Pulumi CLI can attach it in place of every plugin.

One server answers for all packages: ``PULUMI_DEBUG_PROVIDERS`` names it once for each. The protocol's Check, Create
and Invoke do not say which provider resource asks, but each has a connection of its own, and Configure comes first
on it; so the settings are kept by connection.
"""

from __future__ import annotations

import threading
from concurrent import futures
from typing import TYPE_CHECKING, Literal, NoReturn, cast

import grpc
from google.protobuf import empty_pb2

from stackproof.aws.naming import Autonaming, CheckError
from stackproof.aws.prior import with_prior_defaults
from stackproof.aws.provider import Failure
from stackproof.protocol import (
    alias_pb2,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)
from stackproof.structs import from_struct, to_struct
from stackproof.wire import Properties, Value, contains_unknown, reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stackproof.aws.provider import Provider

__all__ = ["ProviderServer"]

_MESSAGE_LIMIT = 400 * 1024 * 1024
_THREADS = 32


class ProviderServer(provider_pb2_grpc.ResourceProviderServicer):
    """The ResourceProvider service for every package, on a port of its own.

    ``assumed`` collects in words what was invented, ``opaque`` the remote components that nobody could expand, by URN.
    """

    def __init__(self, provider_for: Callable[[str], Provider]) -> None:
        """Answer with the provider that ``provider_for`` gives for a package's name; nothing is served yet."""
        self._provider_for = provider_for
        self._settings: dict[str, Properties] = {}
        self._lock = threading.Lock()
        self.assumed: dict[str, None] = {}
        self.opaque: dict[str, str] = {}
        limits = (("grpc.max_receive_message_length", _MESSAGE_LIMIT), ("grpc.max_send_message_length", _MESSAGE_LIMIT))
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=_THREADS), options=limits)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self, self._server)

    def start(self) -> int:
        """Begin to serve on 127.0.0.1 and give the port."""
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return port

    def stop(self) -> None:
        """End the service and its connections."""
        self._server.stop(grace=None).wait()

    def Handshake(
        self,
        request: provider_pb2.ProviderHandshakeRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Accept secrets; let the engine reduce references and output values, as packs see them."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True,
            accept_resources=False,
            accept_outputs=False,
            supports_autonaming_configuration=True,
        )

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Accept the engine; nothing is asked of it."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Claim a version that is newer than any SDK's: the engine warns of an older one."""
        return plugin_pb2.PluginInfo(version="999.0.0")

    def Parameterize(
        self,
        request: provider_pb2.ParameterizeRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ParameterizeResponse:
        """Accept any parameterisation: a package of which nothing is known stays one."""
        value = request.value
        return provider_pb2.ParameterizeResponse(name=value.name, version=value.version)

    def CheckConfig(
        self,
        request: provider_pb2.CheckRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.CheckResponse:
        """Accept a provider's configuration as it is."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self,
        request: provider_pb2.DiffRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.DiffResponse:
        """Compare two configurations of a provider."""
        return _difference(request)

    def Configure(
        self,
        request: provider_pb2.ConfigureRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ConfigureResponse:
        """Keep the configuration for what this connection will ask."""
        with self._lock:
            self._settings[context.peer()] = from_struct(request.args)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            supports_autonaming_configuration=True,
        )

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Fill in and judge a resource's inputs."""
        provider = self._provider_for(_package_of(_type_of(request.urn)))
        settings = self._settings_of(context)
        inputs, prior = from_struct(request.news), from_struct(request.olds)
        if prior:
            inputs = with_prior_defaults(_type_of(request.urn), inputs, prior, settings)
        try:
            checked = provider.check(request.urn, inputs, settings, _autonaming(request))
        except CheckError as error:
            _refuse(context, str(error))
        failures = [
            provider_pb2.CheckFailure(property=failure.property, reason=failure.reason) for failure in checked.failures
        ]
        return provider_pb2.CheckResponse(inputs=to_struct(checked.inputs), failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare the inputs of two deployments."""
        return _difference(request)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Give a new resource's id and outputs; in a deployment nothing is left unknown."""
        provider = self._provider_for(_package_of(_type_of(request.urn)))
        created = provider.create(request.urn, from_struct(request.properties), self._settings_of(context))
        self._assume(created.assumed)
        if request.preview:
            return provider_pb2.CreateResponse(id=created.id, properties=to_struct(created.outputs))
        return provider_pb2.CreateResponse(
            id=created.id or request.urn.rpartition("::")[2],
            properties=to_struct(_known(created.outputs)),
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Put the new inputs over what was computed before."""
        outputs = {**from_struct(request.olds), **from_struct(request.news)}
        return provider_pb2.UpdateResponse(properties=to_struct(outputs if request.preview else _known(outputs)))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete nothing: nothing was made."""
        return empty_pb2.Empty()

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Give the outputs of a resource that exists already."""
        token = _type_of(request.urn)
        properties = from_struct(request.properties)
        read = self._provider_for(_package_of(token)).read(
            request.urn, request.id, properties, self._settings_of(context)
        )
        self._assume(read.assumed)
        return provider_pb2.ReadResponse(id=read.id, properties=to_struct(read.outputs), inputs=request.inputs)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer a function."""
        provider = self._provider_for(_package_of(request.tok))
        answer = provider.invoke(request.tok, from_struct(request.args), self._settings_of(context))
        self._assume(answer.assumed)
        failures = answer.failures
        if answer.values is None and not failures:
            # The protocol has no word for a result that is unknown.
            failures = (Failure("", _unanswered(request.tok)),)
        response = provider_pb2.InvokeResponse(
            failures=[provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in failures]
        )
        getattr(response, "return").CopyFrom(to_struct(answer.values or {}))  # the field's name is a keyword
        return response

    def Construct(
        self,
        request: provider_pb2.ConstructRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ConstructResponse:
        """Register a remote component without its children, which only its package's plugin knows; note that."""
        if not request.dryRun:
            _refuse(context, f"{request.type} is a remote component, which cannot be deployed offline")
        with grpc.insecure_channel(request.monitorEndpoint, options=(("grpc.enable_http_proxy", 0),)) as channel:
            monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
            registered = monitor.RegisterResource(_component(request))
            monitor.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn=registered.urn))
        with self._lock:
            self.opaque[registered.urn] = (
                f"{request.type} is a remote component: its package's plugin would create its children"
            )
        return provider_pb2.ConstructResponse(urn=registered.urn)

    def Call(self, request: provider_pb2.CallRequest, context: grpc.ServicerContext) -> NoReturn:
        """Refuse: methods of remote components run in their package's plugin."""
        _refuse(context, f"{request.tok} is a method of a remote component, which cannot be run offline")

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End nothing: no answer takes long."""
        return empty_pb2.Empty()

    def _settings_of(self, context: grpc.ServicerContext) -> Properties:
        with self._lock:
            return self._settings.get(context.peer(), {})

    def _assume(self, notes: Iterable[str]) -> None:
        with self._lock:
            self.assumed.update(dict.fromkeys(notes))


def _unanswered(token: str) -> str:
    return f"{token} cannot be answered offline; give its result in [[tool.stackproof.functions]]"


def _autonaming(request: provider_pb2.CheckRequest) -> Autonaming | None:
    """Read what the engine proposes for a name; the protocol's enum has the modes' names."""
    if not request.HasField("autonaming"):
        return None
    modes = provider_pb2.CheckRequest.AutonamingOptions.Mode
    mode = cast("Literal['propose', 'enforce', 'disable']", modes.Name(request.autonaming.mode).lower())
    return Autonaming(request.autonaming.proposed_name, mode)


def _component(request: provider_pb2.ConstructRequest) -> resource_pb2.RegisterResourceRequest:
    made = resource_pb2.RegisterResourceRequest(
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=False,
        object=request.inputs,
        dependencies=request.dependencies,
        protect=request.protect,
        aliases=[alias_pb2.Alias(urn=urn) for urn in request.aliases],
        acceptSecrets=True,
        acceptResources=True,
    )
    for name, links in request.inputDependencies.items():
        made.propertyDependencies[name].urns.extend(links.urns)
    return made


def _difference(request: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:
    """Say which top-level inputs changed; what must be replaced for it, nobody can tell without the real provider."""
    before, after = from_struct(request.old_inputs), from_struct(request.news)
    ignored = {path.partition(".")[0].partition("[")[0] for path in request.ignoreChanges}
    changed = sorted(
        name
        for name in {*before, *after} - ignored
        if not name.startswith("__") and before.get(name) != after.get(name)
    )
    response = provider_pb2.DiffResponse
    return response(changes=response.DIFF_SOME if changed else response.DIFF_NONE, diffs=changed)


def _known(value: Properties) -> Properties:
    """Leave out what is unknown: what was deployed has no unknowns."""
    return {name: _known_value(item) for name, item in value.items() if not _is_hole(item)}


def _known_value(value: Value) -> Value:
    if isinstance(value, dict):
        return _known(value)
    if isinstance(value, list):
        return [_known_value(item) for item in value if not _is_hole(item)]
    return value


def _is_hole(value: Value) -> bool:
    plain = reveal(value)
    return isinstance(plain, str) and contains_unknown(plain)


def _type_of(urn: str) -> str:
    return urn.split("::", 3)[2].rpartition("$")[2]


def _package_of(token: str) -> str:
    return token.removeprefix("pulumi:providers:").split(":", 1)[0]


def _refuse(context: grpc.ServicerContext, reason: str) -> NoReturn:
    """End a request with an error that the engine shows. Always raises."""
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, reason)
    raise AssertionError(reason)
