# SPDX-License-Identifier: Apache-2.0
"""What a deployment knows while a program runs: URNs, registrations in order, providers (default ones too)."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackproof.engine.plugins import installed
from stackproof.model import STACK_TYPE, Change, Program, Resource, SourcePosition
from stackproof.wire import secret

if TYPE_CHECKING:
    from stackproof.wire import Properties

__all__ = [
    "PROVIDER_PREFIX",
    "DisabledProviderError",
    "Options",
    "Registration",
    "Registry",
    "make_urn",
    "package_of",
    "type_chain",
]

PROVIDER_PREFIX = "pulumi:providers:"
"""What the types of provider resources begin with, before the package."""


class DisabledProviderError(Exception):
    """The stack's configuration disables the default provider of the package that is the argument."""


@dataclass(frozen=True, slots=True)
class Options:
    """The resource options that the analyzer protocol carries to packs.

    Aliases are none of them here: the engine tells a pack only of one under which it found the resource in its state.
    ``timeouts`` of create, update, delete and read are in seconds; 0.0 stands for the provider's own.
    """

    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    additional_secret_outputs: tuple[str, ...] = ()
    timeouts: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Registration:
    """A resource between its registration and the end of the program.

    ``outputs`` of components arrive later; ``complete`` says that they did. ``providers`` are those that a component
    hands down, by package; ``after_create`` names the hooks that run when the resource is there.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    inputs: Properties
    provider: str = ""
    id: str = ""
    outputs: Properties = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    source: SourcePosition | None = None
    options: Options = field(default_factory=Options)
    providers: dict[str, str] = field(default_factory=dict)
    after_create: tuple[str, ...] = ()
    complete: bool = False
    opaque: str = ""
    change: Change | None = None

    def freeze(self) -> Resource:
        """Give the registration as reports and verdicts see it."""
        return Resource(
            urn=self.urn,
            type=self.type,
            name=self.name,
            custom=self.custom,
            parent=self.parent,
            provider=self.provider,
            inputs=self.inputs,
            outputs=self.outputs,
            dependencies=self.dependencies,
            property_dependencies=self.property_dependencies,
            source=self.source,
            opaque=self.opaque,
            change=self.change,
        )


def package_of(token: str) -> str:
    """Give the package of a token: ``aws`` for ``aws:s3/bucket:Bucket`` and for ``pulumi:providers:aws``."""
    return token.removeprefix(PROVIDER_PREFIX).split(":", 1)[0]


def type_chain(urn: str) -> str:
    """Give the qualified type in a URN, such as ``my:component:Site$aws:s3/bucket:Bucket``."""
    return urn.split("::", 3)[2]


def make_urn(stack: str, project: str, type_: str, name: str, parent: str) -> str:
    """Make a URN as the engine does: the types of all ancestors but the Stack, the type, the name."""
    chain = type_chain(parent) if parent else ""
    qualified = type_ if chain in {"", STACK_TYPE} else f"{chain}${type_}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


class Registry:
    """The registrations of one pass. Methods are safe to call from several threads."""

    def __init__(self, program: Program) -> None:
        """Begin with nothing registered. The program's configuration gives default providers their inputs."""
        self._program = program
        self._registrations: dict[str, Registration] = {}
        self._reads: dict[str, Registration] = {}
        self._defaults: dict[tuple[str, str, str], Registration] = {}
        self._lock = threading.RLock()

    def urn(self, type_: str, name: str, parent: str) -> str:
        """Make the URN of a resource of this stack."""
        return make_urn(self._program.stack, self._program.project, type_, name, parent)

    def reserve(self, registration: Registration) -> bool:
        """Take a URN; False when it is taken already."""
        with self._lock:
            if registration.urn in self._registrations or registration.urn in self._reads:
                return False
            self._registrations[registration.urn] = registration
            return True

    def remember_read(self, registration: Registration) -> bool:
        """Keep what was read, which is no part of the stack but has a URN of its own; False when that is taken."""
        with self._lock:
            if registration.urn in self._registrations or registration.urn in self._reads:
                return False
            self._reads[registration.urn] = registration
            return True

    def hydrate(self, urn: str) -> Registration | None:
        """Look up by URN what was registered or read, as the engine's ``getResource`` does."""
        return self._registrations.get(urn) or self._reads.get(urn)

    def get(self, urn: str) -> Registration | None:
        """Look up a registration by URN."""
        return self._registrations.get(urn)

    def all(self) -> list[Registration]:
        """List the registrations in the order in which they came."""
        with self._lock:
            return list(self._registrations.values())

    def inherited_provider(self, parent: str, package: str) -> str:
        """Give the reference of the provider of a package that a parent hands down; empty where it has none."""
        found = self._registrations.get(parent)
        if found is None:
            return ""
        own = self._registrations.get(found.provider)
        if own is not None and package_of(own.type) == package:
            return f"{own.urn}::{own.id}"
        return found.providers.get(package, "")

    def is_component(self, urn: str) -> bool:
        """Say whether a URN is that of a component (a resource without an id)."""
        found = self._registrations.get(urn)
        return found is not None and not found.custom

    def is_pending(self, urn: str) -> bool:
        """Say whether a resource has no id yet, so that an invoke which depends on it must wait for a deployment."""
        found = self._registrations.get(urn)
        return found is not None and found.custom and not found.id

    def provider(self, reference: str, token: str, version: str, download_url: str) -> tuple[Registration, bool]:
        """Find the provider of a resource or function: the referenced one, or the package's default, made on first use.

        Returns the provider and whether this call made it.

        Raises:
            LookupError: the reference is to no known provider.
            DisabledProviderError: the configuration disables the package's default.

        """
        if reference:
            found = self._registrations.get(reference.rsplit("::", 1)[0])
            if found is None:
                message = f"provider {reference.rsplit('::', 1)[0]} was never registered"
                raise LookupError(message)
            return found, False
        package = package_of(token)
        if package != "pulumi" and {"*", package} & self._disabled_defaults():
            raise DisabledProviderError(package)
        version = version or installed(self._program.interpreter).get(package, "")
        with self._lock:
            key = (package, version, download_url)
            if key in self._defaults:
                return self._defaults[key], False
            made = self._default_provider(package, version)
            self._defaults[key] = made
            self._registrations.setdefault(made.urn, made)
            return made, True

    def _disabled_defaults(self) -> set[str]:
        """Read the packages whose default providers are disabled, a list in JSON; every one where it is no such list.

        Source: default_providers.go of Pulumi's engine, Apache-2.0.
        """
        text = self._program.config.get("pulumi:disable-default-providers", "")
        try:
            listed = json.loads(text) if text else []
        except json.JSONDecodeError:
            return {"*"}
        return {str(item).strip() for item in listed} if isinstance(listed, list) else {"*"}

    def _default_provider(self, package: str, version: str) -> Registration:
        """Make what the engine makes for a package: an instance of it configured from the stack."""
        suffix = "_" + version.replace(".", "_").replace("-", "_") if version else ""
        type_ = f"{PROVIDER_PREFIX}{package}"
        name = f"default{suffix}"
        prefix = f"{package}:"
        inputs: Properties = {
            key.removeprefix(prefix): secret(value) if key in self._program.secret_keys else value
            for key, value in self._program.config.items()
            if key.startswith(prefix)
        }
        if version:
            inputs["version"] = version
        urn = self.urn(type_, name, "")
        return Registration(
            urn=urn,
            type=type_,
            name=name,
            custom=True,
            parent="",
            inputs=inputs,
            outputs=dict(inputs),
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, urn + json.dumps(inputs, sort_keys=True))),
        )
