# SPDX-License-Identifier: Apache-2.0
"""What an annotation says about a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackproof.lint import sdk
from stackproof.lint.attributes import attribute_of
from stackproof.lint.values import (
    NOTHING,
    OUTPUT,
    PLAIN,
    UNKNOWN,
    Class,
    Config,
    External,
    Instance,
    Items,
    ModuleValue,
    Resource,
    join,
)

if TYPE_CHECKING:
    from stackproof.lint.expressions import Expressions
    from stackproof.lint.values import Environment, Value

__all__ = ["annotated"]

_CONTAINERS = {"list", "List", "Sequence", "Iterable", "tuple", "Tuple", "set", "Set"}
_MAPPINGS = {"dict", "Dict", "Mapping"}
_WRAPPERS = {"Optional", "Final", "Annotated", "ClassVar"}
_PLAIN = {f"builtins.{name}" for name in ("str", "int", "float", "bool", "bytes")}
_DEEPEST = 6


def annotated(  # noqa: PLR0911 (one case a form of annotation)
    node: ast.expr, environment: Environment, interpreter: Expressions, depth: int = 0
) -> Value:
    """Tell what a value with an annotation may be."""
    if depth > _DEEPEST:
        return UNKNOWN
    match node:
        case ast.Constant(value=None):
            return NOTHING
        case ast.Constant(value=str(text)):
            return _quoted(text, environment, interpreter, depth)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            sides = (annotated(side, environment, interpreter, depth + 1) for side in (left, right))
            return join(*sides)
        case ast.Subscript(value=generic, slice=inner):
            return _generic(generic, inner, environment, interpreter, depth)
        case ast.Name() | ast.Attribute():
            return _named(node, environment, interpreter)
        case _:
            return UNKNOWN


def _quoted(text: str, environment: Environment, interpreter: Expressions, depth: int) -> Value:
    try:
        inner = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return UNKNOWN
    return annotated(inner, environment, interpreter, depth + 1)


def _generic(
    generic: ast.expr, inner: ast.expr, environment: Environment, interpreter: Expressions, depth: int
) -> Value:
    name = ast.unparse(generic).rpartition(".")[2]
    if name == "Output":
        return _named(generic, environment, interpreter)
    if name == "Union" and isinstance(inner, ast.Tuple):
        return join(*(annotated(item, environment, interpreter, depth + 1) for item in inner.elts))
    if name in _WRAPPERS:
        first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
        value = annotated(first, environment, interpreter, depth + 1)
        return join(value, NOTHING) if name == "Optional" else value
    if name in _CONTAINERS:
        first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
        return (Items("list", [(None, annotated(first, environment, interpreter, depth + 1))]),)
    if name in _MAPPINGS and isinstance(inner, ast.Tuple) and inner.elts:
        return (Items("dict", [(None, annotated(inner.elts[-1], environment, interpreter, depth + 1))]),)
    return UNKNOWN


def _named(node: ast.expr, environment: Environment, interpreter: Expressions) -> Value:
    found = _lookup(node, environment, interpreter)
    atom = found[0] if len(found) == 1 else None
    if isinstance(atom, Class) and atom.kind:
        return (Resource(atom.node.name, atom, dict(atom.attributes)),)
    if isinstance(atom, Class):
        return (Instance(atom, dict(atom.attributes)),)
    return _outside(atom.name) if isinstance(atom, External) else UNKNOWN


def _outside(name: str) -> Value:
    """Tell what an instance of a class from outside is."""
    if name in _PLAIN:
        return PLAIN
    if name in {"pulumi.Output", "pulumi.Config"}:
        return OUTPUT if name == "pulumi.Output" else (Config(None),)
    return (Resource(name),) if sdk.is_resource(name) else UNKNOWN


def _lookup(node: ast.expr, environment: Environment, interpreter: Expressions) -> Value:
    """Evaluate a dotted name without noting it."""
    if isinstance(node, ast.Name):
        found = environment.find(node.id)
        return found if found is not None else (External(f"builtins.{node.id}"),)
    if isinstance(node, ast.Attribute):
        owners = _lookup(node.value, environment, interpreter)
        modules = [atom for atom in owners if isinstance(atom, External | Class | ModuleValue)]
        return join(*(attribute_of(interpreter, atom, node.attr) for atom in modules)) if modules else UNKNOWN
    return UNKNOWN
