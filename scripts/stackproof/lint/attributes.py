# SPDX-License-Identifier: Apache-2.0
"""What an attribute of a value may be."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Protocol

from stackproof.lint import sdk
from stackproof.lint.values import (
    OUTPUT,
    PLAIN,
    UNKNOWN,
    Bound,
    Class,
    Config,
    Coroutine,
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
    join,
)

if TYPE_CHECKING:
    from stackproof.lint.facts import Frame
    from stackproof.lint.source import Module
    from stackproof.lint.values import Atom, Environment, Value

__all__ = ["attribute_of"]


class Reading(Protocol):
    """As much of a reading as attributes need."""

    frames: list[Frame]

    def enter(self, module: Module) -> Environment:
        """Run a module, once."""

    def call_function(
        self, function: Function, node: ast.Call | None, positional: list[Value], keywords: dict[str, Value]
    ) -> Value:
        """Follow a function with what it is called with."""


def attribute_of(reading: Reading, atom: Atom, name: str) -> Value:  # noqa: C901, PLR0911 (one case a kind of value)
    """Tell what an attribute of a value may be."""
    match atom:
        case Output():
            return (Bound(atom, name),) if name in sdk.OUTPUT_METHODS else OUTPUT
        case Resource():
            return _resource_attribute(reading, atom, name)
        case Instance(cls=cls):
            if name in atom.attributes and not _is_method(atom.attributes[name]):
                return atom.attributes[name]
            return _class_attribute(reading, cls, name, atom)
        case Class():
            return _class_attribute(reading, atom, name, None)
        case ModuleValue(module=module):
            found_name = reading.enter(module).find(name)
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
            return _super_attribute(reading, atom, name)
        case Options() | Plain() | Nothing() | Unknown() | Bound() | Function():
            return UNKNOWN


def _resource_attribute(reading: Reading, atom: Resource, name: str) -> Value:  # noqa: PLR0911 (from near to far)
    if name in atom.attributes and not _is_method(atom.attributes[name]):
        return atom.attributes[name]
    if atom.cls is None:
        if sdk.attribute_is_output(atom.type, name):
            return OUTPUT
        return (Bound(atom, name),)
    found = _class_attribute(reading, atom.cls, name, atom)
    if found is not UNKNOWN:
        return found
    if name == "urn" or (name == "id" and atom.cls.kind == "custom"):
        return OUTPUT
    inherited = atom.cls.external_bases()
    if any(sdk.attribute_is_output(base, name) for base in inherited if base not in sdk.CORE):
        return OUTPUT
    return (Bound(atom, name),) if name == "register_outputs" else UNKNOWN


def _class_attribute(reading: Reading, cls: Class, name: str, receiver: Atom | None) -> Value:
    for owner in cls.lineage():
        if name not in owner.attributes:
            continue
        values = []
        for atom in owner.attributes[name]:
            if isinstance(atom, Function) and atom.receiver is None:
                values.append(_method(reading, atom, cls, receiver))
            else:
                values.append((atom,))
        return join(*values)
    return UNKNOWN


def _method(reading: Reading, function: Function, cls: Class, receiver: Atom | None) -> Value:
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in getattr(function.node, "decorator_list", ())}
    if "staticmethod" in marks or isinstance(function.node, ast.Lambda):
        return (function,)
    owner = cls if "classmethod" in marks else receiver
    bound = Function(function.node, function.environment, function.owner, owner, function.retried)
    if receiver is not None and marks & {"property", "cached_property", "getter"}:
        return reading.call_function(bound, None, [], {})
    return (bound,)


def _super_attribute(reading: Reading, bound: Bound, name: str) -> Value:
    """Tell what an attribute of ``super()`` is: a method of the next class, or of the SDK's."""
    receiver = bound.receiver
    owner = reading.frames[-1].owner if reading.frames else None
    if not isinstance(receiver, Resource | Instance) or owner is None:
        return UNKNOWN
    for base in owner.bases:
        if isinstance(base, Class):
            for cls in base.lineage():
                for atom in cls.attributes.get(name, ()):
                    if isinstance(atom, Function):
                        return (Function(atom.node, atom.environment, atom.owner, receiver),)
    return (Bound(receiver, name),) if name in {"__init__", "register_outputs"} else UNKNOWN


def _is_method(value: Value) -> bool:
    return any(isinstance(atom, Function) and atom.receiver is None and atom.owner is not None for atom in value)
