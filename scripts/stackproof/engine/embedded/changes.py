# SPDX-License-Identifier: Apache-2.0
"""What an update would do to each resource of a state: how pulumi's engine decides, as far as it is known offline.

The order of decisions is pulumi/pulumi's ``pkg/resource/deploy/step_generator.go``; what stays known of an updated
resource is what ``Update`` previews in pulumi/pulumi-terraform-bridge, ``pkg/tfbridge`` (both Apache-2.0). Which
properties a provider can change in place nobody knows offline, so an update may turn out to be a replacement.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackproof import wire
from stackproof.aws import Created, with_prior_defaults
from stackproof.engine.embedded.registry import PROVIDER_PREFIX, make_urn, type_chain
from stackproof.model import Change, Deletion
from stackproof.property_path import contains, differences, parse, reset
from stackproof.structs import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackproof.engine.embedded.registry import Registration
    from stackproof.property_path import Path
    from stackproof.state import State, StateResource
    from stackproof.wire import Properties, Value

__all__ = ["Alias", "Changes", "Goal", "inputs_to_check", "updated"]

_PROTECTED = "protected, so the update would refuse"
_PROVIDER_OWN = frozenset({"version", "pluginDownloadURL"})
_SHORTEST_NAME = 3
"""Characters from which on a text inside another is taken for a repetition of it."""

_FILES = frozenset({wire.ASSET_SIGNATURE, wire.ARCHIVE_SIGNATURE})


@dataclass(frozen=True, slots=True)
class Alias:
    """A former identity: a whole URN, or what of it was different. ``parent`` ``None``: the present one."""

    urn: str = ""
    name: str = ""
    type: str = ""
    project: str = ""
    stack: str = ""
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """What of a registration matters only where the resource exists already; paths as written.

    ``given`` holds the inputs as the program gave them, before any check.
    """

    given: Properties = field(default_factory=dict)
    aliases: tuple[Alias, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Value = None
    import_id: str = ""
    replace_with: tuple[str, ...] = ()


class Changes:
    """The changes of one pass over a state. Methods are safe to call from several threads."""

    def __init__(self, state: State, project: str, stack: str) -> None:
        """Begin with nothing registered; ``project`` and ``stack`` complete aliases."""
        self._state = state
        self._project = project
        self._stack = stack
        self._former: dict[str, str] = {}
        self._adopted: set[str] = set()
        self._replaced: set[str] = set()
        self._lock = threading.Lock()

    def find(self, registration: Registration, goal: Goal) -> StateResource | None:
        """Find what a registration was in the state: by its URN, else by an alias, its own or its parent's."""
        with self._lock:
            for urn in (registration.urn, *self._aliases(registration, goal)):
                old = self._state.resources.get(urn)
                if old is not None:
                    if urn != registration.urn:
                        self._former[registration.urn] = urn
                    self._adopted.add(urn)
                    return replace(old, inputs={name: self._flat(value) for name, value in old.inputs.items()})
        return None

    def relinquish(self, urn: str, id_: str) -> None:
        """Note a read: what it finds where a managed resource stood is that resource, if the id is the same."""
        old = self._state.resources.get(urn)
        if old is not None and old.id == id_:
            with self._lock:
                self._adopted.add(urn)

    def _flat(self, value: Value) -> Value:
        """Give an input without references, as registrations hold theirs."""
        resources = self._state.resources
        return flatten(value, lambda urn: urn in resources and not resources[urn].custom)

    def _aliases(self, registration: Registration, goal: Goal) -> Iterator[str]:
        own = [self._alias_urn(alias, registration) for alias in goal.aliases]
        yield from own
        former_parent = self._former.get(registration.parent)
        if former_parent:
            for urn in (registration.urn, *own):
                yield self._inherited(urn, registration.parent, former_parent)

    def _alias_urn(self, alias: Alias, registration: Registration) -> str:
        if alias.urn:
            return alias.urn
        parent = registration.parent if alias.parent is None else self._former.get(alias.parent, alias.parent)
        return make_urn(
            alias.stack or self._stack,
            alias.project or self._project,
            alias.type or registration.type,
            alias.name or registration.name,
            parent,
        )

    def _inherited(self, urn: str, parent: str, former_parent: str) -> str:
        """Give the former URN of a child whose parent had another; a child's name may begin with its parent's."""
        name, parent_name = _name(urn), _name(parent)
        if name.startswith(parent_name):
            name = _name(former_parent) + name.removeprefix(parent_name)
        return make_urn(self._stack, self._project, type_chain(urn).rpartition("$")[2], name, former_parent)

    def decide(self, registration: Registration, goal: Goal, old: StateResource | None) -> Change:
        """Say what an update would do to a resource, from its checked inputs."""
        if old is None:
            return Change("import" if goal.import_id else "create")
        changed, untold = _compared(registration, goal, old)
        properties = tuple(dict.fromkeys(str(path[0]) for path in changed))
        notes = [f"not compared: {', '.join(untold)}"] if untold else []
        reason = self._replacement(registration, goal, old, changed)
        if reason:
            with self._lock:
                self._replaced.add(registration.urn)
            options = registration.options
            first = "deleted before its replacement is created" if options.delete_before_replace else ""
            protected = _PROTECTED if options.protect and old.protect else ""
            return Change("replace", properties, _joined(reason, first, protected, *notes))
        unfinished = "its creation was not finished" if old.unfinished else ""
        return Change("update" if changed or unfinished else "same", properties, _joined(unfinished, *notes))

    def _replacement(self, registration: Registration, goal: Goal, old: StateResource, changed: list[Path]) -> str:
        """Say why a resource is certain to be replaced, or nothing."""
        if old.custom != registration.custom or old.external:
            return "it was only read until now" if old.external else "it was no component, or was one"
        if goal.import_id and goal.import_id != old.id:
            return f"{goal.import_id!r} is imported in its place"
        if old.must_be_replaced:
            return "the state demands it"
        if _is_triggered(old.replacement_trigger, goal.replacement_trigger):
            return "its replacement trigger changed"
        if self._replaced.intersection(goal.replace_with):
            return "what it is replaced with is replaced"
        paths = [path for path in map(parse, goal.replace_on_changes) if path]
        hit = sorted({str(one[0]) for one in changed if any(contains(path, one) for path in paths)})
        return f"replaced on changes of {', '.join(hit)}" if hit else ""

    def deletions(self, opaque: Iterable[str]) -> tuple[Deletion, ...]:
        """List what the program no longer registers; of what is below an ``opaque`` component nobody can tell."""
        hidden = set(opaque)
        gone = [one for one in self._state.resources.values() if self._is_gone(one, hidden)]
        left = [(one, "left over by an update that broke off") for one in self._state.condemned if not one.view]
        return tuple(_deletion(one, words) for one, words in [*((one, "") for one in gone), *left])

    def _is_gone(self, old: StateResource, hidden: set[str]) -> bool:
        default = old.type.startswith(PROVIDER_PREFIX) and old.name.startswith("default")
        if old.urn in self._adopted or old.external or old.view or default:
            return False
        parent: StateResource | None = old
        while parent is not None:
            if parent.urn in hidden or parent.parent in hidden:
                return False
            parent = self._state.resources.get(parent.parent)
        return True


def inputs_to_check(registration: Registration, old: StateResource | None, settings: Properties) -> Properties:
    """Give inputs as the provider checks them: of what exists, ignored changes and defaults stay as they were."""
    if old is None or old.external:
        return registration.inputs
    kept: Value = registration.inputs
    for path in map(parse, registration.options.ignore_changes):
        if path:
            kept = reset(path, old.inputs, kept)
    assert isinstance(kept, dict)  # noqa: S101 (a mapping stays one)
    return with_prior_defaults(old.type, kept, old.inputs, settings)


def updated(old: StateResource, inputs: Properties, change: Change, fresh: Created) -> Created:
    """Give what a preview knows of a resource that stays: its old outputs, under the new inputs where some change.

    An input that the program gives no more is left out, since the provider may unset it or let it be. What repeats
    the old value of a changed input, as an ARN repeats a name, is as in ``fresh``, a resource made anew: most likely
    the change is a replacement. So is what is encrypted in the state.
    """
    texts = [text for text in (wire.plain(old.inputs.get(name)) for name in change.properties) if isinstance(text, str)]
    outdated = [text for text in texts if len(text) >= _SHORTEST_NAME]
    outputs: Properties = {}
    for name in {**old.outputs, **inputs}:
        was, new = old.outputs.get(name), inputs.get(name)
        encrypted = wire.contains_unknown(was)
        if name.startswith("__") or (new is None and name in change.properties):
            continue
        if new is not None and (change.kind == "update" or encrypted):
            outputs[name] = wire.secret(new) if wire.is_secret(was) else new
        elif encrypted or _repeats(was, outdated):
            made = fresh.outputs.get(name, wire.UNKNOWN)
            outputs[name] = wire.secret(made) if wire.is_secret(was) else made
        elif name in old.outputs:
            outputs[name] = was
    return Created(fresh.id if _repeats(old.id, outdated) else old.id, outputs)


def _repeats(value: Value, texts: list[str]) -> bool:
    found = wire.reveal(value)
    if isinstance(found, dict):
        return any(_repeats(item, texts) for item in found.values())
    if isinstance(found, list):
        return any(_repeats(item, texts) for item in found)
    return isinstance(found, str) and any(text in found for text in texts)


def _compared(registration: Registration, goal: Goal, old: StateResource) -> tuple[list[Path], list[str]]:
    """Compare inputs: the paths that changed, sorted, and the properties of which nobody can tell.

    What the provider filled in, and the state does not hold, is no change of the program's.
    """
    changed: list[Path] = []
    untold: set[str] = set()
    for path, before, after in differences(old.inputs, registration.inputs):
        name = str(path[0])
        filled_in = name not in goal.given and old.inputs.get(name) is None
        if filled_in or _is_engines_own(registration, name) or _is_same_json(before, after):
            continue
        if _is_untold(before, after):
            untold.add(name)
        else:
            changed.append(path)
    return sorted(changed, key=str), sorted(untold)


def _is_same_json(before: Value, after: Value) -> bool:
    """Say whether two texts are one JSON document, such as a policy: how it is laid out is no change."""
    if not isinstance(before, str) or not isinstance(after, str) or not before.startswith(("{", "[")):
        return False
    try:
        return bool(json.loads(before) == json.loads(after))
    except json.JSONDecodeError:
        return False


def _is_engines_own(registration: Registration, name: str) -> bool:
    """Say whether a property is the engine's own: which plugin serves a provider."""
    return registration.type.startswith(PROVIDER_PREFIX) and name in _PROVIDER_OWN


def _is_untold(before: Value, after: Value) -> bool:
    """Say whether nobody can tell if a value changed: it is encrypted in the state, or a file's content."""
    return (wire.contains_unknown(before) and not wire.is_unknown(after)) or (_is_file(before) and _is_file(after))


def _is_file(value: Value) -> bool:
    return isinstance(value, dict) and value.get(wire.SIGNATURE) in _FILES


def _is_triggered(old: Value, new: Value) -> bool:
    if wire.contains_unknown(old) or wire.contains_unknown(new):
        return True
    return old is not None and new is not None and wire.plain(old) != wire.plain(new)


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _deletion(old: StateResource, words: str) -> Deletion:
    retained = "kept in the cloud, no longer managed" if old.retain_on_delete else ""
    protected = _PROTECTED if old.protect and not words else ""
    return Deletion(old.urn, old.type, old.name, _joined(words, protected, retained))


def _joined(*words: str) -> str:
    return "; ".join(filter(None, words))
