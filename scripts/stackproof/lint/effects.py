# SPDX-License-Identifier: Apache-2.0
"""Which calls from outside reach into the world, or give another value each time."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from stackproof.lint.program import in_program
from stackproof.lint.values import constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.facts import Call, Way
    from stackproof.lint.program import Program

__all__ = ["CHANGES", "asks_for_preview", "chances", "errands", "reads", "writes"]

CHANGES: Final = re.compile(
    r"^(subprocess\.(run|call|check_call|check_output|Popen)|os\.(system|popen|remove|makedirs|rename)"
    r"|shutil\.(copy\w*|move|rmtree|make_archive)|requests\.\w+|httpx\.\w+|urllib\.request\.urlopen"
    r"|boto3\.(client|resource|Session))$"
)
_CHANCE: Final = re.compile(
    r"^(random\.(random|randint|randrange|choice|choices|sample|shuffle|uniform|getrandbits)"
    r"|secrets\.(token_\w+|choice|randbelow)|uuid\.(uuid1|uuid4)|os\.urandom"
    r"|datetime\.(datetime\.(now|utcnow|today)|date\.today)|time\.(time|time_ns))$"
)
_ERRANDS: Final = re.compile(
    r"^(requests\.(get|post|put|delete|head|patch|request)|httpx\.(get|post|put|delete|request)"
    r"|urllib\.request\.urlopen|boto3\.(client|resource)|boto3\.(session\.)?Session\(\)\.(client|resource)|time\.sleep)$"
)


def writes(call: Call) -> bool:
    """Say whether a call opens a file for writing."""
    if call.name != "builtins.open":
        return False
    given = call.keywords.get("mode") or (call.positional[1] if len(call.positional) > 1 else None)
    return bool(given and set(constant(given) or "") & set("wax+"))


def reads(call: Call) -> bool:
    """Say whether a call starts a process only for what it prints."""
    return call.name.endswith("check_output") or bool({"capture_output", "stdout"} & call.keywords.keys())


def asks_for_preview(way: Way) -> bool:
    """Say whether something is done only after asking whether this is a preview."""
    tests = [node.test for node, _, _ in way.choices if isinstance(node, ast.If | ast.IfExp)]
    return any("is_dry_run" in ast.unparse(test) for test in tests)


def chances(program: Program) -> Iterator[Call]:
    """Yield each call in a program's own run that gives another value each time, if the value is used."""
    seeded = {call.module.shown for call in program.facts.calls if call.name == "random.seed" and call.positional}
    measured = {call.module.shown for call in program.facts.calls if call.name == "time.time" and _is_measured(call)}
    for call in _own(program, _CHANCE):
        if call.name.startswith("random.") and call.module.shown in seeded:
            continue
        if call.name.startswith("time.") and call.module.shown in measured:
            continue
        yield call


def _is_measured(call: Call) -> bool:
    """Say whether the time is subtracted from another, anywhere in the module."""
    differences = (
        node for node in ast.walk(call.module.tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    )
    return any(call.node in {node.left, node.right} for node in differences)


def errands(program: Program) -> Iterator[Call]:
    """Yield each call in a program's own run that asks the network or waits."""
    return _own(program, _ERRANDS)


def _own(program: Program, names: re.Pattern[str]) -> Iterator[Call]:
    seen: set[ast.AST] = set()
    for call in program.facts.calls:
        if call.node in seen or not names.match(call.name) or not in_program(call):
            continue
        if isinstance(call.way.root, str) and not call.way.via("apply") and not call.way.via("thread"):
            seen.add(call.node)
            yield call
