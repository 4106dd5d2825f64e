# SPDX-License-Identifier: Apache-2.0
"""What happens to coroutines, tasks and threads: which resources they make, and who waits for them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from stackproof.lint.program import in_program
from stackproof.lint.source import imported
from stackproof.lint.uses import iterations, texts
from stackproof.lint.values import Coroutine, ThreadFuture, atoms_within, definitely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.facts import Call, Construction
    from stackproof.lint.program import Program
    from stackproof.lint.source import Module
    from stackproof.lint.values import Atom

__all__ = ["lost_tasks", "misused_awaitables", "off_the_loop"]

_RUNNERS: Final = re.compile(r"(^asyncio\.run|\.run_until_complete|^asyncio\.Runner\(\)\.run)$")


def off_the_loop(program: Program) -> Iterator[tuple[Module, ast.Call, str]]:
    """Yield calls that run code off the program's loop: with resources in it, or reached as the program is run."""
    seen: set[ast.AST] = set()
    for item in program.facts.constructions:
        thread = item.way.via("thread")
        if isinstance(thread, ast.Call) and thread not in seen and in_program(item):
            seen.add(thread)
            yield item.module, thread, "a thread has no event loop, so making a resource in it raises RuntimeError"
    hosts = {call.module.shown for call in program.facts.calls if call.name == "pulumi.runtime.run_in_stack"}
    for call in program.facts.calls:
        if call.module.shown in hosts:  # what runs programs as the language host does
            continue
        if call.node in seen or not _RUNNERS.search(call.name) or not in_program(call) or _automates(program, call):
            continue
        if _runs_when_imported(program, call) or _makes_resources(program, call):
            seen.add(call.node)
            yield (
                call.module,
                call.node,
                f"{_last(call)} raises RuntimeError here: Pulumi's event loop is running already",
            )


def _last(call: Call) -> str:
    return "asyncio.run" if call.name.startswith("asyncio.run") else call.name.rpartition(".")[2]


def _automates(program: Program, call: Call) -> bool:
    """Say whether a program of the Automation API is about, which has a process and a loop of its own."""
    modules = [module for module in program.sources.modules.values() if module.project is call.module.project]
    return any(name.startswith("pulumi.automation") for module in modules for name in imported(module))


def _runs_when_imported(program: Program, call: Call) -> bool:
    """Say whether an entry reaches a call, not in a function that it only defines."""
    entries = {module.shown for module in program.modules("entry")}
    return call.way.root in entries


def _makes_resources(program: Program, call: Call) -> bool:
    sites = {atom.site for value in call.positional for atom in atoms_within(value) if isinstance(atom, Coroutine)}
    sites |= {node for argument in call.node.args for node in ast.walk(argument) if isinstance(node, ast.Call)}
    return any(sites.intersection(item.way.calls) for item in program.facts.constructions)


def lost_tasks(program: Program) -> Iterator[tuple[Module, ast.Call, str]]:
    """Yield calls whose coroutine or task makes resources and is held by nobody."""
    makers: dict[ast.AST | None, Construction] = {}
    for item in program.facts.constructions:
        makers |= dict.fromkeys(item.way.calls, item)
    for module in program.modules():
        for call in _dropped(program, module):
            coroutines = [atom for atom in program.facts.of(call) if isinstance(atom, Coroutine)]
            if not any(atom.site in makers for atom in coroutines):
                continue
            if any(atom.task for atom in coroutines):
                yield module, call, "nobody awaits this task: resources after its first pause are silently missing"
            else:
                yield module, call, "nobody awaits this coroutine, so it never runs and its resources are missing"


def _dropped(program: Program, module: Module) -> Iterator[ast.Call]:
    """Yield calls whose result is thrown away, or bound to a name that nothing reads."""
    read = {node.id for node in program.nodes(module, ast.Name) if isinstance(node.ctx, ast.Load)}
    for statement in program.nodes(module, ast.Expr):
        if isinstance(statement.value, ast.Call):
            yield statement.value
    for assign in program.nodes(module, ast.Assign):
        names = [target.id for target in assign.targets if isinstance(target, ast.Name)]
        if len(names) == len(assign.targets) and isinstance(assign.value, ast.Call) and not read.intersection(names):
            yield assign.value


def misused_awaitables(program: Program) -> Iterator[tuple[Module, ast.expr, str]]:
    """Yield uses of awaitables that fail."""
    for module in program.modules():
        yield from _treated_as_values(program, module)
    for event, name in ((item, item.name) for item in program.facts.constructions):
        if definitely(name, Coroutine) and in_program(event):
            yield (
                event.module,
                event.node,
                "the name is an awaitable, but names must be known before anything is created",
            )
    yield from _futures(program)
    yield from _used_twice(program)


def _treated_as_values(program: Program, module: Module) -> Iterator[tuple[Module, ast.expr, str]]:
    for call in program.nodes(module, ast.Call):
        called = call.func
        if isinstance(called, ast.Attribute) and called.attr == "apply" and program.facts.ever(called.value, Coroutine):
            yield module, call, "an awaitable has no apply: AttributeError"
    for value in iterations(program, module):
        if program.facts.ever(value, Coroutine):
            yield module, value, "an awaitable cannot be iterated: TypeError"
    for _, value in texts(program, module):
        if program.facts.ever(value, Coroutine):
            yield module, value, "an awaitable becomes the text of a Python object here"


def _inputs(program: Program) -> Iterator[tuple[Construction, Atom]]:
    """Yield what resources get as inputs; the arguments of the program's own components are none yet."""
    for item in program.facts.constructions:
        own = item.resource.cls
        if in_program(item) and not item.read and (own is None or own.kind == "custom"):
            atoms = dict.fromkeys(atom for value in item.arguments for atom in atoms_within(value))
            yield from ((item, atom) for atom in atoms)


def _futures(program: Program) -> Iterator[tuple[Module, ast.expr, str]]:
    for node, item in {item.node: item for item, atom in _inputs(program) if isinstance(atom, ThreadFuture)}.items():
        yield item.module, node, "a thread's future is no awaitable, and the SDK refuses it as an input"


def _used_twice(program: Program) -> Iterator[tuple[Module, ast.expr, str]]:
    """Yield resources that get a coroutine as input which another got before, in the same run."""
    users: defaultdict[ast.Call, list[Construction]] = defaultdict(list)
    for item, atom in _inputs(program):
        if isinstance(atom, Coroutine) and not atom.task:
            users[atom.site].append(item)
    for found in users.values():
        first, *later = found
        for item in later:
            if item.node is not first.node and item.way.implies(first.way):
                yield item.module, item.node, "a second input gets the same coroutine, which can be awaited only once"
                break
