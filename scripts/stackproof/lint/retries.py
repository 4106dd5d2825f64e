# SPDX-License-Identifier: Apache-2.0
"""Which loops try something again after it failed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackproof.lint.facts import Way

__all__ = ["retrying"]


def retrying(way: Way) -> bool:
    """Say whether something is reached under a retry: a library's, or a loop of the program's own."""
    return way.via("retry") is not None or any(_tries_again(loop, guarded) for loop, guarded in way.tries)


def _tries_again(loop: ast.AST, guarded: ast.Try | ast.TryStar) -> bool:
    """Say whether a loop that leads nowhere new is left when its ``try`` succeeds, and goes on when it fails."""
    if isinstance(loop, ast.For):
        counts = (
            isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Name) and loop.iter.func.id == "range"
        )
        used = {node.id for node in ast.walk(guarded) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        if not counts or (targets & used and not isinstance(loop.target, ast.Name)):
            return False
    elif not isinstance(loop, ast.While):
        return False
    if not any(statement is guarded for statement in ast.walk(loop)):
        return False
    leaves = any(
        isinstance(node, ast.Break | ast.Return) for part in (*guarded.body, *guarded.orelse) for node in ast.walk(part)
    )
    swallows = any(not isinstance(handler.body[-1], ast.Raise | ast.Return | ast.Break) for handler in guarded.handlers)
    return leaves and swallows
