# SPDX-License-Identifier: Apache-2.0
"""How tests get at the program: what they import, in which way, and what was set before."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stackproof.lint.source import absolute
from stackproof.lint.values import constant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackproof.lint.facts import Call
    from stackproof.lint.program import Program
    from stackproof.lint.source import Module

__all__ = ["dynamic_imports", "early_imports"]

_BY_NAME: Final = frozenset({"importlib.import_module", "builtins.__import__", "runpy.run_module"})
_BY_PATH: Final = {"runpy.run_path": 0, "importlib.util.spec_from_file_location": 1}
_MOCKS: Final = frozenset({"set_mocks"})
_SETTINGS: Final = frozenset({"set_all_config", "set_config"})


def dynamic_imports(program: Program) -> Iterator[tuple[Module, ast.Call, str]]:
    """Yield each dynamic import in a test of a module that an import statement would reach."""
    seen: set[ast.AST] = set()
    for call in program.facts.calls:
        if call.module.kind != "test" or call.node in seen:
            continue
        found = _named(program, call) or _at_path(program, call)
        if found is not None and found.kind == "module" and found.name != "__main__" and found.path.stem != "__main__":
            seen.add(call.node)
            yield call.module, call.node, found.name


def _named(program: Program, call: Call) -> Module | None:
    name = constant(call.positional[0]) if call.name in _BY_NAME and call.positional else None
    return program.sources.resolve(name, call.module) if name and not name.startswith(".") else None


def _at_path(program: Program, call: Call) -> Module | None:
    """Find the one module of the program whose path ends in what the call's argument ends in."""
    place = _BY_PATH.get(call.name)
    if place is None or len(call.node.args) <= place:
        return None
    parts = _path_parts(call.node.args[place])
    if not parts or not parts[-1].endswith(".py"):
        return None
    modules = [module for module in program.modules("module") if module.path.parts[-len(parts) :] == parts]
    return modules[0] if len(modules) == 1 else None


def _path_parts(node: ast.expr) -> tuple[str, ...]:
    """Give the constant parts at the end of an expression for a path."""
    match node:
        case ast.Constant(value=str(text)):
            return tuple(part for part in Path(text).parts if part not in {"/", "..", "."})
        case ast.BinOp(op=ast.Div(), left=left, right=ast.Constant(value=str(text))):
            return (*_path_parts(left), *Path(text).parts)
        case ast.Call(func=ast.Name(id="str" | "Path"), args=[inner]):
            return _path_parts(inner)
        case ast.Call(func=ast.Attribute(attr="join"), args=arguments):
            return tuple(part for argument in arguments for part in _path_parts(argument))
        case _:
            return ()


def early_imports(program: Program) -> Iterator[tuple[Module, ast.stmt, str, str]]:
    """Yield each import of a module with effects that comes before mocks or configuration: with what is missing."""
    effects = _Effects(program)
    for module in program.modules("test"):
        ready = _set_above(program, module)
        yield from _in_body(program, effects, module, module.tree.body, ready)
        after = ready | _set_in(program, module, module.tree.body) | _fixtures(program, module)
        for function in program.nodes(module, ast.FunctionDef):
            if any(isinstance(statement, ast.Import | ast.ImportFrom) for statement in function.body):
                yield from _in_body(program, effects, module, function.body, after, function=True)


def _in_body(  # noqa: PLR0913, PLR0917 (what an order of statements is judged by)
    program: Program,
    effects: _Effects,
    module: Module,
    body: Sequence[ast.stmt],
    ready: set[str],
    function: bool = False,  # noqa: FBT001, FBT002 (see the one caller)
) -> Iterator[tuple[Module, ast.stmt, str, str]]:
    done = set(ready)
    for index, statement in enumerate(body):
        for name, found in _imported(program, module, statement):
            if found.kind == "test":
                done |= _set_in(program, found, found.tree.body)
                continue
            later = _set_in(program, module, body[index + 1 :]) if function else _anywhere(program, module)
            missing = effects.missing(found, done, later, function=function)
            if missing:
                yield module, statement, name, missing
        done |= _set_in(program, module, [statement])


class _Effects:
    """What importing each module of a program does, with all that it imports in turn."""

    def __init__(self, program: Program) -> None:
        facts = program.facts
        at_import = [item for item in (*facts.constructions, *facts.exports) if isinstance(item.way.root, str)]
        self._resources = {item.way.imports[-1] for item in at_import if item.way.imports}
        required = [read for read in facts.config if read.method.startswith("require") and read.way.imports]
        self._settings = {read.way.imports[-1] for read in required}
        self._imports = facts.imports

    def missing(self, module: Module, done: set[str], later: set[str], *, function: bool) -> str:
        """Say what an import needs that is not set yet; empty where nothing."""
        reached = self._closure(module.shown)
        if reached & self._resources and not done & _MOCKS and (later & _MOCKS or not function):
            return "makes resources, before mocks are set"
        if reached & self._settings and not done & _SETTINGS and later & _SETTINGS:
            return "reads required configuration, before it is set"
        return ""

    def _closure(self, start: str) -> set[str]:
        reached, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self._imports.get(name, ())
        return reached


def _imported(program: Program, module: Module, statement: ast.stmt) -> Iterator[tuple[str, Module]]:
    """Yield the modules of the repository that a statement imports."""
    names: list[str] = []
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom):
        base = absolute(module, statement)
        names = [base, *(f"{base}.{alias.name}" for alias in statement.names)] if base else []
    found = {name: program.sources.resolve(name, module) for name in names}
    yield from ((name, target) for name, target in found.items() if target is not None and target.kind != "other")


def _set_in(program: Program, module: Module, body: Sequence[ast.stmt]) -> set[str]:
    """Give what statements set when they run: also through functions of the tests that they call."""
    functions = {node.name: node for node in program.nodes(module, ast.FunctionDef)}
    found: set[str] = set()
    waiting = [
        statement
        for statement in body
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    followed: set[str] = set()
    while waiting:
        for call in (node for node in ast.walk(waiting.pop()) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            found |= {name} & (_MOCKS | _SETTINGS)
            if name in functions and name not in followed:
                followed.add(name)
                waiting += functions[name].body
    return found


def _anywhere(program: Program, module: Module) -> set[str]:
    names = {
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for call in program.nodes(module, ast.Call)
    }
    return names & (_MOCKS | _SETTINGS)


def _set_above(program: Program, module: Module) -> set[str]:
    """Give what the ``conftest.py`` files of a test's folders set when pytest reads them, before the test itself."""
    found: set[str] = set()
    for other in program.modules("test"):
        is_above = other.path.name == "conftest.py" and other.path.parent in module.path.parents
        if is_above and other is not module:
            found |= _set_in(program, other, other.tree.body)
            for statement in other.tree.body:
                for _, helper in _imported(program, other, statement):
                    found |= _set_in(program, helper, helper.tree.body)
    return found


def _fixtures(program: Program, module: Module) -> set[str]:
    """Give what fixtures and set-up methods around a test's functions set."""
    found: set[str] = set()
    for other in program.modules("test"):
        if other is module or (other.path.name == "conftest.py" and other.path.parent in module.path.parents):
            for function in program.nodes(other, ast.FunctionDef):
                marks = " ".join(ast.unparse(mark) for mark in function.decorator_list)
                if "fixture" in marks or function.name.lower().startswith("setup"):
                    found |= _set_in(program, other, function.body)
    return found
