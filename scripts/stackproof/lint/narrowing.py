# SPDX-License-Identifier: Apache-2.0
"""What a condition that holds, or does not, says about the names and attributes in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackproof.lint.values import UNKNOWN, Instance, Nothing, Output, Plain, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.lint.values import Atom, Environment, Value

    Evaluate = Callable[[ast.expr, Environment], Value]

__all__ = ["narrow"]


def narrow(test: ast.expr, environment: Environment, evaluate: Evaluate, *, holds: bool, longer: bool = False) -> None:
    """Keep of each value that a condition is about what agrees with it.

    ``longer`` keeps it under the expression's text alone, for the length of an expression, not of a block.
    """
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            narrow(inner, environment, evaluate, holds=not holds, longer=longer)
        case ast.BoolOp(op=ast.And(), values=parts) if holds:
            for part in parts:
                narrow(part, environment, evaluate, holds=True, longer=longer)
        case ast.BoolOp(op=ast.Or(), values=parts) if not holds:
            for part in parts:
                narrow(part, environment, evaluate, holds=False, longer=longer)
        case ast.Call(func=ast.Name(id="isinstance"), args=[subject, kind]):
            _instance(subject, kind, environment, evaluate, holds=holds, longer=longer)
        case ast.Compare(
            left=subject, ops=[ast.Is() | ast.IsNot() as operator], comparators=[ast.Constant(value=None)]
        ):
            _absent(subject, environment, evaluate, holds=holds == isinstance(operator, ast.Is), longer=longer)
        case ast.Name() | ast.Attribute() if holds:
            _absent(test, environment, evaluate, holds=False, longer=longer)
        case _:
            pass


def _keep(subject: ast.expr, value: Value, environment: Environment, *, longer: bool) -> None:
    if not longer and isinstance(subject, ast.Name) and subject.id in environment.names:
        environment.names[subject.id] = value
    elif isinstance(subject, ast.Attribute | ast.Subscript | ast.Name):
        environment.narrowed[ast.unparse(subject)] = value


def _known(subject: ast.expr, environment: Environment, evaluate: Evaluate) -> Value:
    if isinstance(subject, ast.Name):
        return environment.find(subject.id) or ()
    if isinstance(subject, ast.Attribute | ast.Subscript):
        return evaluate(subject, environment)
    return ()


def _absent(subject: ast.expr, environment: Environment, evaluate: Evaluate, *, holds: bool, longer: bool) -> None:
    value = _known(subject, environment, evaluate)
    if not any(isinstance(atom, Nothing) for atom in value):
        return
    kept = tuple(atom for atom in value if isinstance(atom, Nothing) == holds)
    if kept:
        _keep(subject, kept, environment, longer=longer)


def _instance(  # noqa: PLR0913 (what a condition is about, and what it says)
    subject: ast.expr, kind: ast.expr, environment: Environment, evaluate: Evaluate, *, holds: bool, longer: bool
) -> None:
    names = {ast.unparse(part).rpartition(".")[2] for part in (kind.elts if isinstance(kind, ast.Tuple) else [kind])}
    value = _known(subject, environment, evaluate)
    kept = tuple(atom for atom in value if _fits(atom, names) == holds)
    if "Output" in names and holds and not kept:
        kept = (Output(),)
    if value and (kept or not holds):
        _keep(subject, kept or UNKNOWN, environment, longer=longer)


def _fits(atom: Atom, names: set[str]) -> bool:
    """Say whether a value is an instance of a class with one of some names, as far as the value is known."""
    match atom:
        case Output():
            return "Output" in names
        case Plain():
            return bool(names & {"str", "int", "bool", "float"})
        case Resource(type=dotted):
            return bool(names & {"Resource", "CustomResource", "ComponentResource", dotted.rpartition(".")[2]})
        case Instance(cls=cls):
            return any(owner.node.name in names for owner in cls.lineage())
        case _:
            return False
