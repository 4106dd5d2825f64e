# SPDX-License-Identifier: Apache-2.0
"""What the statements of a program do to its names, in the order in which Python would run them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackproof.lint import calls, sdk
from stackproof.lint.annotations import annotated
from stackproof.lint.expressions import Expressions
from stackproof.lint.narrowing import narrow
from stackproof.lint.source import absolute
from stackproof.lint.values import (
    NOTHING,
    UNKNOWN,
    Class,
    Environment,
    External,
    Function,
    Instance,
    Items,
    Made,
    ModuleValue,
    Resource,
    constant,
    is_single,
    join,
    untold,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stackproof.lint.source import Module, Sources
    from stackproof.lint.values import Atom, Value

__all__ = ["Statements"]

_ENDINGS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Statements(Expressions):
    """The execution of statements. Both sides of a condition are followed, the body of a loop once."""

    def __init__(self, sources: Sources) -> None:
        super().__init__(sources)
        self._executors: dict[type[ast.AST], Callable[..., None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated_assign,
            ast.AugAssign: self._augmented,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.FunctionDef: self._define,
            ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._define_class,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Return: self._return,
            ast.Match: self._match,
            ast.Assert: self._assert,
            ast.Raise: self._raise,
            ast.Delete: self._ignore,
        }

    def execute(self, body: Sequence[ast.stmt], environment: Environment) -> bool:
        """Run statements; say whether the block ends in leaving it."""
        before = self.way
        for statement in body:
            self._executors.get(type(statement), self._ignore)(statement, environment)
            if isinstance(statement, _ENDINGS) or self._exits(statement):
                self.way = before
                return True
        self.way = before
        return False

    def _exits(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="sys" | "os"), attr="exit" | "_exit"))):
                return True
            case ast.Expr(value=ast.Call(func=ast.Name(id="exit" | "quit"))):
                return True
            case _:
                return False

    def _ignore(self, statement: ast.stmt, environment: Environment) -> None:
        pass

    def _expression(self, statement: ast.Expr, environment: Environment) -> None:
        self.evaluate(statement.value, environment)

    def _assign(self, statement: ast.Assign, environment: Environment) -> None:
        value = self.evaluate(statement.value, environment)
        for target in statement.targets:
            self.bind(target, value, environment)

    def _annotated_assign(self, statement: ast.AnnAssign, environment: Environment) -> None:
        if statement.value is not None:
            value = self.evaluate(statement.value, environment)
            told = annotated(statement.annotation, environment, self) if untold(value) else UNKNOWN
            value = value if told == UNKNOWN else told
            self.bind(statement.target, value, environment)
        elif isinstance(statement.target, ast.Name) and environment.is_class:
            environment.names.setdefault(statement.target.id, annotated(statement.annotation, environment, self))

    def _augmented(self, statement: ast.AugAssign, environment: Environment) -> None:
        left = UNKNOWN
        if isinstance(statement.target, ast.Name):
            left = environment.find(statement.target.id) or UNKNOWN
        right = self.evaluate(statement.value, environment)
        self.bind(statement.target, self.added(statement.op, left, right), environment)

    def bind(self, target: ast.expr, value: Value, environment: Environment) -> None:
        """Give a value to a target."""
        match target:
            case ast.Name(id=name):
                environment.names[name] = value
                if environment.narrowed:
                    environment.narrowed.clear()
            case ast.Attribute(value=owner, attr=name):
                environment.narrowed.clear()
                self._bind_attribute(self.evaluate(owner, environment), name, value)
            case ast.Subscript(value=owner, slice=key):
                held, text = self.evaluate(owner, environment), constant(self.evaluate(key, environment))
                for atom in held:
                    if isinstance(atom, Items):
                        atom.whole = False
                        atom.members.append((text, value))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for index, inner in enumerate(targets):
                    self.bind(inner, self._element(value, index, len(targets)), environment)
            case ast.Starred(value=inner):
                self.bind(inner, (Items("list", [(None, value)]),), environment)
            case _:
                pass

    def _bind_attribute(self, owner: Value, name: str, value: Value) -> None:
        for atom in owner:
            if isinstance(atom, Instance | Resource):
                atom.attributes[name] = value
                if atom.cls is not None:
                    known = atom.cls.attributes.get(name)
                    atom.cls.attributes[name] = value if known is None else join(known, value)
            elif isinstance(atom, Class):
                atom.attributes[name] = value

    def _element(self, value: Value, index: int, count: int) -> Value:
        parts = []
        for atom in value:
            if isinstance(atom, Items) and atom.kind == "tuple" and len(atom.members) == count:
                parts.append(atom.members[index][1])
            else:
                parts.append(self.iterated((atom,)))
        return join(*parts) if parts else UNKNOWN

    def _import(self, statement: ast.Import, environment: Environment) -> None:
        for alias in statement.names:
            value = self._module(alias.name, environment.module)
            if alias.asname:
                environment.names[alias.asname] = value
                continue
            first = alias.name.partition(".")[0]
            environment.names[first] = self._module(first, environment.module)

    def _module(self, name: str, importer: Module) -> Value:
        parts = name.split(".")
        found: Module | None = None
        for count in range(1, len(parts) + 1):  # importing a.b runs a first
            found = self.sources.resolve(".".join(parts[:count]), importer)
            if found is not None and found.kind != "other":
                self.facts.imports.setdefault(importer.shown, set()).add(found.shown)
                self.enter(found)
        return (ModuleValue(found),) if found is not None and found.kind != "other" else (External(name),)

    def _import_from(self, statement: ast.ImportFrom, environment: Environment) -> None:
        base = absolute(environment.module, statement)
        [owner] = self._module(base, environment.module) if base else UNKNOWN
        for alias in statement.names:
            if alias.name == "*":
                self._star(owner, base, environment)
                continue
            value = UNKNOWN
            if isinstance(owner, ModuleValue):
                value = self._environments[owner.module.shown].names.get(alias.name, UNKNOWN)
            if value is UNKNOWN and self.sources.resolve(f"{base}.{alias.name}", environment.module) is not None:
                value = self._module(f"{base}.{alias.name}", environment.module)
            elif isinstance(owner, External):
                value = (External(sdk.canonical(f"{base}.{alias.name}")),)
            environment.names[alias.asname or alias.name] = value

    def _star(self, owner: Atom, base: str, environment: Environment) -> None:
        if isinstance(owner, ModuleValue):
            found = self._environments[owner.module.shown]
            public = {name: value for name, value in found.names.items() if not name.startswith("_")}
            environment.names.update(public)
            environment.stars += found.stars
        elif isinstance(owner, External):
            environment.names.update({name: (External(f"{base}.{name}"),) for name in sdk.star_names(base)})
            environment.stars.append(base)

    def _define(self, statement: ast.FunctionDef | ast.AsyncFunctionDef, environment: Environment) -> None:
        for default in (*statement.args.defaults, *statement.args.kw_defaults):
            if default is not None:
                self.evaluate(default, environment)
        owner = environment.names.get("__class__", (None,))[0] if environment.is_class else None
        function = Function(statement, environment, owner if isinstance(owner, Class) else None)
        self.facts.functions.append(function)
        value: Value = (function,)
        for mark in reversed(statement.decorator_list):
            value = self._decorated(mark, value, environment)
        environment.names[statement.name] = value

    def _decorated(self, mark: ast.expr, value: Value, environment: Environment) -> Value:
        decorator = self.evaluate(mark, environment)
        for atom in decorator:
            name = atom.name if isinstance(atom, External | Made) else ""
            if calls.is_retry(name):
                for item in value:
                    if isinstance(item, Function):
                        item.retried = True
            if isinstance(atom, Function):
                result = self.call_function(atom, None, [value], {})
                return result if any(isinstance(item, Function) for item in result) else value
        return value

    def _define_class(self, statement: ast.ClassDef, environment: Environment) -> None:
        bases = [self.evaluate(base, environment) for base in statement.bases]
        cls = Class(statement, environment, tuple(atom for base in bases for atom in base))
        cls.kind = calls.kind_of(cls)
        self.facts.classes.append(cls)
        inner = Environment(environment.module, environment, {"__class__": (cls,)}, is_class=True)
        self.execute(statement.body, inner)
        fields = {name: value for name, value in inner.names.items() if name != "__class__"}
        cls.attributes.update(fields)
        environment.names[statement.name] = (cls,)

    def _if(self, statement: ast.If, environment: Environment) -> None:
        self.evaluate(statement.test, environment)
        if _is_type_checking(statement.test):
            self.execute(statement.body, environment)
            return
        if _is_main(statement.test) and environment.module.kind != "entry":
            self.execute(statement.orelse, environment)  # the rest is for those who run the file by hand
            return
        ended, otherwise = self._branches(statement, statement.body, statement.orelse, statement.test, environment)
        if ended or otherwise:
            # what follows belongs to the side that goes on
            self.way = self.way.choosing(statement, 1 if ended else 0)
            environment.narrowed.clear()
            narrow(statement.test, environment, self.evaluate, holds=not ended)

    def _branches(
        self,
        node: ast.AST,
        body: Sequence[ast.stmt],
        otherwise: Sequence[ast.stmt],
        test: ast.expr,
        environment: Environment,
    ) -> tuple[bool, bool]:
        """Run both sides of a condition and join what they leave, except for sides that are left for good."""
        start, narrowed = dict(environment.names), dict(environment.narrowed)
        before = self.way
        self.way = before.choosing(node, 0)
        narrow(test, environment, self.evaluate, holds=True)
        ended_first = self.execute(body, environment)
        first = dict(environment.names)
        environment.names.clear()
        environment.names.update(start)
        environment.narrowed = dict(narrowed)
        self.way = before.choosing(node, 1)
        narrow(test, environment, self.evaluate, holds=False)
        ended_second = self.execute(otherwise, environment)
        self.way = before
        environment.narrowed = narrowed
        if ended_second and not ended_first:
            environment.names.clear()
            environment.names.update(first)
        elif not ended_first:
            _merge(environment.names, first)
        return ended_first, ended_second and not ended_first

    def _for(self, statement: ast.For | ast.AsyncFor, environment: Environment) -> None:
        values = self.evaluate(statement.iter, environment)
        before = dict(environment.names)
        self.bind(statement.target, self.iterated(values), environment)
        if is_single(values):
            self.execute(statement.body, environment)
        else:
            self._loop(statement, statement.body, environment)
        _merge(environment.names, before)
        self.execute(statement.orelse, environment)

    def _while(self, statement: ast.While, environment: Environment) -> None:
        self.evaluate(statement.test, environment)
        before = dict(environment.names)
        self._loop(statement, statement.body, environment)
        _merge(environment.names, before)
        self.execute(statement.orelse, environment)

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, body: Sequence[ast.stmt], environment: Environment
    ) -> None:
        before = self.way
        self.way = before.choosing(node, 0).looping(node)
        self.execute(body, environment)
        self.way = before

    def _try(self, statement: ast.Try | ast.TryStar, environment: Environment) -> None:
        before = self.way
        self.way = before.choosing(statement, 0).trying(statement)
        self.execute(statement.body, environment)
        self.way = before.choosing(statement, 0)
        self.execute(statement.orelse, environment)
        after = dict(environment.names)
        for index, handler in enumerate(statement.handlers, 1):
            self.way = before.choosing(statement, index)
            if handler.name:
                environment.names[handler.name] = UNKNOWN
            self.execute(handler.body, environment)
        _merge(environment.names, after)
        self.way = before
        self.execute(statement.finalbody, environment)

    def _with(self, statement: ast.With | ast.AsyncWith, environment: Environment) -> None:
        before = self.way
        for item in statement.items:
            value = self.evaluate(item.context_expr, environment)
            if item.optional_vars is not None:
                kept = value if any(isinstance(atom, Made) for atom in value) else UNKNOWN
                self.bind(item.optional_vars, kept, environment)
            if any(isinstance(atom, Made | External) and calls.is_retry(atom.name) for atom in value):
                self.way = self.way.retrying(item.context_expr)
        self.execute(statement.body, environment)
        self.way = before

    def _return(self, statement: ast.Return, environment: Environment) -> None:
        value = self.evaluate(statement.value, environment) if statement.value is not None else NOTHING
        if self.frames:
            self.frames[-1].returned.append(value)

    def _match(self, statement: ast.Match, environment: Environment) -> None:
        self.evaluate(statement.subject, environment)
        before, start = self.way, dict(environment.names)
        for index, case in enumerate(statement.cases):
            self.way = before.choosing(statement, index)
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    environment.names[name] = UNKNOWN
            if case.guard is not None:
                self.evaluate(case.guard, environment)
            self.execute(case.body, environment)
        _merge(environment.names, start)
        self.way = before

    def _assert(self, statement: ast.Assert, environment: Environment) -> None:
        self.evaluate(statement.test, environment)
        narrow(statement.test, environment, self.evaluate, holds=True)

    def _raise(self, statement: ast.Raise, environment: Environment) -> None:
        if statement.exc is not None:
            self.evaluate(statement.exc, environment)


def _merge(names: dict[str, Value], other: dict[str, Value]) -> None:
    """Join the names of another end of the same block into those of one."""
    for name, value in other.items():
        held = names.get(name)
        if held is None:
            names[name] = value
        elif held is not value and held != value:
            names[name] = join(held, value)


def _is_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case _:
            return False


def _is_type_checking(test: ast.expr) -> bool:
    return (
        ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING" if isinstance(test, ast.Name | ast.Attribute) else False
    )
