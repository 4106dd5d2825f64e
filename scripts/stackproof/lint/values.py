# SPDX-License-Identifier: Apache-2.0
"""What an expression of a program may be, as far as reading it tells.

A value is a tuple of alternatives, each an atom below; `UNKNOWN` stands for what cannot be told. Outputs, resources and
awaitables matter most; everything else is followed only as far as it may hold one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

    from stackproof.lint.source import Module

__all__ = [
    "NOTHING",
    "OUTPUT",
    "PLAIN",
    "UNKNOWN",
    "Atom",
    "Bound",
    "Class",
    "Config",
    "Coroutine",
    "Environment",
    "External",
    "Function",
    "Instance",
    "Items",
    "Made",
    "ModuleValue",
    "Nothing",
    "Options",
    "Output",
    "Plain",
    "Resource",
    "ThreadFuture",
    "Unknown",
    "Value",
    "atoms_within",
    "constant",
    "definitely",
    "is_single",
    "join",
    "untold",
]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything at all."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """``None``, or an argument that may be left out."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A value of Python's own; ``text`` where it is a text that is always the same."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A `pulumi.Output`."""

    secret: bool = False


@dataclass(eq=False, slots=True)
class Coroutine:
    """What calling an ``async def`` gives; ``task`` where the loop runs it already. ``site`` is that call."""

    site: ast.Call
    task: bool = False


@dataclass(frozen=True, slots=True)
class ThreadFuture:
    """What an executor's ``submit`` gives: no awaitable."""


@dataclass(frozen=True, slots=True)
class Config:
    """A `pulumi.Config`; ``namespace`` is ``None`` where it cannot be told and empty for the project's own."""

    namespace: str | None


@dataclass(frozen=True, slots=True)
class External:
    """A name from outside the program, such as ``pulumi_aws.s3.Bucket`` or ``json.dumps``."""

    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """What calling something outside the program gave."""

    name: str


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the program."""

    module: Module


@dataclass(eq=False, slots=True)
class Environment:
    """The names of a scope; ``narrowed`` holds what a condition said about longer expressions, by their text."""

    module: Module
    outer: Environment | None = None
    names: dict[str, Value] = field(default_factory=dict)
    narrowed: dict[str, Value] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    is_class: bool = False

    def find(self, name: str) -> Value | None:
        """Look a name up here and outwards."""
        scope: Environment | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.outer
        return None


@dataclass(eq=False, slots=True)
class Function:
    """A function, method or lambda of the program; ``receiver`` is what it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    environment: Environment
    owner: Class | None = None
    receiver: Atom | None = None
    retried: bool = False


@dataclass(eq=False, slots=True)
class Class:
    """A class of the program. ``attributes`` joins what its instances were seen to hold."""

    node: ast.ClassDef
    environment: Environment
    bases: tuple[Atom, ...] = ()
    kind: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)

    def lineage(self) -> Iterator[Class]:
        """Yield the class and the program's classes that it inherits from, nearest first."""
        yield self
        for base in self.bases:
            if isinstance(base, Class) and base is not self:
                yield from base.lineage()

    def external_bases(self) -> tuple[str, ...]:
        """List the full names of the classes from outside that the class inherits from."""
        return tuple(base.name for owner in self.lineage() for base in owner.bases if isinstance(base, External))


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the program that is no resource."""

    cls: Class
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Resource:
    """A resource; ``chain`` is its type after those of its parents, ``None`` where they cannot be told."""

    type: str
    cls: Class | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    chain: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Resource options; ``parent`` is ``None`` where they name none, and ``sure`` false where that cannot be told."""

    parent: Value | None
    sure: bool = True


@dataclass(eq=False, slots=True)
class Items:
    """A list, tuple, set or dictionary: its members, each with its key where that is a constant text.

    ``whole`` where these are all members there are, as in a display; elsewhere one may stand for many.
    """

    kind: str
    members: list[tuple[str | None, Value]] = field(default_factory=list)
    whole: bool = False

    def all(self) -> Value:
        """Join all members."""
        return join(*(value for _, value in self.members)) if self.members else UNKNOWN


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of something that is modelled here: an Output, a Config, a container, a resource of a package."""

    receiver: Atom
    name: str


Atom: TypeAlias = (
    "Unknown | Nothing | Plain | Output | Coroutine | ThreadFuture | Config | External | Made | ModuleValue | Function"
    " | Class | Instance | Resource | Options | Items | Bound"
)
Value: TypeAlias = tuple[Atom, ...]

UNKNOWN: Final[Value] = (Unknown(),)
NOTHING: Final[Value] = (Nothing(),)
PLAIN: Final[Value] = (Plain(),)
OUTPUT: Final[Value] = (Output(),)
_MOST_ALTERNATIVES: Final = 6
_DEEPEST: Final = 6


def join(*values: Value) -> Value:
    """Give all alternatives of all values, each once; too many are as good as unknown."""
    if len(values) == 1:
        return values[0]
    found = dict.fromkeys(atom for value in values for atom in value)
    if len(found) > 1 and sum(isinstance(atom, Plain) for atom in found) > 1:
        found = {atom: None for atom in found if not isinstance(atom, Plain)} | {Plain(): None}
    if len(found) > _MOST_ALTERNATIVES:
        return UNKNOWN
    return tuple(found)


def definitely(value: Value, kind: type[Atom] | tuple[type[Atom], ...]) -> bool:
    """Say whether a value is of a kind whenever it is there at all."""
    some = False
    for atom in value:
        if isinstance(atom, kind):
            some = True
        elif not isinstance(atom, Nothing):
            return False
    return some


def constant(value: Value) -> str | None:
    """Give the text that a value always is."""
    return value[0].text if len(value) == 1 and isinstance(value[0], Plain) else None


def atoms_within(value: Value, depth: int = _DEEPEST) -> Iterable[Atom]:
    """Yield the alternatives of a value and what containers among them hold."""
    for atom in value:
        yield atom
        if isinstance(atom, Items) and depth:
            for _, member in atom.members:
                yield from atoms_within(member, depth - 1)


def untold(value: Value) -> bool:
    """Say whether nothing is known of a value but that it came from somewhere."""
    return all(isinstance(atom, Unknown | Made) for atom in value)


def is_single(value: Value) -> bool:
    """Say whether a loop over a value has one pass at most."""
    return all(isinstance(atom, Nothing) or (_is_whole(atom) and len(atom.members) <= 1) for atom in value)


def _is_whole(atom: Atom) -> TypeGuard[Items]:
    return isinstance(atom, Items) and atom.whole
