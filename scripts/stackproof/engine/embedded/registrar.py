# SPDX-License-Identifier: Apache-2.0
"""How a registration becomes a resource: transforms, provider, check, packs, hooks, and a preview of its creation.

The order is that of Pulumi's engine (``pkg/resource/deploy/source_eval.go`` and ``step_generator.go``, Apache-2.0).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlparse

from google.protobuf import struct_pb2

from stackproof import wire
from stackproof.aws import CheckError
from stackproof.engine.embedded.autonaming import autonamer_of
from stackproof.engine.embedded.callbacks import CallbackError, Callbacks
from stackproof.engine.embedded.changes import Alias, Changes, Goal, inputs_to_check, updated
from stackproof.engine.embedded.hooks import HookError, Hooks
from stackproof.engine.embedded.registry import (
    PROVIDER_PREFIX,
    DisabledProviderError,
    Options,
    Registration,
    Registry,
    package_of,
)
from stackproof.engine.embedded.transforms import Transforms
from stackproof.model import STACK_TYPE, LogLine, SourcePosition
from stackproof.structs import flatten, from_struct, missing_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stackproof.aws import Created, Provider
    from stackproof.engine.embedded.journal import Journal
    from stackproof.model import Deletion, Job, PassName
    from stackproof.protocol import alias_pb2, resource_pb2, source_pb2
    from stackproof.state import StateResource
    from stackproof.wire import Properties

__all__ = ["RefusalError", "Registrar"]

_COLONS = 2
"""How many colons a type token has; a provider's package stands before the first."""

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(rf"(\d+\.?\d*|\.\d+)({'|'.join(_UNITS)})")
_DURATION = re.compile(rf"[+-]?(?:0|(?:{_PART.pattern})+)")


class RefusalError(Exception):
    """A request that the engine answers with an error, in the words that the program is told."""


class Registrar:
    """Registers the resources of one pass. Methods are safe to call from several threads.

    ``analyze`` is called once for each registration, when its checked inputs are known. ``transforms`` and ``hooks``
    are where the program registers its own.
    """

    def __init__(
        self,
        job: Job,
        pass_name: PassName,
        provider_for: Callable[[str], Provider],
        analyze: Callable[[Registration, Registration | None], None],
        journal: Journal,
    ) -> None:
        """Register for the job's program; ``provider_for`` gives the offline provider of a package.

        Raises:
            UsageError: the engine's own configuration in the stack's is not well formed.

        """
        self._program = program = job.program
        state = job.outside.state
        self._changes = Changes(state, program.project, program.stack) if state else None
        self._resolved = pass_name == "resolved"  # noqa: S105 (not a password)
        self._provider_for = provider_for
        self._analyze = analyze
        self._journal = journal
        callbacks = Callbacks()
        self.transforms = Transforms(callbacks)
        self.hooks = Hooks(callbacks, journal.log)
        self._autonamer = autonamer_of(program)
        self.registry = Registry(program)
        self._own_files: dict[str, str] = {}

    def register(self, request: resource_pb2.RegisterResourceRequest) -> Registration:
        """Register a resource and preview what becomes of it.

        Raises:
            RefusalError: it cannot be registered.

        """
        self._inherit(request)
        try:
            sent = self.transforms.apply(request)
        except CallbackError as error:
            message = f"a transform of the program failed: {error}"
            raise RefusalError(message) from error
        provider = self._provider_of(request)
        registration = self._registration(request, sent)
        self._reserve(registration)
        self.transforms.remember(registration.urn, request)
        goal = _goal(request, registration)
        old = self._changes.find(registration, goal) if self._changes else None
        self._complete_inputs(request, registration, provider, old)
        self._analyze(registration, provider)
        self._decide(registration, provider, goal, old)
        self._run_hooks(request.hooks.before_create, "before", registration)
        self._preview(registration, provider, goal, old)
        if request.custom:
            self._run_hooks(registration.after_create, "after", registration)
        return registration

    def complete(self, urn: str, outputs: struct_pb2.Struct) -> None:
        """Take the outputs that a component (or the Stack) registers at its end.

        Raises:
            RefusalError: there is no such resource, it has registered outputs already, or a hook failed.

        """
        found = self.registry.get(urn)
        if found is None:
            message = f"outputs were registered for {urn}, which is no resource of this program"
            raise RefusalError(message)
        if found.complete and found.type != STACK_TYPE:
            raise self._halt(f"cannot complete a resource '{urn}' whose registration isn't pending", urn)
        found.complete = True
        found.outputs = self.flatten(from_struct(outputs))
        if not found.custom:
            self._run_hooks(found.after_create, "after", found)

    def read(self, request: resource_pb2.ReadResourceRequest, inputs: Properties) -> Created:
        """Read an existing resource; what is read is not part of the stack and is never analysed.

        Raises:
            RefusalError: its URN is taken, or it has no provider.

        """
        urn = self.registry.urn(request.type, request.name, request.parent)
        provider = self.provider(request.provider, request.type, request.version, request.pluginDownloadURL)
        if self._changes:
            self._changes.relinquish(urn, request.id)
        read = self._provider_for(package_of(request.type)).read(urn, request.id, inputs, provider.inputs)
        self._journal.assume(
            read.assumed or [f"{request.type} {request.id!r} was read offline: its values are invented"]
        )
        seen = Registration(urn, request.type, request.name, custom=True, parent=request.parent, inputs=inputs)
        seen.id, seen.outputs = read.id, read.outputs
        if not self.registry.remember_read(seen):
            raise self._duplicate(urn)
        return read

    def provider(self, reference: str, token: str, version: str, download_url: str, urn: str = "") -> Registration:
        """Find the provider of a resource (of that ``urn``) or function; a default one is registered on first use.

        Raises:
            RefusalError: it was never registered, or default providers are disabled.

        """
        try:
            found, made = self.registry.provider(reference, token, version, download_url)
        except DisabledProviderError as error:
            words = f"Default provider for '{error}' disabled. '{urn or token}' must use an explicit provider."
            raise (self._halt(words, urn) if urn else RefusalError(words)) from error
        except LookupError as error:
            raise RefusalError(str(error)) from error
        if made:
            self._name(found)
            self._analyze(found, None)
        return found

    def flatten(self, properties: Properties) -> Properties:
        """Turn references and output values inside properties into what packs and providers see."""
        return {key: flatten(value, self.registry.is_component) for key, value in properties.items()}

    def is_unconfigured(self, provider: Registration) -> bool:
        """Say whether a provider can be asked nothing: in a preview, its configuration is not known yet."""
        return not self._resolved and wire.contains_unknown(dict(provider.inputs))

    @property
    def is_whole(self) -> bool:
        """Whether the Stack's outputs are registered: a program that ends by ``sys.exit(0)`` says no more than that."""
        return any(item.complete for item in self.registry.all() if item.type == STACK_TYPE)

    def deletions(self) -> tuple[Deletion, ...]:
        """List what an update would delete, once the program has come to its end."""
        if not self._changes:
            return ()
        return self._changes.deletions(one.urn for one in self.registry.all() if one.opaque)

    def _inherit(self, request: resource_pb2.RegisterResourceRequest) -> None:
        """Take over from the parent what a request leaves open, as the engine does before any transform runs."""
        if request.custom and request.type.count(":") != _COLONS:
            message = f"Type '{request.type}' is not a valid type token (must have format '*:*:*')"
            raise RefusalError(message)
        parent = self.registry.get(request.parent)
        if parent is not None and parent.options.protect and not request.HasField("protect"):
            request.protect = True
        if (request.custom or request.remote) and not request.provider:
            package = package_of(request.type)
            request.provider = request.providers.get(package, "") or self.registry.inherited_provider(
                request.parent, package
            )

    def _registration(self, request: resource_pb2.RegisterResourceRequest, sent: Properties) -> Registration:
        parent = self.registry.get(request.parent)
        handed_down = parent.providers if parent is not None and not request.custom else {}
        return Registration(
            urn=self.registry.urn(request.type, request.name, request.parent),
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            inputs=self.flatten(sent),
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={
                key: tuple(sorted(value.urns)) for key, value in sorted(request.propertyDependencies.items())
            },
            source=self._position(request),
            options=_options(request),
            providers={} if request.custom else {**handed_down, **request.providers},
            after_create=tuple(request.hooks.after_create),
        )

    def _reserve(self, registration: Registration) -> None:
        if not self.registry.reserve(registration):
            raise self._duplicate(registration.urn)
        self._journal.assume(
            f"{registration.type} {registration.name!r} takes {path!r}, which does not exist:"
            " a real preview would stop there"
            for path in missing_files(dict(registration.inputs), self._program.main.parent)
        )

    def _duplicate(self, urn: str) -> RefusalError:
        return self._halt(f"Duplicate resource URN '{urn}'; try giving it a unique name", urn)

    def _halt(self, words: str, urn: str) -> RefusalError:
        """Log an error at which the engine itself ends a deployment, and make the refusal of the request."""
        self._journal.halt([LogLine("error", words, urn)])
        return RefusalError(words)

    def _provider_of(self, request: resource_pb2.RegisterResourceRequest) -> Registration | None:
        """Find the provider that a request is for; that of a remote component would only create what is inside."""
        if request.type.startswith(PROVIDER_PREFIX) or not (request.custom or request.remote):
            return None
        urn = self.registry.urn(request.type, request.name, request.parent)
        found = self.provider(request.provider, request.type, request.version, request.pluginDownloadURL, urn)
        return found if request.custom else None

    def _complete_inputs(
        self,
        request: resource_pb2.RegisterResourceRequest,
        registration: Registration,
        provider: Registration | None,
        old: StateResource | None,
    ) -> None:
        """Complete the inputs as the resource's provider does, where there is one."""
        if request.remote:
            registration.opaque = (
                f"{request.type} is a remote component: its package's plugin would create its children"
            )
        elif registration.type.startswith(PROVIDER_PREFIX):
            self._name(registration)
            if request.version:
                registration.inputs["version"] = request.version
        elif provider is not None:
            registration.provider = provider.urn
            registration.inputs = inputs_to_check(registration, old, provider.inputs)
            self._check(registration, provider)

    def _name(self, registration: Registration) -> None:
        """Note what follows from a name without randomness: it must be free before it is taken again."""
        proposal = self._autonamer.propose(registration.urn)
        if proposal is not None and not proposal.random:
            registration.options = replace(registration.options, delete_before_replace=True)

    def _check(self, registration: Registration, provider: Registration) -> None:
        """Let the provider fill in and judge the inputs."""
        self._name(registration)
        proposal = self._autonamer.propose(registration.urn)
        try:
            checked = self._provider_for(package_of(registration.type)).check(
                registration.urn,
                registration.inputs,
                provider.inputs,
                proposal.naming if proposal else None,
            )
        except CheckError as error:
            raise self._halt(str(error), registration.urn) from error
        registration.inputs = checked.inputs
        if checked.failures:
            about = f"{registration.type} resource '{registration.name}' has a problem: "
            self._journal.halt(LogLine("error", about + one.reason, registration.urn) for one in checked.failures)
            self._analyze(registration, provider)  # as the engine does, before it gives up
            message = f"resource {registration.urn} is invalid"
            raise RefusalError(message)

    def _decide(
        self,
        registration: Registration,
        provider: Registration | None,
        goal: Goal,
        old: StateResource | None,
    ) -> None:
        """Say what an update would do; what is made anew keeps no default of what it replaces, such as its name."""
        if not self._changes:
            return
        registration.change = self._changes.decide(registration, goal, old)
        if provider is not None and old and registration.change.kind == "replace":
            registration.inputs = goal.given
            self._check(registration, provider)

    def _run_hooks(self, names: Iterable[str], when: Literal["before", "after"], registration: Registration) -> None:
        """Run hooks; one that fails ends the registration, and with it the program."""
        try:
            self.hooks.run(names, when, registration)
        except HookError as error:
            raise self._halt(
                f"Preview failed: {error}" if when == "before" else str(error), registration.urn
            ) from error

    def _preview(
        self,
        registration: Registration,
        provider: Registration | None,
        goal: Goal,
        old: StateResource | None,
    ) -> None:
        """Give a resource its id and outputs. A component has no outputs until it registers some."""
        if provider is None:
            if registration.type.startswith(PROVIDER_PREFIX):
                registration.outputs = dict(registration.inputs)
                registration.id = old.id if old else _provider_id(registration.urn) if self._resolved else ""
            return
        made = self._made(registration, provider, goal)
        change = registration.change
        if old and change and change.kind in {"same", "update"}:
            made = updated(old, registration.inputs, change, made)
        registration.id = made.id
        registration.outputs = dict(made.outputs)
        self._journal.assume(made.assumed)
        if self.is_unconfigured(provider):
            registration.id = ""
            registration.outputs = {}
        self._mark_secrets(registration)

    def _made(self, registration: Registration, provider: Registration, goal: Goal) -> Created:
        """Preview a creation, or an import."""
        offline = self._provider_for(package_of(registration.type))
        if not goal.import_id:
            return offline.create(registration.urn, registration.inputs, provider.inputs)
        note = f"{registration.type} {goal.import_id!r} was imported offline: its values are invented"
        self._journal.assume([f"{note}, and were not compared with the program's"])
        return offline.read(registration.urn, goal.import_id, registration.inputs, provider.inputs)

    def _mark_secrets(self, registration: Registration) -> None:
        """Mark the outputs that the program calls secret."""
        secrets = set(registration.options.additional_secret_outputs)
        if "id" in secrets:
            self._journal.log(
                LogLine(
                    "warning",
                    "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details.",
                    registration.urn,
                )
            )
        for key in secrets & registration.outputs.keys() - {"id"}:
            registration.outputs[key] = wire.secret(registration.outputs[key])

    def _position(self, request: resource_pb2.RegisterResourceRequest) -> SourcePosition | None:
        """Find the line of the user's own code: the first frame inside the project that is no installed package."""
        frames = [request.sourcePosition, *(frame.pc for frame in request.stackTrace.frames)]
        return next((found for frame in frames if (found := self._own_position(frame))), None)

    def _own_position(self, position: source_pb2.SourcePosition) -> SourcePosition | None:
        # All frames of all resources come from a few files, and a path is dear: a sixth of a registration's cost.
        if position.uri not in self._own_files:
            self._own_files[position.uri] = self._own_file(position.uri)
        file = self._own_files[position.uri]
        return SourcePosition(file, position.line) if file else None

    def _own_file(self, uri: str) -> str:
        """Give the path that is shown for a file of the user's own; "" for any other."""
        path = Path(unquote(urlparse(uri).path))
        if not uri or not path.is_relative_to(self._program.root) or "site-packages" in path.parts:
            return ""
        return str(path.relative_to(self._program.shown_from))


def _options(request: resource_pb2.RegisterResourceRequest) -> Options:
    sent = request.customTimeouts
    timeouts = (sent.create, sent.update, sent.delete, sent.read)
    wrong = next((text for text in timeouts if text and not _DURATION.fullmatch(text)), None)
    if wrong is not None:
        message = f"unable to parse customTimeout Value {wrong}"
        raise RefusalError(message)
    create, update, delete, read = map(_seconds, timeouts)
    return Options(
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        timeouts=(create, update, delete, read),
    )


def _seconds(duration: str) -> float:
    """Read a Go duration such as ``1h10m``, ``90s`` or ``1.5h``; 0.0 where there is none."""
    total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(duration))
    return -total if duration.startswith("-") else total


def _goal(request: resource_pb2.RegisterResourceRequest, registration: Registration) -> Goal:
    trigger = struct_pb2.Struct()
    if request.HasField("replacement_trigger"):
        trigger.fields["it"].CopyFrom(request.replacement_trigger)
    return Goal(
        given=registration.inputs,
        aliases=(*(Alias(urn) for urn in request.aliasURNs), *map(_alias, request.aliases)),
        replace_on_changes=tuple(request.replaceOnChanges),
        replacement_trigger=from_struct(trigger).get("it"),
        import_id=request.importId,
        replace_with=tuple(filter(None, (*request.replace_with, request.deletedWith))),
    )


def _alias(alias: alias_pb2.Alias) -> Alias:
    spec = alias.spec
    parents = {"noParent": "", "parentUrn": spec.parentUrn}
    which = spec.WhichOneof("parent")
    return Alias(alias.urn, spec.name, spec.type, spec.project, spec.stack, parents[which] if which else None)


def _provider_id(urn: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, urn))
