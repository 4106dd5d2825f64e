# SPDX-License-Identifier: Apache-2.0
"""Resource, stack and invoke transforms: callbacks into the running program that rewrite a request before it counts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from stackproof.engine.embedded import channels

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["Transforms"]

_SAME_NAME = ("version", "provider", "protect")
_LISTS = {
    "depends_on": "dependencies",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "aliases": "aliases",
    "additional_secret_outputs": "additionalSecretOutputs",
    "replace_with": "replace_with",
}


class Transforms:
    """The transforms of one pass, in the order in which the engine applies them: own, ancestors', the stack's."""

    def __init__(self) -> None:
        """Begin with none."""
        self._stack: list[callback_pb2.Callback] = []
        self._invokes: list[callback_pb2.Callback] = []
        self._own: dict[str, tuple[list[callback_pb2.Callback], str]] = {}
        self._channels: dict[str, grpc.Channel] = {}
        self._lock = threading.Lock()

    def add_stack(self, callback: callback_pb2.Callback) -> None:
        """Add a transform of all resources that are registered from now on."""
        self._stack.append(callback)

    def add_invoke(self, callback: callback_pb2.Callback) -> None:
        """Add a transform of all function calls from now on."""
        self._invokes.append(callback)

    def remember(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Keep a resource's transforms for its children."""
        self._own[urn] = (list(request.transforms), request.parent)

    def apply(
        self,
        request: resource_pb2.RegisterResourceRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.RegisterResourceRequest:
        """Give the request as the program's transforms leave it; a transform that fails ends the request."""
        for callback in self._chain(request):
            sent = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=request.object,
                options=_options(request),
            )
            answer = resource_pb2.TransformResponse()
            answer.ParseFromString(self._call(callback, sent, context))
            _take_over(request, answer)
        return request

    def _chain(self, request: resource_pb2.RegisterResourceRequest) -> list[callback_pb2.Callback]:
        chain = list(request.transforms)
        parent = request.parent
        while parent in self._own:
            own, parent = self._own[parent]
            chain.extend(own)
        return chain + self._stack

    def apply_invoke(
        self,
        request: resource_pb2.ResourceInvokeRequest,
        context: grpc.ServicerContext,
    ) -> resource_pb2.ResourceInvokeRequest:
        """Give a function call as the program's invoke transforms leave it."""
        for callback in self._invokes:
            options = resource_pb2.TransformInvokeOptions(
                provider=request.provider,
                version=request.version,
                plugin_download_url=request.pluginDownloadURL,
            )
            sent = resource_pb2.TransformInvokeRequest(token=request.tok, args=request.args, options=options)
            answer = resource_pb2.TransformInvokeResponse()
            answer.ParseFromString(self._call(callback, sent, context))
            request.args.CopyFrom(answer.args)
            request.provider = answer.options.provider
            request.version = answer.options.version
            request.pluginDownloadURL = answer.options.plugin_download_url
        return request

    def _call(self, callback: callback_pb2.Callback, message: Message, context: grpc.ServicerContext) -> bytes:
        with self._lock:
            if callback.target not in self._channels:
                self._channels[callback.target] = channels.connect(callback.target)
            channel = self._channels[callback.target]
        invoke = callback_pb2.CallbackInvokeRequest(token=callback.token, request=message.SerializeToString())
        try:
            response = callback_pb2_grpc.CallbacksStub(channel).Invoke(invoke)
        except grpc.RpcError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"a transform of the program failed: {error.details()}")
        return bytes(response.response)


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        providers=request.providers,
    )
    setattr(options, "import", request.importId)
    for name in _SAME_NAME:
        setattr(options, name, getattr(request, name))
    for theirs, ours in _LISTS.items():
        getattr(options, theirs).extend(getattr(request, ours))
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    return options


def _take_over(request: resource_pb2.RegisterResourceRequest, answer: resource_pb2.TransformResponse) -> None:
    options = answer.options
    request.object.CopyFrom(answer.properties)
    request.pluginDownloadURL = options.plugin_download_url
    request.deletedWith = options.deleted_with
    request.importId = getattr(options, "import")
    request.providers.clear()
    request.providers.update(options.providers)
    for name in _SAME_NAME:
        setattr(request, name, getattr(options, name))
    for theirs, ours in _LISTS.items():
        target = getattr(request, ours)
        del target[:]
        target.extend(getattr(options, theirs))
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace
