# SPDX-License-Identifier: Apache-2.0
"""Which names of resources are bound again before anything read them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackproof.lint.values import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackproof.lint.program import Program
    from stackproof.lint.source import Module

__all__ = ["rebound"]


def rebound(program: Program) -> Iterator[tuple[Module, ast.expr, int]]:
    """Yield each target that hides a resource which nothing has read, with the line of the first binding."""
    for module in program.modules():
        for block in _blocks(module):
            names = [ast.unparse(made) for statement in block if (made := _made(program, statement)) is not None]
            if len(names) > len(set(names)):
                yield from ((module, target, line) for target, line in _in_block(program, block))


def _blocks(module: Module) -> Iterator[Sequence[ast.stmt]]:
    for nodes in module.nodes.values():
        for node in nodes:
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and len(block) > 1:
                    yield block


def _in_block(program: Program, block: Sequence[ast.stmt]) -> Iterator[tuple[ast.expr, int]]:
    unread: dict[str, int] = {}
    found: dict[str, tuple[ast.expr, int]] = {}
    for statement in block:
        read = _read(statement)
        for name in read & unread.keys():
            del unread[name]
        yield from (found.pop(name) for name in sorted(read & found.keys()))
        target = _made(program, statement)
        if target is None:
            continue
        name = ast.unparse(target)
        if name in unread:
            found[name] = (target, unread[name])
        if not name.startswith("_"):
            unread[name] = statement.lineno


def _made(program: Program, statement: ast.stmt) -> ast.expr | None:
    """Give the one target of a statement that makes a resource."""
    target = _target(statement)
    if target is None or not isinstance(statement, ast.Assign | ast.AnnAssign):
        return None
    made = isinstance(statement.value, ast.Call) and program.facts.always(statement.value, Resource)
    return target if made else None


def _target(statement: ast.stmt) -> ast.expr | None:
    if isinstance(statement, ast.AnnAssign):
        return statement.target
    one = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    return one if isinstance(one, ast.Name | ast.Attribute) else None


def _read(statement: ast.stmt) -> set[str]:
    """Give the names and attributes that a statement reads, in what it defines too."""
    return {
        ast.unparse(node)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
