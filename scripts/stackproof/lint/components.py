# SPDX-License-Identifier: Apache-2.0
"""How the components of a program are made: their outputs, their children, their type tokens."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from stackproof.lint.program import in_program
from stackproof.lint.values import Class, Options, Resource, constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.facts import Construction
    from stackproof.lint.program import Program
    from stackproof.lint.source import Module

__all__ = ["odd_tokens", "orphans", "without_outputs"]

_TOKEN: Final = re.compile(r"^[A-Za-z0-9_.-]+:[A-Za-z0-9_/.-]*:[A-Za-z0-9_/.-]+$")
_PROVIDERS: Final = frozenset({"aws", "awsx", "azure", "azure-native", "eks", "gcp", "kubernetes", "pulumi", "random"})


def without_outputs(program: Program) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Yield component classes with a constructor of their own whose outputs nothing registers."""
    derived = {base.node for cls in program.facts.classes for base in cls.bases if isinstance(base, Class)}
    for cls in program.facts.classes:
        module = cls.environment.module
        has_constructor = any(isinstance(item, ast.FunctionDef) and item.name == "__init__" for item in cls.node.body)
        if cls.kind != "component" or not has_constructor or module.kind not in {"entry", "module"}:
            continue
        # a class to derive from leaves the call to those that do
        if cls.node not in program.facts.registered and cls.node not in derived and not _mentions(cls.node):
            yield module, cls.node


def _mentions(node: ast.ClassDef) -> bool:
    """Say whether a class speaks of `register_outputs` anywhere, on a way that was not followed."""
    return any(isinstance(item, ast.Attribute) and item.attr == "register_outputs" for item in ast.walk(node))


def orphans(program: Program) -> Iterator[tuple[Construction, str]]:
    """Yield each resource that a component makes without a parent, with what became of it."""
    seen: set[ast.AST] = set()
    for item in program.facts.constructions:
        component = item.within
        if component is None or component.cls is None or component.cls.kind != "component" or item.node in seen:
            continue
        if item.read or not item.options.sure or item.options.parent is not None or not in_program(item):
            continue
        if component is item.resource or _is_core(item.resource) or not _in_constructor(item, component):
            continue
        seen.add(item.node)
        made = f"made by the component {component.cls.node.name}"
        given = any(isinstance(atom, Options) and atom.parent is not None for value in item.arguments for atom in value)
        lost = "without parent, so it" if not given else "with a parent that its class does not hand on, so it"
        yield item, f"{made} {lost} belongs to the stack"


def _is_core(resource: Resource) -> bool:
    """Say whether it is a reference to another stack, or a provider, which commonly stand alone."""
    return resource.type == "pulumi.StackReference" or resource.type.rpartition(".")[2] == "Provider"


def _in_constructor(item: Construction, component: Resource) -> bool:
    """Say whether the component is being constructed, and is itself registered by then."""
    names = {function.name for function in item.way.functions if isinstance(function, ast.FunctionDef)}
    alone = isinstance(item.way.root, ast.FunctionDef) and item.way.root.name == "__init__"
    return component.cls is not None and ("__init__" in names or alone)


def odd_tokens(program: Program) -> Iterator[tuple[Module, ast.AST, str, str]]:
    """Yield each component's call of its base whose type token is against the convention."""
    seen: set[ast.AST] = set()
    for cls, node, _, value in program.facts.initialized:
        token, module = constant(value), cls.environment.module
        if token is None or cls.node in seen or module.kind not in {"entry", "module"}:
            continue
        seen.add(cls.node)
        # a class between may pass the token on, in a file of its own
        place = node if any(item is node for item in ast.walk(cls.node)) else cls.node
        if not _TOKEN.match(token):
            yield module, place, token, f"the type token {token!r} is not of the form package:module:Type"
        elif token.partition(":")[0] in _PROVIDERS:
            yield module, place, token, f"the type token {token!r} claims the package of a provider"
