# SPDX-License-Identifier: Apache-2.0
"""Where Python needs a plain value: the places of texts, conditions, iterations and the rest, whatever stands there."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from stackproof.lint.values import Output, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.lint.source import Module

__all__ = ["comparisons", "conditions", "iterations", "plain_needs", "printed", "texts"]

_PRINTERS: Final = re.compile(
    r"^(builtins\.print|pprint\.pprint|rich\.print|pulumi\.(log\.)?(debug|info|warn|error)"
    r"|logging(\.getLogger\(\))?\.(debug|info|warning|error|critical|exception))$"
)
_ITERATING: Final = frozenset(
    f"builtins.{name}"
    for name in [
        "len",
        "list",
        "tuple",
        "set",
        "frozenset",
        "sorted",
        "reversed",
        "enumerate",
        "zip",
        "map",
        "filter",
        "sum",
        "min",
        "max",
        "any",
        "all",
    ]
)
_PLAIN_ARGUMENTS: Final = re.compile(
    r"^(builtins\.(int|float|open|range|round|abs|ord|chr|bytes)|os\.path\.\w+|os\.(getenv|makedirs|mkdir|listdir)"
    r"|pathlib\.Path|json\.loads?|yaml\.(safe_)?load|base64\.\w+|hashlib\.\w+|re\.\w+|ipaddress\.\w+"
    r"|subprocess\.\w+|urllib\.\w+(\.\w+)*|requests\.\w+|shutil\.\w+)$"
)


def texts(program: Program, module: Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each expression that becomes a text, after the expression that makes the text."""
    for joined in program.nodes(module, ast.JoinedStr):
        for part in joined.values:
            if isinstance(part, ast.FormattedValue):
                yield joined, part.value
    for binary in program.nodes(module, ast.BinOp):
        if isinstance(binary.op, ast.Mod) and _is_text(binary.left):
            values = binary.right.elts if isinstance(binary.right, ast.Tuple) else [binary.right]
            yield from ((binary, value) for value in values)
    for call in program.nodes(module, ast.Call):
        match call.func:
            case ast.Name(id="str" | "format" | "repr") if call.args:
                yield call, call.args[0]
            case ast.Attribute(value=ast.Constant(value=str()), attr="format"):
                yield from ((call, value) for value in (*call.args, *(item.value for item in call.keywords)))
            case _:
                pass


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def printed(program: Program, module: Module) -> dict[ast.expr, ast.expr]:
    """Give each expression that is printed or logged; for a text also what it is made of, each with that text."""
    found: dict[ast.expr, ast.expr] = {}
    names = {call.node for call in program.facts.calls if call.module is module and _PRINTERS.match(call.name)}
    makers: dict[ast.expr, list[ast.expr]] = {}
    for maker, value in texts(program, module):
        makers.setdefault(maker, []).append(value)
    for call in sorted(names, key=lambda node: (node.lineno, node.col_offset)):
        for argument in call.args:
            found[argument] = argument
            found |= dict.fromkeys(makers.get(argument, ()), argument)
    return found


def conditions(program: Program, module: Module) -> Iterator[ast.expr]:
    """Yield each expression that is asked whether it is true."""
    tested: tuple[type[ast.If | ast.While | ast.IfExp | ast.Assert], ...] = (ast.If, ast.While, ast.IfExp, ast.Assert)
    for kind in tested:
        yield from (node.test for node in program.nodes(module, kind))
    for boolean in program.nodes(module, ast.BoolOp):
        yield from boolean.values[:-1]  # the last one is only given on
    for unary in program.nodes(module, ast.UnaryOp):
        if isinstance(unary.op, ast.Not):
            yield unary.operand
    for clause in program.nodes(module, ast.comprehension):
        yield from clause.ifs
    for call in program.nodes(module, ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == "bool" and call.args:
            yield call.args[0]


def comparisons(program: Program, module: Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each expression that is compared for equality, with what it is compared with."""
    for node in program.nodes(module, ast.Compare):
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Eq | ast.NotEq):
                pairs = ((left, right), (right, left))
                yield from ((one, other) for one, other in pairs if not _is_none(other))
            elif isinstance(operator, ast.In | ast.NotIn):
                yield left, right
            left = right


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def iterations(program: Program, module: Module) -> Iterator[ast.expr]:
    """Yield each expression that is iterated or measured."""
    loops: tuple[type[ast.For | ast.comprehension], ...] = (ast.For, ast.comprehension)
    for kind in loops:
        yield from (node.iter for node in program.nodes(module, kind))
    yield from (node.value for node in program.nodes(module, ast.Starred) if isinstance(node.ctx, ast.Load))
    for assign in program.nodes(module, ast.Assign):
        if any(isinstance(target, ast.Tuple | ast.List) for target in assign.targets):
            yield assign.value
    for compare in program.nodes(module, ast.Compare):
        if len(compare.ops) == 1 and isinstance(compare.ops[0], ast.In | ast.NotIn):
            yield compare.comparators[0]
    for call in program.nodes(module, ast.Call):
        if isinstance(call.func, ast.Name) and f"builtins.{call.func.id}" in _ITERATING:
            yield from (
                call.args[1:]
                if call.func.id in {"map", "filter"}
                else call.args[:1]
                if call.func.id != "zip"
                else call.args
            )
        yield from (item.value for item in call.keywords if item.arg is None)


def plain_needs(program: Program, module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Yield each expression that something else plain is asked of, with what happens where it is an Output."""
    yield from _operators(program, module)
    yield from _called(program, module)
    for call in program.nodes(module, ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Constant(value=str()), attr="join") if len(call.args) == 1:
                yield from _joined(call.args[0])
            case _:
                pass
    for call_event in {call.node: call for call in program.facts.calls if call.module is module}.values():
        if _PLAIN_ARGUMENTS.match(call_event.name):
            yield from ((value, f"{_shown(call_event.name)} needs the value itself") for value in call_event.node.args)
    for subscript in program.nodes(module, ast.Subscript):
        if not program.facts.of(subscript.value) and isinstance(subscript.ctx, ast.Load):
            yield subscript.slice, "an Output is no index or key: it differs from every plain value"


def _shown(name: str) -> str:
    return name.removeprefix("builtins.")


def _joined(argument: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    values = argument.elts if isinstance(argument, ast.List | ast.Tuple) else []
    if isinstance(argument, ast.GeneratorExp | ast.ListComp):
        values = [argument.elt]
    yield from ((value, "str.join raises TypeError for an Output") for value in values)


def _operators(program: Program, module: Module) -> Iterator[tuple[ast.expr, str]]:
    for node in program.nodes(module, ast.BinOp):
        if isinstance(node.op, ast.Mod) and _is_text(node.left):
            continue
        message = "an Output knows no arithmetic and cannot be concatenated: TypeError"
        yield from ((side, message) for side in (node.left, node.right))
    for augmented in program.nodes(module, ast.AugAssign):
        yield augmented.value, "an Output cannot be added to a plain value: TypeError"
    for compare in program.nodes(module, ast.Compare):
        left = compare.left
        for operator, right in zip(compare.ops, compare.comparators, strict=True):
            if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                yield from ((side, "an Output has no order: TypeError") for side in (left, right))
            left = right


def _called(program: Program, module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Yield Outputs of which a method of the value is called, or `get`."""
    for call in program.nodes(module, ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        owner = call.func.value
        if call in program.facts.called_outputs:
            resources = [atom for atom in program.facts.of(owner) if isinstance(atom, Resource)]
            if program.facts.ever(owner, Output):
                yield owner, f"{call.func.attr} is looked up on the value later, and an Output cannot be called now"
            elif resources and all(atom.type.startswith("pulumi_aws.") for atom in resources):
                yield call.func, "an attribute of a resource is an Output, which cannot be called"
        elif call.func.attr == "get" and program.facts.ever(owner, Output):
            yield owner, "Output.get raises during every preview and update"
