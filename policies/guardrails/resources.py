# SPDX-License-Identifier: Apache-2.0
"""Typed views of what the engine sends: a resource, its policy documents, the whole stack.

Rules see these and never a proxy of the SDK. Properties and links are converted on first use, so a stack rule pays only
for the resources it reads, and the unknown exports of the Stack resource trouble nobody.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from guardrails.iam.document import Document, Kind, parse
from guardrails.values import Steps, Value, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "STACK_TYPE",
    "PolicyDocument",
    "Provider",
    "Registered",
    "Resource",
    "SdkProvider",
    "SdkResource",
    "SdkStackResource",
    "Stack",
    "StackContext",
]

STACK_TYPE = "pulumi:pulumi:Stack"
_URN_PARTS = 4
_URN_START = "urn:pulumi:"

Derived = TypeVar("Derived")
_SURFACE = Path(__file__).resolve().parent / "data" / "iam_surface.json"
_ORGANIZATIONS: Mapping[str, Kind] = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}


@cache
def _documents() -> Mapping[str, tuple[tuple[tuple[str, ...], Kind], ...]]:
    """Give the properties that hold an IAM document, by type; ``[]`` steps into each element of a list."""
    table = json.loads(_SURFACE.read_text("utf-8"))["types"]
    return {
        token: tuple((tuple(place.replace("[]", ".[]").split(".")), kind) for place, kind in places.items())
        for token, places in table.items()
    }


class SdkProvider(Protocol):
    """What the SDK says of a resource's provider."""

    @property
    def urn(self) -> str: ...  # noqa: D102 - the SDK's own field
    @property
    def name(self) -> str: ...  # noqa: D102 - the SDK's own field
    @property
    def props(self) -> Any: ...  # noqa: D102 - a proxy of the SDK


class SdkOptions(Protocol):
    """What the SDK says of a resource's options, as far as it is used."""

    @property
    def parent(self) -> str | None: ...


class SdkResource(Protocol):
    """The arguments of a resource policy, and the part that a stack policy's resources share with them."""

    @property
    def resource_type(self) -> str: ...  # noqa: D102 - the SDK's own field
    @property
    def props(self) -> Any: ...  # noqa: D102 - a proxy of the SDK
    @property
    def urn(self) -> str: ...  # noqa: D102 - the SDK's own field
    @property
    def name(self) -> str: ...  # noqa: D102 - the SDK's own field
    @property
    def opts(self) -> SdkOptions: ...  # noqa: D102 - the SDK's own field
    @property
    def provider(self) -> SdkProvider | None: ...  # noqa: D102 - the SDK's own field


class SdkStackResource(SdkResource, Protocol):
    """A resource as a stack policy gets it: with its links."""

    @property
    def dependencies(self) -> Sequence[SdkResource]: ...  # noqa: D102 - the SDK's own field
    @property
    def property_dependencies(self) -> Mapping[str, Sequence[SdkResource]]: ...  # noqa: D102 - the SDK's own field


@dataclass(frozen=True, slots=True, eq=False)
class StackContext:
    """The stack a resource belongs to, and its configuration (``project:key`` to text); one object for a stack.

    The configuration is decrypted and does not say which values are secret: no value of it enters a message, except
    the one a rule is told to use in names.
    """

    stack: str
    project: str
    config: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, urn: str, environ: Mapping[str, str] = os.environ) -> StackContext:
        """Read stack and project off a URN; ambient variables such as ``PULUMI_STACK`` may name another stack."""
        parts = urn.split("::", _URN_PARTS - 1)
        if len(parts) != _URN_PARTS or not parts[0].startswith(_URN_START):
            msg = "the engine sent a resource whose URN is not urn:pulumi:STACK::PROJECT::TYPE::NAME"
            raise ValueError(msg)
        return _context(parts[0], parts[1], environ.get("PULUMI_CONFIG", ""))


@lru_cache(maxsize=4)
def _context(start: str, project: str, text: str) -> StackContext:
    stack = start.removeprefix(_URN_START)
    config = {str(key): str(value) for key, value in json.loads(text).items()} if text else {}
    return StackContext(stack, project, config)


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider of a resource, reduced to what is no secret: its URN, its name, its region."""

    urn: str
    name: str
    region: Value


@dataclass(frozen=True)
class Resource:
    """One resource: inputs after the provider's check at registration, outputs when the whole stack is judged.

    ``earlier`` are the resources registered before it, as far as rules are told of them: none where a stack is judged.
    """

    urn: str
    type: str
    name: str
    raw: Any = field(repr=False)
    sdk: SdkResource | None = field(default=None, repr=False)
    sdk_links: SdkStackResource | None = field(default=None, repr=False)
    earlier: Registered | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, sdk: SdkResource, earlier: Registered | None = None) -> Resource:
        """View the arguments of a resource policy."""
        return cls(sdk.urn, sdk.resource_type, sdk.name, sdk.props, sdk, earlier=earlier)

    @property
    def neighbours(self) -> tuple[Resource, ...]:
        """The resources of the stack that a remedy can name, as far as they are known."""
        return self.earlier.others(self.urn) if self.earlier else ()

    @classmethod
    def linked(cls, sdk: SdkStackResource) -> Resource:
        """View a resource of a stack policy, with its links."""
        return cls(sdk.urn, sdk.resource_type, sdk.name, sdk.props, sdk, sdk)

    @cached_property
    def parent(self) -> str | None:
        """The URN of the parent."""
        return self.sdk.opts.parent if self.sdk else None

    @cached_property
    def provider(self) -> Provider | None:
        """The provider, ``None`` where the engine names none."""
        return _provider(self.sdk.provider) if self.sdk else None

    @cached_property
    def dependencies(self) -> tuple[str, ...]:
        """The URNs of all that the resource depends on; known only where a stack is judged."""
        return tuple(item.urn for item in self.sdk_links.dependencies) if self.sdk_links else ()

    @cached_property
    def property_dependencies(self) -> Mapping[str, tuple[str, ...]]:
        """The same by top-level property."""
        links = self.sdk_links.property_dependencies if self.sdk_links else {}
        return {key: tuple(item.urn for item in items) for key, items in links.items()}

    @cached_property
    def properties(self) -> Mapping[str, Value]:
        """The properties by wire name (camelCase), unknowns marked."""
        converted = plain(self.raw)
        return converted if isinstance(converted, dict) else {}

    def get(self, key: str) -> Value:
        """Give one property; the others are not converted for it."""
        if "properties" in self.__dict__ or not isinstance(self.raw, Mapping):
            return self.properties.get(key)
        target = self.raw if isinstance(self.raw, dict) else self.raw["__target"]
        return plain(target.get(key), (key,))

    @cached_property
    def context(self) -> StackContext:
        """The stack this resource belongs to.

        Raises:
            ValueError: the URN is not in the engine's form.

        """
        return StackContext.of(self.urn)

    @cached_property
    def documents(self) -> tuple[PolicyDocument, ...]:
        """The resource's IAM documents; an absent one is none, as is an empty text where one may be left out."""
        return tuple(
            PolicyDocument(self, steps, parse(value, steps, kind))
            for steps, kind, value in self.document_values()
            if value is not None and not (value == "" and (kind != "identity" or len(steps) > 1))
        )

    def document_values(self) -> Iterator[tuple[Steps, Kind, Value]]:
        """Yield where a document stands, what it is for, and its value."""
        for path, listed in _documents().get(self.type, ()):
            kind = self._organization_kind() if self.type == "aws:organizations/policy:Policy" else listed
            if kind is not None:
                for steps, value in _walk(dict(self.properties), path, ()):
                    yield steps, kind, value

    def _organization_kind(self) -> Kind | None:
        """Say what a policy of an organisation is for; one of another type is no IAM document."""
        given = self.properties.get("type") or "SERVICE_CONTROL_POLICY"
        return _ORGANIZATIONS.get(given) if isinstance(given, str) else None


@dataclass(slots=True)
class Registered:
    """The resources of a stack that were registered so far; each is viewed only if a rule asks for those before it."""

    _waiting: dict[str, SdkResource] = field(default_factory=dict)
    _views: dict[str, Resource] = field(default_factory=dict)

    def add(self, sdk: SdkResource) -> None:
        """Take in one more, in place of an earlier registration of the same."""
        self._waiting[sdk.urn] = sdk

    def others(self, urn: str) -> tuple[Resource, ...]:
        """View them all, but for one."""
        # These views are their own: the one that is judged keeps every document that was read for it.
        self._views |= {key: Resource.of(sdk) for key, sdk in self._waiting.items()}
        self._waiting.clear()
        return tuple(item for key, item in self._views.items() if key != urn)


def _provider(sdk: SdkProvider | None) -> Provider | None:
    if sdk is None:
        return None
    properties = plain(sdk.props)
    region = properties.get("region") if isinstance(properties, dict) else None
    return Provider(sdk.urn, sdk.name, region)


def _walk(value: Value, steps: Sequence[str], path: Steps) -> Iterator[tuple[Steps, Value]]:
    """Yield the values at a property pattern; an unknown on the way stands for all that it may hold."""
    if not steps or not isinstance(value, dict | list):
        yield path, value
    elif steps[0] == "[]":
        for index, item in enumerate(value if isinstance(value, list) else []):
            yield from _walk(item, steps[1:], (*path, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:], (*path, steps[0]))


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One IAM document of a resource: where it stands, and what could be read of it; ``memo`` is for its judgement."""

    resource: Resource
    steps: Steps
    document: Document
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def kind(self) -> Kind:
        """What the document is for."""
        return self.document.kind

    @property
    def token(self) -> str:
        """The type of its resource."""
        return self.resource.type

    @property
    def neighbours(self) -> tuple[Resource, ...]:
        """The resources of the stack that a remedy can name, as far as they are known."""
        return self.resource.neighbours


@dataclass(frozen=True)
class Stack:
    """Every resource of a stack, indexed once; the Stack resource itself is left out."""

    resources: tuple[Resource, ...]
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, sdk: Iterable[SdkStackResource]) -> Stack:
        """View the arguments of a stack policy."""
        return cls(tuple(Resource.linked(item) for item in sdk if item.resource_type != STACK_TYPE))

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """The resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        """The resources by type, in the engine's order within each."""
        grouped: dict[str, list[Resource]] = {}
        for resource in self.resources:
            grouped.setdefault(resource.type, []).append(resource)
        return {key: tuple(items) for key, items in grouped.items()}

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """List the resources of some types, in the engine's order within each."""
        return tuple(item for name in types for item in self.by_type.get(name, ()))

    @cached_property
    def _users(self) -> Mapping[str, tuple[tuple[Resource, str], ...]]:
        uses: dict[str, list[tuple[Resource, str]]] = {}
        for resource in self.resources:
            for key, urns in resource.property_dependencies.items():
                for urn in urns:
                    uses.setdefault(urn, []).append((resource, key))
        return {urn: tuple(items) for urn, items in uses.items()}

    @cached_property
    def _derived(self) -> dict[object, Any]:
        return {}

    def derive(self, make: Callable[[Stack], Derived]) -> Derived:
        """Work something out from the whole stack, once, however many rules ask for it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        found: Derived = self._derived[make]
        return found

    def users(self, urn: str) -> tuple[tuple[Resource, str], ...]:
        """Who reads outputs of a resource: pairs of the user and its top-level property."""
        return self._users.get(urn, ())
