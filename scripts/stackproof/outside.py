# SPDX-License-Identifier: Apache-2.0
"""What a user says of the world outside a program: answers to calls and reads, other stacks' outputs, the state.

Every value here is frozen and already read, whoever plays the engine. Property names are wire names, values are wire
values (``stackproof.wire``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.wire import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackproof.state import State
    from stackproof.wire import Properties, Value

__all__ = ["FunctionAnswer", "Outside", "ResourceAnswer", "StackOutputs", "full_name"]

_FULL_NAME = 3


@dataclass(frozen=True, slots=True)
class FunctionAnswer:
    """What a function answers where ``arguments`` is a part of the call's; ``place`` names the file and the entry."""

    token: str
    arguments: Properties
    result: Properties
    place: str

    @property
    def note(self) -> str:
        """The assumption, in words that tell this entry from any other."""
        return f"{self.token}: given by {self.place}"


@dataclass(frozen=True, slots=True)
class ResourceAnswer:
    """What a read of an existing resource finds; ``place`` names the file and the entry."""

    type: str
    id: str
    values: Properties
    place: str

    @property
    def note(self) -> str:
        """The assumption, in words that tell this entry from any other."""
        return f"{self.type} {self.id!r}: given by {self.place}"


@dataclass(frozen=True, slots=True)
class StackOutputs:
    """The outputs of another stack, secrets under the secret mark; ``origin`` says in words where they come from.

    ``failure`` says why there are none: then a program that asks for them cannot go on.
    """

    name: str
    outputs: Properties
    origin: str
    failure: str = ""

    @property
    def note(self) -> str:
        """The assumption, in words that tell this stack from any other."""
        return f"outputs of stack {self.name}: {self.origin}"


@dataclass(frozen=True, slots=True)
class Outside:
    """All that is known of the world outside one program for one stack. Where several entries fit, the first counts."""

    functions: tuple[FunctionAnswer, ...] = ()
    resources: tuple[ResourceAnswer, ...] = ()
    stacks: tuple[StackOutputs, ...] = ()
    state: State | None = None

    def function(self, token: str, arguments: Properties) -> FunctionAnswer | None:
        """Find what is said of a call."""
        found = (one for one in self.functions if one.token == token and _holds(arguments, one.arguments))
        return next(found, None)

    def resource(self, type_: str, id_: str) -> ResourceAnswer | None:
        """Find what is said of an existing resource."""
        return next((one for one in self.resources if (one.type, one.id) == (type_, id_)), None)

    def stack(self, name: str, project: str) -> StackOutputs | None:
        """Find another stack by the name a program of ``project`` gives it, the very same name before an equal one."""
        exact = (one for one in self.stacks if one.name == name)
        equal = (one for one in self.stacks if _same_stack(one.name, name, project))
        return next(exact, None) or next(equal, None)

    def unused(self, notes: Iterable[str]) -> tuple[str, ...]:
        """List the notes of entries that none of the assumptions in ``notes`` came from.

        A stack without outputs, such as the one that is judged, is none of them: whoever asks for it cannot go on.
        """
        made = set(notes)
        entries: tuple[FunctionAnswer | ResourceAnswer | StackOutputs, ...]
        entries = (*self.functions, *self.resources, *(stack for stack in self.stacks if not stack.failure))
        return tuple(one.note for one in entries if one.note not in made)


def _holds(whole: Value, part: Value) -> bool:
    """Say whether ``part`` is a part of ``whole``: equal, or a mapping whose every value is a part of its namesake."""
    known = plain(whole)
    if isinstance(part, dict) and isinstance(known, dict):
        return all(name in known and _holds(known[name], value) for name, value in part.items())
    return known == part


def _same_stack(one: str, other: str, project: str) -> bool:
    """Compare two names as Pulumi reads them: ``stack``, ``org/stack`` (both of this project), ``org/project/stack``.

    An organization that is not named is the user's default one, which nobody knows offline, so it fits any.
    Source: pulumi/pulumi, ``parseStackName`` of both backends (Apache-2.0).
    """
    (org, *rest), (other_org, *other_rest) = full_name(one, project), full_name(other, project)
    return rest == other_rest and (org == other_org or not org or not other_org)


def full_name(name: str, project: str) -> tuple[str, str, str]:
    """Give organization (empty: not named), project and stack of a stack's name in a program of ``project``."""
    parts = name.split("/", _FULL_NAME - 1)
    if len(parts) == _FULL_NAME:
        return parts[0], parts[1], parts[2]
    return "" if len(parts) == 1 else parts[0], project, parts[-1]
