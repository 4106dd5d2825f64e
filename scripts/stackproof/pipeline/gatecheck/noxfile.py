# SPDX-License-Identifier: Apache-2.0
"""Nox sessions, read from a noxfile's syntax tree without running it: the commands of each, and what it forgives.

A word that is no literal stands as `*`, one that comes from what follows `--` as that. Of a conditional expression
both sides are taken, since one of them may be meant.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.model import Place
from stackproof.pipeline.gatecheck.source import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Map

__all__ = ["Forgiven", "Noxfile", "SessionCommand", "read_noxfile"]

_RUNNERS = ("run", "run_always")
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class SessionCommand:
    """A command that a session runs."""

    words: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Forgiven:
    """A place in a session where a command's failure does not fail it, and why."""

    session: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Noxfile:
    """The sessions of a noxfile, by name, and those that run where none is named."""

    functions: Map[str, ast.FunctionDef]
    sessions: Map[str, ast.FunctionDef]
    default: tuple[str, ...]
    file: str
    _read: dict[tuple[str, tuple[str, ...]], tuple[SessionCommand, ...]] = field(default_factory=dict)

    def commands(self, session: str, posargs: tuple[str, ...]) -> tuple[SessionCommand, ...]:
        """Give what a session runs, with these words after `--`; nothing for a session that is not there."""
        node = self.sessions.get(session.partition("-")[0]) or self.sessions.get(session)
        if (session, posargs) not in self._read:
            self._read[session, posargs] = tuple(_Body(self, posargs).commands(node)) if node else ()
        return self._read[session, posargs]

    def forgiven(self, session: str) -> tuple[Forgiven, ...]:
        """Say where a session accepts failure."""
        node = self.sessions.get(session)
        return tuple(_forgiven(node, session, self.file)) if node else ()


def read_noxfile(text: str, file: str) -> Noxfile:
    """Read a noxfile.

    Raises:
        MalformedError: it is not Python.

    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise MalformedError(f"is not Python: {error}", line) from error
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    sessions: dict[str, ast.FunctionDef] = {}
    optional: set[str] = set()
    for node in functions.values():
        mark = next((item for item in node.decorator_list if _is_session(item)), None)
        if mark is None:
            continue
        options = {item.arg: item.value for item in mark.keywords} if isinstance(mark, ast.Call) else {}
        name = _text(options.get("name")) or node.name
        sessions[name] = node
        if isinstance(default := options.get("default"), ast.Constant) and default.value is False:
            optional.add(name)
    return Noxfile(functions, sessions, _default(tree) or tuple(sorted(set(sessions) - optional)), file)


def _is_session(mark: ast.expr) -> bool:
    called = mark.func if isinstance(mark, ast.Call) else mark
    return ast.unparse(called) in {"nox.session", "session"}


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _default(tree: ast.Module) -> tuple[str, ...]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "nox.options.sessions":
            return tuple(_text(item) for item in getattr(node.value, "elts", ()))
    return ()


@dataclass(slots=True)
class _Body:
    """Reads the commands of one session, with what its simple assignments hold."""

    noxfile: Noxfile
    posargs: tuple[str, ...]
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    depth: int = 0

    def commands(self, function: ast.FunctionDef) -> Iterator[SessionCommand]:
        """Yield the commands in the order they are written, those of functions that are given the session too."""
        session = function.args.args[0].arg if function.args.args else "session"
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                self._assign(node, session)
        for node in sorted(ast.walk(function), key=lambda item: getattr(item, "lineno", 0)):
            if not isinstance(node, ast.Call):
                continue
            place = Place(self.noxfile.file, node.lineno)
            if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == session:
                if node.func.attr in _RUNNERS:
                    yield SessionCommand(tuple(self._words(node.args, session)), place)
                elif node.func.attr == "notify" and node.args:
                    yield from self._follow(self.noxfile.sessions.get(_text(node.args[0])))
            elif isinstance(node.func, ast.Name) and any(ast.unparse(item) == session for item in node.args):
                called = self.noxfile.functions.get(node.func.id)
                if called is not None:
                    yield from self._follow(called, self._bound(called, node, session))

    def _follow(
        self, function: ast.FunctionDef | None, names: dict[str, tuple[str, ...]] | None = None
    ) -> Iterator[SessionCommand]:
        if function is not None and self.depth < _DEEPEST:
            yield from _Body(self.noxfile, self.posargs, names or {}, self.depth + 1).commands(function)

    def _bound(self, function: ast.FunctionDef, call: ast.Call, session: str) -> dict[str, tuple[str, ...]]:
        """Give what a function's parameters stand for in a call: words, those of `*rest` together."""
        named = [item.arg for item in function.args.args]
        given = [tuple(self._values(item, session)) for item in call.args]
        names = dict(zip(named, given, strict=False))
        if function.args.vararg:
            names[function.args.vararg.arg] = tuple(word for words in given[len(named) :] for word in words)
        return names | {item.arg: tuple(self._values(item.value, session)) for item in call.keywords if item.arg}

    def _assign(self, node: ast.Assign, session: str) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            self.names[target.id] = tuple(self._values(node.value, session))
        elif isinstance(target, ast.List | ast.Tuple) and ast.unparse(node.value) == f"{session}.posargs":
            for index, item in enumerate(target.elts):
                if isinstance(item, ast.Starred) and isinstance(item.value, ast.Name):
                    self.names[item.value.id] = self.posargs[index:]
                elif isinstance(item, ast.Name) and index < len(self.posargs):
                    self.names[item.id] = (self.posargs[index],)

    def _words(self, arguments: list[ast.expr], session: str) -> Iterator[str]:
        for node in arguments:
            yield from self._values(node.value if isinstance(node, ast.Starred) else node, session)

    def _values(self, node: ast.expr, session: str) -> Iterator[str]:
        """Give the words that an expression stands for."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                yield from self._words(elements, session)
            case ast.IfExp(body=body, orelse=orelse):
                yield from self._values(body, session)
                yield from self._values(orelse, session)
            case ast.BoolOp(values=values) if ast.unparse(values[0]) == f"{session}.posargs":
                yield from self.posargs or tuple(self._values(values[-1], session))
            case ast.Name(id=name) if name in self.names:
                yield from self.names[name]
            case _ if ast.unparse(node) == f"{session}.posargs":
                yield from self.posargs
            case _ if ast.unparse(node) == f"{session}.posargs[0]" and self.posargs:
                yield self.posargs[0]
            case _:
                yield "*"


def _forgiven(function: ast.FunctionDef, session: str, file: str) -> Iterator[Forgiven]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _runs(node):
            codes = next((item.value for item in node.keywords if item.arg == "success_codes"), None)
            if codes is not None and ast.unparse(codes) not in {"[0]", "(0,)", "{0}"}:
                yield Forgiven(
                    session, Place(file, codes.lineno), f"`success_codes={ast.unparse(codes)}` accepts failure"
                )
        elif isinstance(node, ast.Try) and any(
            isinstance(i, ast.Call) and _runs(i) for s in node.body for i in ast.walk(s)
        ):
            for handler in node.handlers:
                if not any(_stops(item) for item in ast.walk(handler)):
                    yield Forgiven(session, Place(file, handler.lineno), "an exception of its command is swallowed")
        elif isinstance(node, ast.With) and any("suppress" in ast.unparse(item.context_expr) for item in node.items):
            inside = any(isinstance(item, ast.Call) and _runs(item) for item in ast.walk(node))
            if inside:
                yield Forgiven(session, Place(file, node.lineno), "an exception of its command is suppressed")


def _runs(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in _RUNNERS


def _stops(node: ast.AST) -> bool:
    ends = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "error"
    return ends or isinstance(node, ast.Raise)
