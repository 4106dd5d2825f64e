# SPDX-License-Identifier: Apache-2.0
"""What the expressions of a program may be, each evaluated where a run reaches it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stackproof.lint import sdk
from stackproof.lint.attributes import attribute_of
from stackproof.lint.facts import Facts, Frame, Way
from stackproof.lint.narrowing import narrow
from stackproof.lint.table import names
from stackproof.lint.values import (
    NOTHING,
    OUTPUT,
    PLAIN,
    UNKNOWN,
    Coroutine,
    Environment,
    External,
    Function,
    Items,
    Nothing,
    Options,
    Output,
    Plain,
    Resource,
    ThreadFuture,
    constant,
    is_single,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackproof.lint.source import Module, Sources
    from stackproof.lint.values import Atom, Value

__all__ = ["Expressions"]

_INTERESTING = (Output, Coroutine, ThreadFuture, Resource)


class Expressions(ABC):
    """The state of a reading, and the evaluation of expressions; statements and calls are added below."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.facts = Facts()
        self.way = Way()
        self.frames: list[Frame] = []
        self.initialized: dict[int, tuple[Value, Options]] = {}
        self._environments: dict[str, Environment] = {}
        self._times: dict[ast.AST, int] = {}
        self._steps = 0
        self._budget = 0
        self._evaluators: dict[type[ast.AST], Callable[..., Value]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Subscript: self._subscript,
            ast.JoinedStr: self._joined,
            ast.BinOp: self._binary,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.List: self._sequence,
            ast.Tuple: self._sequence,
            ast.Set: self._sequence,
            ast.Dict: self._dictionary,
            ast.Lambda: self._lambda,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.Await: self._await,
            ast.NamedExpr: self._walrus,
            ast.Starred: self._starred,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield,
        }

    @abstractmethod
    def bind(self, target: ast.expr, value: Value, environment: Environment) -> None:
        """Give a value to a target."""

    @abstractmethod
    def call(  # noqa: PLR0913 (what a call consists of)
        self,
        callee: Atom,
        node: ast.Call,
        positional: list[Value],
        keywords: dict[str, Value],
        environment: Environment,
        *,
        sure: bool = True,
    ) -> Value:
        """Tell what calling a value may give, and note what it does."""

    @abstractmethod
    def call_function(
        self,
        function: Function,
        node: ast.Call | None,
        positional: list[Value],
        keywords: dict[str, Value],
        *,
        sure: bool = True,
    ) -> Value:
        """Follow a function with what it is called with, as often and as deep as is worth it."""

    @abstractmethod
    def enter(self, module: Module) -> Environment:
        """Run a module, once."""

    def evaluate(self, node: ast.expr, environment: Environment) -> Value:
        """Tell what an expression may be, and note it."""
        self._steps += 1
        evaluator = self._evaluators.get(type(node))
        if evaluator is None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.evaluate(child, environment)
            return UNKNOWN
        value = evaluator(node, environment)
        self.facts.note(node, value, interesting=any(isinstance(atom, _INTERESTING) for atom in value))
        return value

    def _constant(self, node: ast.Constant, environment: Environment) -> Value:
        del environment
        if node.value is None:
            return NOTHING
        return (Plain(node.value),) if isinstance(node.value, str) else PLAIN

    def _name(self, node: ast.Name, environment: Environment) -> Value:
        if node.id in environment.narrowed:
            return environment.narrowed[node.id]
        found = environment.find(node.id)
        if found is not None:
            return found
        scope: Environment | None = environment
        while scope is not None:
            for package in scope.stars:
                dotted = f"{package}.{node.id}"
                if names().holds(dotted) or (not package.startswith("pulumi_aws") and sdk.is_resource(dotted)):
                    return (External(dotted),)
            scope = scope.outer
        return (External(f"builtins.{node.id}"),)

    def _attribute(self, node: ast.Attribute, environment: Environment) -> Value:
        owner = self.evaluate(node.value, environment)
        if environment.narrowed:
            narrowed = environment.narrowed.get(ast.unparse(node))
            if narrowed is not None:
                return narrowed
        return join(*(attribute_of(self, atom, node.attr) for atom in owner))

    def _subscript(self, node: ast.Subscript, environment: Environment) -> Value:
        owner, key = self.evaluate(node.value, environment), self.evaluate(node.slice, environment)
        if environment.narrowed:
            narrowed = environment.narrowed.get(ast.unparse(node))
            if narrowed is not None:
                return narrowed
        return join(*(self._item(atom, key, node.slice) for atom in owner))

    def _item(self, atom: Atom, key: Value, index: ast.expr) -> Value:  # noqa: PLR0911 (one case a kind of value)
        match atom:
            case Output():
                return OUTPUT
            case Items(kind="dict"):
                return _by_key(atom, constant(key))
            case Items(members=members):
                if isinstance(index, ast.Slice):
                    return (atom,)
                number = index.value if isinstance(index, ast.Constant) else None
                if isinstance(number, int) and -len(members) <= number < len(members) and atom.kind == "tuple":
                    return members[number][1]
                return atom.all()
            case Resource(cls=None) if not sdk.is_core_resource(atom.type):
                return UNKNOWN
            case External(name=name):
                return (External(name),)  # a generic class with its parameters
            case Plain():
                return PLAIN
            case _:
                return UNKNOWN

    def _joined(self, node: ast.JoinedStr, environment: Environment) -> Value:
        texts: list[str | None] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                texts.append(constant(self.evaluate(part.value, environment)))
                if part.format_spec is not None:
                    self.evaluate(part.format_spec, environment)
            elif isinstance(part, ast.Constant):
                texts.append(str(part.value))
        known = [text for text in texts if text is not None]
        return (Plain("".join(known)),) if len(known) == len(texts) else PLAIN

    def _binary(self, node: ast.BinOp, environment: Environment) -> Value:
        left, right = self.evaluate(node.left, environment), self.evaluate(node.right, environment)
        return self.added(node.op, left, right)

    def added(self, operator: ast.operator, left: Value, right: Value) -> Value:
        """Tell what two values give together."""
        first, second = constant(left), constant(right)
        if isinstance(operator, ast.Add) and first is not None and second is not None:
            return (Plain(first + second),)
        items = [atom for atom in (*left, *right) if isinstance(atom, Items)]
        if items and isinstance(operator, ast.Add | ast.BitOr):
            return (
                Items(
                    items[0].kind if isinstance(operator, ast.BitOr) else "list", [m for i in items for m in i.members]
                ),
            )
        plain = all(isinstance(atom, Plain) for atom in (*left, *right))
        return PLAIN if plain or first is not None or isinstance(operator, ast.Mod) else UNKNOWN

    def _boolean(self, node: ast.BoolOp, environment: Environment) -> Value:
        values, saved = [], dict(environment.narrowed)
        for operand in node.values:
            values.append(self.evaluate(operand, environment))
            narrow(operand, environment, self.evaluate, holds=isinstance(node.op, ast.And), longer=True)
        environment.narrowed = saved
        if isinstance(node.op, ast.Or):
            kept = [tuple(a for a in value if not isinstance(a, Nothing)) for value in values[:-1]]
            return join(*(value for value in kept if value), values[-1])
        return join(*values)

    def _unary(self, node: ast.UnaryOp, environment: Environment) -> Value:
        self.evaluate(node.operand, environment)
        return PLAIN

    def _compare(self, node: ast.Compare, environment: Environment) -> Value:
        for operand in (node.left, *node.comparators):
            self.evaluate(operand, environment)
        return PLAIN

    def _conditional(self, node: ast.IfExp, environment: Environment) -> Value:
        self.evaluate(node.test, environment)
        before, saved = self.way, dict(environment.narrowed)
        self.way = before.choosing(node, 0)
        narrow(node.test, environment, self.evaluate, holds=True, longer=True)
        first = self.evaluate(node.body, environment)
        environment.narrowed = dict(saved)
        self.way = before.choosing(node, 1)
        narrow(node.test, environment, self.evaluate, holds=False, longer=True)
        second = self.evaluate(node.orelse, environment)
        environment.narrowed = saved
        self.way = before
        return join(first, second)

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, environment: Environment) -> Value:
        kind = type(node).__name__.lower()
        members: list[tuple[str | None, Value]] = []
        for item in node.elts:
            value = self.evaluate(item, environment)
            members.append((None, value))
        if any(isinstance(item, ast.Starred) for item in node.elts):
            kind = "list"
        return (Items(kind, members, whole=not any(isinstance(item, ast.Starred) for item in node.elts)),)

    def _starred(self, node: ast.Starred, environment: Environment) -> Value:
        return self.iterated(self.evaluate(node.value, environment))

    def _dictionary(self, node: ast.Dict, environment: Environment) -> Value:
        made = Items("dict")
        for key, value in zip(node.keys, node.values, strict=True):
            held = self.evaluate(value, environment)
            if key is None:
                members = [atom.members if isinstance(atom, Items) else [(None, UNKNOWN)] for atom in held]
                made.members += [member for found in members for member in found]
            else:
                made.members.append((constant(self.evaluate(key, environment)), held))
        return (made,)

    def _lambda(self, node: ast.Lambda, environment: Environment) -> Value:
        function = Function(node, environment)
        self.facts.functions.append(function)
        return (function,)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, environment: Environment
    ) -> Value:
        inner = Environment(environment.module, environment)
        before = self.way
        for clause in node.generators:
            values = self.evaluate(clause.iter, environment if clause is node.generators[0] else inner)
            self.bind(clause.target, self.iterated(values), inner)
            if not is_single(values):
                self.way = self.way.looping(clause)
            for test in clause.ifs:
                self.evaluate(test, inner)
                narrow(test, inner, self.evaluate, holds=True, longer=True)
        if isinstance(node, ast.DictComp):
            key = constant(self.evaluate(node.key, inner))
            made = Items("dict", [(key, self.evaluate(node.value, inner))])
        else:
            made = Items("list", [(None, self.evaluate(node.elt, inner))])
        self.way = before
        return (made,)

    def _await(self, node: ast.Await, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment)
        parts = [self.facts.results.get(a.site, UNKNOWN) if isinstance(a, Coroutine) else UNKNOWN for a in value]
        return join(*parts) if parts else UNKNOWN

    def _yield(self, node: ast.Yield | ast.YieldFrom, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment) if node.value is not None else NOTHING
        if self.frames:
            given = self.iterated(value) if isinstance(node, ast.YieldFrom) else value
            self.frames[-1].yielded.append(given)
        return UNKNOWN

    def _walrus(self, node: ast.NamedExpr, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment)
        self.bind(node.target, value, environment)
        return value

    def _call(self, node: ast.Call, environment: Environment) -> Value:
        callee = self.evaluate(node.func, environment)
        positional = [self.evaluate(argument, environment) for argument in node.args]
        keywords = {item.arg or "**": self.evaluate(item.value, environment) for item in node.keywords}
        sure = not any(isinstance(argument, ast.Starred) for argument in node.args) and "**" not in keywords
        if not sure:
            positional, keywords = self._spread(node, positional, keywords, environment)
        results = []
        for index, atom in enumerate(callee):  # of several that it may be, a run calls one
            way = self.way.choosing(node, index) if len(callee) > 1 else self.way
            with self.along(way):
                results.append(self.call(atom, node, positional, keywords, environment, sure=sure))
        return join(*results) if results else UNKNOWN

    def _spread(
        self, node: ast.Call, positional: list[Value], keywords: dict[str, Value], environment: Environment
    ) -> tuple[list[Value], dict[str, Value]]:
        """Put the members of a dictionary passed with ``**`` into the keywords; a star ends what is positional."""
        stop = next((i for i, item in enumerate(node.args) if isinstance(item, ast.Starred)), len(positional))
        for item in node.keywords:
            if item.arg is None:
                for atom in self.evaluate(item.value, environment):
                    members = atom.members if isinstance(atom, Items) else []
                    keywords |= {key: value for key, value in members if key is not None}
        return positional[:stop], keywords

    def iterated(self, value: Value) -> Value:
        """Tell what a loop over a value sees."""
        parts: list[Value] = []
        for atom in value:
            match atom:
                case Items(kind="dict"):
                    parts.append(PLAIN)
                case Items(whole=True, members=[]):
                    pass
                case Items(whole=True):
                    parts.append(atom.all())
                case Items():
                    parts.append(_varied(atom.all()))
                case Plain():
                    parts.append(PLAIN)
                case _:
                    parts.append(UNKNOWN)
        return join(*parts) if parts else UNKNOWN

    @contextmanager
    def along(self, way: Way) -> Iterator[None]:
        """Follow something as reached by a way."""
        before = self.way
        self.way = way
        yield
        self.way = before


def _varied(value: Value) -> Value:
    """Take from a value that stands for many the text that one of them has."""
    return tuple(Plain() if isinstance(atom, Plain) else atom for atom in value)


def _by_key(items: Items, key: str | None) -> Value:
    if key is not None:
        found = [value for name, value in items.members if name == key]
        if found:
            return found[-1]
        if all(name is not None for name, _ in items.members):
            return UNKNOWN
    return items.all()
