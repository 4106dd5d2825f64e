# SPDX-License-Identifier: Apache-2.0
"""A stack's state, as `pulumi stack export` prints it: what exists already, by its last known inputs and outputs.

The form is pulumi/pulumi's ``sdk/go/common/apitype`` (``DeploymentV3``, Apache-2.0). Secrets are read where they were
exported with `--show-secrets`; encrypted ones are unknown, under the secret mark.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from stackproof import wire
from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stackproof.wire import Properties, Value

__all__ = ["State", "StateResource", "load_state"]

_VERSIONS = (3, 4)
_URN = re.compile(r"^urn:pulumi:(?P<stack>[^:]+)::(?P<project>[^:]*)::(?P<types>.+?)::(?P<name>.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StateResource:
    """A resource as the last update left it; ``external``: it was read, and is not managed.

    ``unfinished`` says in words why an update has something to do even where the program did not change.
    """

    urn: str
    type: str
    custom: bool
    id: str
    parent: str
    provider: str
    inputs: Properties
    outputs: Properties
    protect: bool
    retain_on_delete: bool
    external: bool
    view: bool
    replacement_trigger: Value
    must_be_replaced: bool
    unfinished: bool

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True, slots=True)
class State:
    """What exists: ``resources`` by URN, and ``condemned``, which an update that broke off left to be deleted."""

    path: Path
    resources: Mapping[str, StateResource]
    condemned: tuple[StateResource, ...] = ()

    def by_id(self, type_: str, id_: str) -> StateResource | None:
        """Find a resource by type and provider-assigned id."""
        found = (one for one in self.resources.values() if (one.type, one.id) == (type_, id_) and id_)
        return next(found, None)


def load_state(path: Path, project: str, stack: str) -> State:
    """Read an exported state.

    Raises:
        UsageError: the file is missing, is no such export, or is that of another stack.

    """
    deployment = _deployment(path)
    entries = deployment.get("resources") or []
    if not isinstance(entries, list):
        raise _refusal(path, "deployment.resources must be an array")
    live: dict[str, StateResource] = {}
    condemned: list[StateResource] = []
    for index, entry in enumerate(entries):
        reader = _Reader(path, f"deployment.resources[{index}]", entry)
        resource = reader.resource()
        if reader.flag("delete"):
            condemned.append(resource)
        elif live.setdefault(resource.urn, resource) is not resource:
            raise _refusal(path, f"{reader.place}: the URN {resource.urn} is there twice")
    _refuse_other_stack(path, [*live], project, stack)
    return State(path, live, tuple(condemned))


def _deployment(path: Path) -> dict[str, object]:
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"), parse_int=float)
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}; export the state again"
        raise UsageError(message) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise UsageError(message) from error
    deployment = content.get("deployment") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(deployment, dict):
        message = f"{path} is no state: it has no object 'deployment'; give what `pulumi stack export` prints"
        raise UsageError(message)
    if content.get("version") not in _VERSIONS:
        versions = " or ".join(map(str, _VERSIONS))
        raise _refusal(path, f"version must be {versions}, not {content.get('version')!r}")
    return cast("dict[str, object]", deployment)


def _refusal(path: Path, words: str) -> UsageError:
    return UsageError(f"{path}: {words}; give what `pulumi stack export` prints")


def _refuse_other_stack(path: Path, urns: list[str], project: str, stack: str) -> None:
    if not urns or any(urn.startswith(f"urn:pulumi:{stack}::{project}::") for urn in urns):
        return
    match = cast("re.Match[str]", _URN.match(urns[0]))
    message = (
        f"{path} holds stack {match['stack']!r} of project {match['project']!r}, not {stack!r} of {project!r}; "
        f"export the stack that is judged"
    )
    raise UsageError(message)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One entry of the file, with the place of every complaint about it; a complaint never tells a value."""

    path: Path
    place: str
    entry: object

    def resource(self) -> StateResource:
        """Read the entry as a resource."""
        urn = self._text("urn")
        if not _URN.match(urn):
            raise _refusal(self.path, f"{self.place}.urn is no URN")
        return StateResource(
            urn=urn,
            type=self._text("type"),
            custom=self.flag("custom"),
            id=self._text("id", ""),
            parent=self._text("parent", ""),
            provider=self._text("provider", "").rpartition("::")[0],
            inputs=self._properties("inputs"),
            outputs=self._properties("outputs"),
            protect=self.flag("protect"),
            retain_on_delete=self.flag("retainOnDelete"),
            external=self.flag("external"),
            view=bool(self._text("viewOf", "")),
            replacement_trigger=self._value(self._get("replacementTrigger"), f"{self.place}.replacementTrigger"),
            must_be_replaced=self.flag("taint") or self.flag("pendingReplacement"),
            unfinished=bool(self._get("initErrors")),
        )

    def flag(self, name: str) -> bool:
        """Read a boolean, false where there is none."""
        value = self._get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise _refusal(self.path, f"{self.place}.{name} must be true or false")

    def _get(self, name: str) -> object:
        if isinstance(self.entry, dict):
            return self.entry.get(name)
        raise _refusal(self.path, f"{self.place} must be an object")

    def _text(self, name: str, default: str | None = None) -> str:
        value = self._get(name)
        if isinstance(value, str) and (value or default is not None):
            return value
        if value is None and default is not None:
            return default
        raise _refusal(self.path, f"{self.place}.{name} must be text")

    def _properties(self, name: str) -> Properties:
        value = self._get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise _refusal(self.path, f"{self.place}.{name} must be an object")
        return {key: self._value(item, f"{self.place}.{name}.{key}") for key, item in value.items()}

    def _value(self, value: object, place: str) -> Value:
        if isinstance(value, list):
            return [self._value(item, f"{place}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return cast("Value", value)
        if value.get(wire.SIGNATURE) == wire.SECRET_SIGNATURE:
            return self._secret(value, place)
        return {key: self._value(item, f"{place}.{key}") for key, item in value.items()}

    def _secret(self, value: dict[str, object], place: str) -> Value:
        """Read a secret: its plain text is JSON in turn; what is encrypted is unknown."""
        plaintext, ciphertext = value.get("plaintext"), value.get("ciphertext")
        if isinstance(ciphertext, str) and plaintext is None:
            return wire.secret(wire.UNKNOWN)
        parsed: object = _UNREADABLE
        if isinstance(plaintext, str) and ciphertext is None:
            # The exception would hold the value, so that it must not become the refusal's context.
            with contextlib.suppress(json.JSONDecodeError):
                parsed = json.loads(plaintext, parse_int=float)
        if parsed is _UNREADABLE:
            raise _refusal(self.path, f"{place} is a malformed secret")
        return wire.secret(self._value(parsed, place))


_UNREADABLE = object()
