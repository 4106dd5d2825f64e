# SPDX-License-Identifier: Apache-2.0
"""Resource, stack and invoke transforms: callbacks into the running program that rewrite a request before it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof import wire
from stackproof.protocol import callback_pb2, resource_pb2
from stackproof.structs import from_struct, output_dependencies, to_struct

if TYPE_CHECKING:
    from google.protobuf import struct_pb2

    from stackproof.engine.embedded.callbacks import Callbacks
    from stackproof.wire import Properties, Value

__all__ = ["Transforms"]

_SAME_NAME = ("version", "provider")
_FLAGS = {"protect": "protect", "retain_on_delete": "retainOnDelete"}
_LISTS = {
    "depends_on": "dependencies",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "aliases": "aliases",
    "additional_secret_outputs": "additionalSecretOutputs",
    "replace_with": "replace_with",
    "hide_diff": "hideDiffs",
}
_MESSAGES = {
    "custom_timeouts": "customTimeouts",
    "hooks": "hooks",
    "replacement_trigger": "replacement_trigger",
}


class Transforms:
    """The transforms of one pass, in the order in which the engine applies them: own, ancestors', the stack's."""

    def __init__(self, callbacks: Callbacks) -> None:
        """Begin with none."""
        self._callbacks = callbacks
        self._stack: list[callback_pb2.Callback] = []
        self._invokes: list[callback_pb2.Callback] = []
        self._own: dict[str, tuple[list[callback_pb2.Callback], str]] = {}

    def add_stack(self, callback: callback_pb2.Callback) -> None:
        """Add a transform of all resources that are registered from now on."""
        self._stack.append(callback)

    def add_invoke(self, callback: callback_pb2.Callback) -> None:
        """Add a transform of all function calls from now on."""
        self._invokes.append(callback)

    def remember(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Keep a resource's transforms for its children."""
        self._own[urn] = (list(request.transforms), request.parent)

    def apply(self, request: resource_pb2.RegisterResourceRequest) -> Properties:
        """Rewrite the request as the program's transforms leave it, its dependencies included; give its properties.

        A transform is shown what each property depends on only by the resource that declares it, and then what it
        gives back is all that counts: the Python SDK gives back plain values, so a property loses its dependencies,
        while the resource keeps its own (source_eval.go of Pulumi's engine, Apache-2.0).

        Raises:
            CallbackError: a transform failed, in its words.

        """
        own = len(request.transforms) > 0
        if own:
            request.object.CopyFrom(_with_dependencies(request))
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
            answer.ParseFromString(self._callbacks.call(callback, sent))
            _take_over(request, answer)
        if own:
            request.propertyDependencies.clear()
        properties = from_struct(request.object)
        for key, value in properties.items():
            found = output_dependencies(value)
            known = request.propertyDependencies[key].urns
            known.extend(found.difference(known))
            if own:
                request.dependencies.extend(found.difference(request.dependencies))
        return properties

    def _chain(self, request: resource_pb2.RegisterResourceRequest) -> list[callback_pb2.Callback]:
        chain = list(request.transforms)
        parent = request.parent
        while parent in self._own:
            own, parent = self._own[parent]
            chain.extend(own)
        return chain + self._stack

    def apply_invoke(self, request: resource_pb2.ResourceInvokeRequest) -> None:
        """Rewrite a function call as the program's invoke transforms leave it.

        Raises:
            CallbackError: a transform failed, in its words.

        """
        for callback in self._invokes:
            options = resource_pb2.TransformInvokeOptions(
                provider=request.provider,
                version=request.version,
                plugin_download_url=request.pluginDownloadURL,
            )
            sent = resource_pb2.TransformInvokeRequest(token=request.tok, args=request.args, options=options)
            answer = resource_pb2.TransformInvokeResponse()
            answer.ParseFromString(self._callbacks.call(callback, sent))
            if answer.HasField("args"):
                request.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                request.provider = answer.options.provider
                request.version = answer.options.version
                request.pluginDownloadURL = answer.options.plugin_download_url


def _with_dependencies(request: resource_pb2.RegisterResourceRequest) -> struct_pb2.Struct:
    """Give the properties as output values that carry what they depend on, where they depend on anything."""
    upgraded = from_struct(request.object)
    for key, dependencies in request.propertyDependencies.items():
        if key in upgraded and not output_dependencies(upgraded[key]).issuperset(dependencies.urns):
            upgraded[key] = _as_output(upgraded[key], sorted(dependencies.urns))
    return to_struct(upgraded)


def _as_output(value: Value, dependencies: list[str]) -> Value:
    output: dict[str, Value] = {wire.SIGNATURE: wire.OUTPUT_SIGNATURE, "dependencies": list(dependencies)}
    if wire.is_secret(value):
        output["secret"] = True
        value = wire.reveal(value)
    if not wire.is_unknown(value):
        output["value"] = value
    return output


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
    for theirs, ours in _FLAGS.items():
        if request.HasField(ours):  # type: ignore[arg-type]  # a field's name, from the table
            setattr(options, theirs, getattr(request, ours))
    for theirs, ours in _MESSAGES.items():
        if request.HasField(ours):  # type: ignore[arg-type]  # a field's name, from the table
            getattr(options, theirs).CopyFrom(getattr(request, ours))
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _take_over(request: resource_pb2.RegisterResourceRequest, answer: resource_pb2.TransformResponse) -> None:
    if answer.HasField("properties"):
        request.object.CopyFrom(answer.properties)
    if not answer.HasField("options"):
        return
    options = answer.options
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
    for theirs, ours in _FLAGS.items():
        request.ClearField(ours)  # type: ignore[arg-type]  # a field's name, from the table
        if options.HasField(theirs):  # type: ignore[arg-type]  # a field's name, from the table
            setattr(request, ours, getattr(options, theirs))
    for theirs, ours in _MESSAGES.items():
        request.ClearField(ours)  # type: ignore[arg-type]  # a field's name, from the table
        if options.HasField(theirs):  # type: ignore[arg-type]  # a field's name, from the table
            getattr(request, ours).CopyFrom(getattr(options, theirs))
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace
