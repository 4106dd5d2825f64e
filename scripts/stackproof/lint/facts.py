# SPDX-License-Identifier: Apache-2.0
"""What following a program found, for rules: values of expressions, and events with the way that led to each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from stackproof.lint.values import definitely, join

if TYPE_CHECKING:
    import ast

    from stackproof.lint.source import Module
    from stackproof.lint.values import Atom, Class, Environment, Function, Options, Resource, Value

__all__ = ["Call", "ConfigRead", "Construction", "Event", "Export", "Facts", "Frame", "Label", "Way"]

Label = Literal["apply", "thread", "retry"]


@dataclass(frozen=True, slots=True)
class Way:
    """How an event was reached, from where a run of code began.

    ``choices`` are the conditions on the way, each with the side taken and the calls that led to it (the same condition
    may turn out otherwise for another call), ``loops`` and ``calls`` what was entered, ``imports``
    the modules that were being imported, ``labels`` what changes the meaning of a construction, ``tries`` the ``try``
    statements around it, each with the loop that it is in.
    """

    root: object = None
    choices: tuple[tuple[ast.AST, int, tuple[ast.Call | None, ...]], ...] = ()
    loops: tuple[ast.AST, ...] = ()
    tries: tuple[tuple[ast.AST, ast.Try | ast.TryStar], ...] = ()
    calls: tuple[ast.Call | None, ...] = ()
    functions: tuple[ast.AST, ...] = ()
    imports: tuple[str, ...] = ()
    labels: tuple[tuple[Label, ast.AST], ...] = ()

    def importing(self, module: Module) -> Way:
        """Go into a module; what it does when imported does not depend on who imports it."""
        return Way(self.root or module.shown, choices=self.choices, imports=(*self.imports, module.shown))

    def choosing(self, node: ast.AST, side: int) -> Way:
        """Go into one side of a condition."""
        return replace(self, choices=(*self.choices, (node, side, self.calls)))

    def looping(self, node: ast.AST) -> Way:
        """Go into a loop."""
        return replace(self, loops=(*self.loops, node))

    def trying(self, node: ast.Try | ast.TryStar) -> Way:
        """Go into what a ``try`` guards."""
        return replace(self, tries=(*self.tries, (self.loops[-1], node))) if self.loops else self

    def calling(self, node: ast.Call | None, function: Function) -> Way:
        """Go into a function."""
        labels: tuple[tuple[Label, ast.AST], ...] = (("retry", function.node),) if function.retried else ()
        return replace(
            self,
            calls=(*self.calls, node),
            functions=(*self.functions, function.node),
            labels=(*self.labels, *labels),
        )

    def labelled(self, label: Label, node: ast.AST) -> Way:
        """Go on under something that changes the meaning of what follows."""
        return replace(self, labels=(*self.labels, (label, node)))

    def retrying(self, node: ast.AST) -> Way:
        """Go into what is done again when it fails."""
        return self.labelled("retry", node)

    def via(self, label: Label) -> ast.AST | None:
        """Give what put a label on this way."""
        return next((node for name, node in self.labels if name == label), None)

    def implies(self, other: Way) -> bool:
        """Say whether whoever came along this way came along the other, too, in one run."""
        return self.root is other.root and set(other.choices) <= set(self.choices)


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that happens at an expression."""

    node: ast.Call
    module: Module
    way: Way


@dataclass(frozen=True, slots=True, eq=False)
class Construction(Event):
    """A resource is registered; ``within`` is the component whose constructor is at work."""

    resource: Resource
    name: Value
    arguments: tuple[Value, ...]
    options: Options
    within: Resource | None
    read: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call(Event):
    """Something outside the program is called by its full name."""

    name: str
    positional: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Export(Event):
    """A stack output is set."""

    key: Value
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class ConfigRead(Event):
    """A configuration key is read; ``None`` where namespace or key cannot be told."""

    namespace: str | None
    key: str | None
    method: str
    has_default: bool


@dataclass(slots=True)
class Frame:
    """A function that is being followed."""

    function: ast.AST
    receiver: Atom | None = None
    owner: Class | None = None
    returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """All that was found. Expressions are keyed by node; several values are those of several ways to it."""

    constructions: list[Construction] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    config: list[ConfigRead] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    registered: set[ast.AST] = field(default_factory=set)
    """Classes whose instances call ``register_outputs``."""
    initialized: list[tuple[Class, ast.Call, Module, Value]] = field(default_factory=list)
    """Components' calls of their base, with the type token."""
    imports: dict[str, set[str]] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    called_outputs: set[ast.Call] = field(default_factory=set)
    results: dict[ast.Call, Value] = field(default_factory=dict)
    last: dict[ast.AST, Value] = field(default_factory=dict)
    _values: dict[ast.expr, list[Value]] = field(default_factory=dict)
    _dull: set[ast.expr] = field(default_factory=set)

    def note(self, node: ast.expr, value: Value, *, interesting: bool) -> None:
        """Remember what an expression was."""
        if interesting:
            held = self._values.setdefault(node, [])
            if value not in held:
                held.append(value)
        else:
            self._dull.add(node)

    def of(self, node: ast.expr) -> Value:
        """Join what an expression was on all ways; empty where nothing of interest."""
        found = self._values.get(node)
        return join(*found) if found else ()

    def ever(self, node: ast.expr, kind: type[Atom] | tuple[type[Atom], ...]) -> bool:
        """Say whether on some way an expression is of a kind for certain, or left out."""
        return any(definitely(value, kind) for value in self._values.get(node, ()))

    def always(self, node: ast.expr, kind: type[Atom] | tuple[type[Atom], ...]) -> bool:
        """Say whether on every way an expression is there and of a kind for certain."""
        values = self._values.get(node, ())
        alike = all(isinstance(atom, kind) for value in values for atom in value)
        return bool(values) and alike and node not in self._dull
