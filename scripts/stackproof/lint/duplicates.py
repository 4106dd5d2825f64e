# SPDX-License-Identifier: Apache-2.0
"""Which names of resources and keys of exports come twice in one run of a program."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from stackproof.lint.program import in_program
from stackproof.lint.values import constant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackproof.lint.facts import Construction, Event, Export, Way
    from stackproof.lint.program import Program

__all__ = ["looped_names", "repeated_exports", "repeated_names"]


def repeated_exports(program: Program) -> Iterator[tuple[Export, str, str]]:
    """Yield each export whose key an earlier one has, and each constant key in a loop."""
    by_key: defaultdict[tuple[object, str], list[Export]] = defaultdict(list)
    for item in program.facts.exports:
        key = constant(item.key)
        if key is not None and in_program(item) and not item.way.via("apply"):
            by_key[item.way.root, key].append(item)
    seen: set[ast.Call] = set()
    for (_, key), found in by_key.items():
        for item, first in _pairs(found):
            if item.node not in seen:
                seen.add(item.node)
                yield item, key, f"the key {key!r} is exported in {_place(item, first)}, too; only the last value stays"
        for item in found:
            if item.node not in seen and _loops(item.way):
                seen.add(item.node)
                yield item, key, f"every pass of the loop exports the key {key!r}; only the last value stays"


def _pairs(found: list[Export]) -> Iterator[tuple[Export, Export]]:
    """Pair each with an earlier one that the same run reaches."""
    for index, item in enumerate(found):
        for first in found[:index]:
            if item.way.implies(first.way) or first.way.implies(item.way):
                yield item, first
                break


def repeated_names(program: Program) -> Iterator[tuple[Construction, str, str]]:
    """Yield each resource whose URN an earlier one has."""
    by_urn: defaultdict[tuple[object, str, str], list[Construction]] = defaultdict(list)
    for item in program.facts.constructions:
        name = constant(item.name)
        if name is None or item.resource.chain is None or item.read or not in_program(item):
            continue
        if isinstance(item.way.root, str) and not _loops(item.way):
            by_urn[item.way.root, item.resource.chain, name].append(item)
    again: list[tuple[Construction, str, str]] = []
    for (_, _, name), found in by_urn.items():
        for index, item in enumerate(found):
            first = next((other for other in found[:index] if _together(item.way, other.way)), None)
            if first is not None:
                where = _place(item, first)
                again.append((item, name, f"the name {name!r} is taken in {where}; the engine refuses a duplicate URN"))
    yield from _outermost(again)


def _outermost(found: list[tuple[Construction, str, str]]) -> Iterator[tuple[Construction, str, str]]:
    """Leave out what only follows from the component that makes it, and what is there already."""
    makers = {id(item.resource) for item, _, _ in found}
    seen: set[ast.Call] = set()
    for item, name, message in found:
        if item.node not in seen and id(item.within) not in makers:
            seen.add(item.node)
            yield item, name, message


def _place(item: Event, first: Event) -> str:
    if item.node is first.node:
        return "this very line, which a run reaches more than once"
    where = f"line {first.node.lineno}"
    return where if item.module is first.module else f"{first.module.shown}, {where}"


def _together(one: Way, other: Way) -> bool:
    return one.implies(other) or other.implies(one)


def looped_names(program: Program) -> Iterator[tuple[Construction, str, str]]:
    """Yield each resource that a loop makes under a name that is always the same."""
    looped: list[tuple[Construction, str, str]] = []
    for item in program.facts.constructions:
        name = constant(item.name)
        if name is None or item.resource.chain is None or item.read or not in_program(item):
            continue
        if _loops(item.way) and not item.way.via("retry"):
            message = f"every pass of the loop registers the name {name!r}; the second is refused as a duplicate URN"
            looped.append((item, name, message))
    yield from _outermost(looped)


def _loops(way: Way) -> bool:
    """Say whether something is done again and again: in a loop that is not left at once, under no condition in it."""
    return any(_goes_round(loop, way) for loop in way.loops)


def _goes_round(loop: ast.AST, way: Way) -> bool:
    inside = set(_inside(loop))
    if any(choice in inside for choice, _, _ in way.choices if choice is not loop):
        return False
    return not any(isinstance(node, ast.Break | ast.Return) for node in inside)


def _inside(loop: ast.AST) -> Iterable[ast.AST]:
    return (node for node in ast.walk(loop) if node is not loop)
