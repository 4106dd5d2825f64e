# SPDX-License-Identifier: Apache-2.0
"""Follows a program as Python would run it, on what its expressions may be instead of on values.

Modules run in the order of their imports, functions where they are called, with what they are called with; a function
that nothing calls is followed with what its annotations say. Both sides of a condition are followed, the body of a loop
once. What comes of it is `Facts`: what each expression was seen to be, and which resources, exports, calls and reads of
configuration there were, each with the way that led to it. Nothing outside the program is entered.
"""

from __future__ import annotations

import ast
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeGuard

from stackproof.lint import calls, sdk
from stackproof.lint.annotations import annotated
from stackproof.lint.facts import Facts, Frame, Way
from stackproof.lint.narrowing import narrow
from stackproof.lint.source import absolute
from stackproof.lint.table import names
from stackproof.lint.values import (
    NOTHING,
    OUTPUT,
    PLAIN,
    UNKNOWN,
    Bound,
    Class,
    Config,
    Coroutine,
    Environment,
    External,
    Function,
    Instance,
    Items,
    Made,
    ModuleValue,
    Nothing,
    Options,
    Output,
    Plain,
    Resource,
    ThreadFuture,
    Unknown,
    constant,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from stackproof.lint.source import Module, Sources
    from stackproof.lint.values import Atom, Value

__all__ = ["Interpreter"]

_MOST_CALLS_DEEP: Final = 16
_MOST_TIMES: Final = 24
_STEPS_A_NODE: Final = 10
_RECURSION: Final = 60_000
_INTERESTING = (Output, Coroutine, ThreadFuture, Resource)
_MUTATORS = frozenset({"append", "add", "insert", "extend", "update", "setdefault"})
_ENDINGS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Interpreter:
    """One reading of all sources; `run` does it."""

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

    # --- the whole

    def run(self) -> Facts:
        """Follow entries, then what they did not reach, then functions that nothing called."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _RECURSION))
        try:
            ranks = {"entry": 0, "module": 1, "test": 2}
            modules = [module for module in self.sources.modules.values() if module.kind != "other"]
            self._budget = _STEPS_A_NODE * sum(len(module.lines) for module in modules) * 12 + 100_000
            for module in sorted(modules, key=lambda item: ranks[item.kind]):
                self.enter(module)
            for module in modules:
                self._follow_uncalled(module)
        finally:
            sys.setrecursionlimit(limit)
        return self.facts

    def enter(self, module: Module) -> Environment:
        """Run a module, once."""
        if module.shown not in self._environments:
            environment = self._environments[module.shown] = Environment(module)
            environment.names["__name__"] = (Plain("__main__" if module.kind == "entry" else module.name),)
            environment.names["__file__"] = PLAIN
            before, frames = self.way, self.frames
            self.way, self.frames = self.way.importing(module), []
            self.facts.environments[module.shown] = environment
            self.execute(module.tree.body, environment)
            self.way, self.frames = before, frames
        return self._environments[module.shown]

    def _follow_uncalled(self, module: Module) -> None:
        environment = self._environments[module.shown]
        for function in list(self.facts.functions):
            if function.environment.module is module and self._times.get(function.node, 0) == 0:
                self.way = Way().alone(function.node, module)
                self.frames = []
                receiver = self._receiver(function)
                bound = Function(function.node, function.environment, function.owner, receiver, function.retried)
                self.call_function(bound, None, [], {}, sure=False)
        self.way = Way()
        del environment

    def _receiver(self, function: Function) -> Atom | None:
        if function.owner is None:
            return None
        if function.owner.kind:
            return Resource(function.owner.node.name, function.owner, dict(function.owner.attributes), None)
        return Instance(function.owner, dict(function.owner.attributes))

    # --- statements

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
            if all(isinstance(atom, Unknown) for atom in value):
                value = annotated(statement.annotation, environment, self)
            self.bind(statement.target, value, environment)
        elif isinstance(statement.target, ast.Name) and environment.is_class:
            environment.names.setdefault(statement.target.id, annotated(statement.annotation, environment, self))

    def _augmented(self, statement: ast.AugAssign, environment: Environment) -> None:
        read: ast.expr | None = None
        match statement.target:
            case ast.Name(id=name):
                read = ast.copy_location(ast.Name(name, ast.Load()), statement.target)
            case ast.Attribute() | ast.Subscript():
                read = None
        left = self.evaluate(read, environment) if read is not None else UNKNOWN
        right = self.evaluate(statement.value, environment)
        self.facts.operands[statement] = (*self.facts.operands.get(statement, ()), (left, right))
        self.bind(statement.target, self._added(statement.op, left, right), environment)

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
                self.facts.unpacked.setdefault(target, []).append(value)
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
        self.condition(statement.test, environment)
        if _is_type_checking(statement.test):
            self.execute(statement.body, environment)
            return
        ended, otherwise = self._branches(statement, statement.body, statement.orelse, statement.test, environment)
        if ended or otherwise:
            # what follows belongs to the side that goes on
            self.way = self.way.choosing(statement, 1 if ended else 0)
            environment.narrowed.clear()
            narrow(statement.test, environment, self, holds=not ended)

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
        narrow(test, environment, self, holds=True)
        ended_first = self.execute(body, environment)
        first = dict(environment.names)
        environment.names.clear()
        environment.names.update(start)
        environment.narrowed = dict(narrowed)
        self.way = before.choosing(node, 1)
        narrow(test, environment, self, holds=False)
        ended_second = self.execute(otherwise, environment)
        self.way = before
        environment.narrowed = narrowed
        if ended_second and not ended_first:
            environment.names.clear()
            environment.names.update(first)
        elif not ended_first:
            _merge(environment.names, first)
        return ended_first, ended_second and not ended_first

    def condition(self, test: ast.expr, environment: Environment) -> Value:
        """Evaluate what is asked whether it is true."""
        return self.evaluate(test, environment)

    def _for(self, statement: ast.For | ast.AsyncFor, environment: Environment) -> None:
        values = self.evaluate(statement.iter, environment)
        before = dict(environment.names)
        self.bind(statement.target, self.iterated(values), environment)
        if _is_single(values):
            self.execute(statement.body, environment)
        else:
            self._loop(statement, statement.body, environment)
        _merge(environment.names, before)
        self.execute(statement.orelse, environment)

    def _while(self, statement: ast.While, environment: Environment) -> None:
        self.condition(statement.test, environment)
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

    def _yield(self, node: ast.Yield | ast.YieldFrom, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment) if node.value is not None else NOTHING
        if self.frames:
            given = self.iterated(value) if isinstance(node, ast.YieldFrom) else value
            self.frames[-1].yielded.append(given)
        return UNKNOWN

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
                self.condition(case.guard, environment)
            self.execute(case.body, environment)
        _merge(environment.names, start)
        self.way = before

    def _assert(self, statement: ast.Assert, environment: Environment) -> None:
        self.condition(statement.test, environment)
        narrow(statement.test, environment, self, holds=True)

    def _raise(self, statement: ast.Raise, environment: Environment) -> None:
        if statement.exc is not None:
            self.evaluate(statement.exc, environment)

    # --- expressions

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
        return join(*(self.attribute_of(atom, node.attr) for atom in owner))

    def attribute_of(self, atom: Atom, name: str) -> Value:  # noqa: C901, PLR0911 (one case a kind of value)
        """Tell what an attribute of a value may be."""
        match atom:
            case Output():
                return (Bound(atom, name),) if name in sdk.OUTPUT_METHODS else OUTPUT
            case Resource():
                return self._resource_attribute(atom, name)
            case Instance(cls=cls):
                if name in atom.attributes and not _is_method(atom.attributes[name]):
                    return atom.attributes[name]
                return self._class_attribute(cls, name, atom)
            case Class():
                return self._class_attribute(atom, name, None)
            case ModuleValue(module=module):
                found_name = self.enter(module).find(name)
                return UNKNOWN if found_name is None else found_name
            case External(name=dotted):
                return (External(sdk.canonical(f"{dotted}.{name}")),)
            case Made(name=dotted):
                return (External(f"{dotted}().{name}"),)
            case Config() | Items() | Coroutine() | ThreadFuture():
                return (Bound(atom, name),)
            case Function(receiver=_) if name in {"__name__", "__doc__"}:
                return PLAIN
            case Bound(name="super"):
                return calls.super_attribute(self, atom, name)
            case Options() | Plain() | Nothing() | Unknown() | Bound() | Function():
                return UNKNOWN

    def _resource_attribute(self, atom: Resource, name: str) -> Value:  # noqa: PLR0911 (from near to far)
        if name in atom.attributes and not _is_method(atom.attributes[name]):
            return atom.attributes[name]
        if atom.cls is None:
            if sdk.attribute_is_output(atom.type, name):
                return OUTPUT
            return (Bound(atom, name),)
        found = self._class_attribute(atom.cls, name, atom)
        if found is not UNKNOWN:
            return found
        if name == "urn" or (name == "id" and atom.cls.kind == "custom"):
            return OUTPUT
        inherited = calls.external_bases(atom.cls)
        if any(sdk.attribute_is_output(base, name) for base in inherited if base not in sdk.CORE):
            return OUTPUT
        return (Bound(atom, name),) if name == "register_outputs" else UNKNOWN

    def _class_attribute(self, cls: Class, name: str, receiver: Atom | None) -> Value:
        for owner in cls.lineage():
            if name not in owner.attributes:
                continue
            values = []
            for atom in owner.attributes[name]:
                if isinstance(atom, Function) and atom.receiver is None:
                    values.append(self._method(atom, cls, receiver))
                else:
                    values.append((atom,))
            return join(*values)
        return UNKNOWN

    def _method(self, function: Function, cls: Class, receiver: Atom | None) -> Value:
        marks = {ast.unparse(mark).rpartition(".")[2] for mark in getattr(function.node, "decorator_list", ())}
        if "staticmethod" in marks or isinstance(function.node, ast.Lambda):
            return (function,)
        owner = cls if "classmethod" in marks else receiver
        bound = Function(function.node, function.environment, function.owner, owner, function.retried)
        if receiver is not None and marks & {"property", "cached_property", "getter"}:
            return self.call_function(bound, None, [], {})
        return (bound,)

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
        self.facts.operands[node] = (*self.facts.operands.get(node, ()), (left, right))
        return self._added(node.op, left, right)

    def _added(self, operator: ast.operator, left: Value, right: Value) -> Value:
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
            narrow(operand, environment, self, holds=isinstance(node.op, ast.And), longer=True)
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
        self.condition(node.test, environment)
        before, saved = self.way, dict(environment.narrowed)
        self.way = before.choosing(node, 0)
        narrow(node.test, environment, self, holds=True, longer=True)
        first = self.evaluate(node.body, environment)
        environment.narrowed = dict(saved)
        self.way = before.choosing(node, 1)
        narrow(node.test, environment, self, holds=False, longer=True)
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
            if not _is_single(values):
                self.way = self.way.looping(clause)
            for test in clause.ifs:
                self.condition(test, inner)
                narrow(test, inner, self, holds=True, longer=True)
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

    def _walrus(self, node: ast.NamedExpr, environment: Environment) -> Value:
        value = self.evaluate(node.value, environment)
        self.bind(node.target, value, environment)
        return value

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

    # --- calls

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

    def call(  # noqa: PLR0911, PLR0913 (one case a kind of value; what a call consists of)
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
        match callee:
            case Function():
                return self.call_function(callee, node, positional, keywords, sure=sure)
            case Class():
                return calls.instantiate(self, callee, calls.Arguments(node, positional, keywords, environment, sure))
            case External(name=name):
                return calls.external(self, name, calls.Arguments(node, positional, keywords, environment, sure))
            case Bound():
                return calls.method(self, callee, calls.Arguments(node, positional, keywords, environment, sure))
            case Made(name=name) if calls.is_retry(name):
                return positional[0] if positional else UNKNOWN
            case Made(name=name):
                return calls.external(self, f"{name}()", calls.Arguments(node, positional, keywords, environment, sure))
            case Output():
                self.facts.called_outputs.add(node)
                return UNKNOWN
            case _:
                return UNKNOWN

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
        times = self._times.get(function.node, 0)
        active = sum(frame.function is function.node for frame in self.frames)
        if active > 1 or len(self.frames) >= _MOST_CALLS_DEEP or times >= _MOST_TIMES or self._spent(times):
            return self.facts.last.get(function.node, UNKNOWN)
        self._times[function.node] = times + 1
        environment = Environment(function.environment.module, function.environment)
        calls.bind_parameters(self, function, environment, positional, keywords, sure=sure)
        frame = Frame(function.node, function.receiver, function.owner)
        self.frames.append(frame)
        before = self.way
        self.way = before.calling(node, function)
        if isinstance(function.node, ast.Lambda):
            frame.returned.append(self.evaluate(function.node.body, environment))
        else:
            self.execute(function.node.body, environment)
        self.way = before
        self.frames.pop()
        return self._result(function, node, frame)

    def _spent(self, times: int) -> bool:
        return times > 0 and self._steps > self._budget

    def _result(self, function: Function, node: ast.Call | None, frame: Frame) -> Value:
        returns = getattr(function.node, "returns", None)
        if frame.yielded:
            value: Value = (Items("list", [(None, join(*frame.yielded))]),)
        else:
            value = join(*frame.returned) if frame.returned else NOTHING
        if returns is not None and all(isinstance(atom, Unknown) for atom in value):
            value = annotated(returns, function.environment, self)
        self.facts.last[function.node] = value
        if isinstance(function.node, ast.AsyncFunctionDef) and node is not None:
            self.facts.results[node] = value
            value = () if frame.yielded else (Coroutine(node),)
        return value or UNKNOWN

    @contextmanager
    def along(self, way: Way) -> Iterator[None]:
        """Follow something as reached by a way."""
        before = self.way
        self.way = way
        yield
        self.way = before


def _merge(names: dict[str, Value], other: dict[str, Value]) -> None:
    """Join the names of another end of the same block into those of one."""
    for name, value in other.items():
        held = names.get(name)
        if held is None:
            names[name] = value
        elif held is not value and held != value:
            names[name] = join(held, value)


def _is_single(value: Value) -> bool:
    """Say whether a loop over a value has one pass at most."""
    return all(isinstance(atom, Nothing) or (_is_whole(atom) and len(atom.members) <= 1) for atom in value)


def _is_whole(atom: Atom) -> TypeGuard[Items]:
    return isinstance(atom, Items) and atom.whole


def _varied(value: Value) -> Value:
    """Take from a value that stands for many the text that one of them has."""
    return tuple(Plain() if isinstance(atom, Plain) else atom for atom in value)


def _is_type_checking(test: ast.expr) -> bool:
    return (
        ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING" if isinstance(test, ast.Name | ast.Attribute) else False
    )


def _is_method(value: Value) -> bool:
    return any(isinstance(atom, Function) and atom.receiver is None and atom.owner is not None for atom in value)


def _by_key(items: Items, key: str | None) -> Value:
    if key is not None:
        found = [value for name, value in items.members if name == key]
        if found:
            return found[-1]
        if all(name is not None for name, _ in items.members):
            return UNKNOWN
    return items.all()
