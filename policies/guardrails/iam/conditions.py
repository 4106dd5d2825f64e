# SPDX-License-Identifier: Apache-2.0
"""Whether a Condition restricts a statement at all, or only looks as if it did.

Only the certain cases are told apart: everything that is not surely vacuous counts as restrictive, and then no rule
here makes a finding. Source of the key properties: the IAM user guide, "AWS global condition context keys".
"""

from __future__ import annotations

from guardrails.values import Unknown, Value, unknowns

__all__ = ["restricts"]

_EVER_PRESENT = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:userid",
        "aws:viaawsservice",
    },
)
_ANY_ADDRESS = frozenset({"0.0.0.0/0", "::/0"})


def restricts(condition: Value) -> bool | Unknown:
    """Say whether a statement's condition (an object of operators, or ``None``) can ever be false.

    An unknown inside is returned, unless a part that is known restricts already.
    """
    if isinstance(condition, Unknown):
        return condition
    if not isinstance(condition, dict):
        return False
    undecided: list[Unknown] = []
    for operator, block in condition.items():
        if isinstance(block, Unknown):
            undecided.append(block)
            continue
        for key, value in block.items() if isinstance(block, dict) else ():
            holes = unknowns(value)
            undecided += holes
            if not holes and not _vacuous(operator.lower(), key.lower(), value, condition):
                return True
    return undecided[0] if undecided else False


def _vacuous(operator: str, key: str, value: Value, condition: dict[str, Value]) -> bool:
    """Say whether one test is always true."""
    values = [str(item).lower() for item in (value if isinstance(value, list) else [value])]
    if operator.startswith("forallvalues:"):
        return not _requires_presence(condition, key)
    base = operator.removeprefix("foranyvalue:").removesuffix("ifexists")
    present = key in _EVER_PRESENT or operator.endswith("ifexists")
    if base in {"stringlike", "arnlike", "arnequals"}:
        return present and any(item and not item.strip("*") for item in values)
    if base == "null":
        return key in _EVER_PRESENT and values == ["false"]
    if base == "bool":
        return key == "aws:securetransport" and values == ["true"]
    return base == "ipaddress" and any(item in _ANY_ADDRESS for item in values)


def _requires_presence(condition: dict[str, Value], key: str) -> bool:
    """Say whether ``Null: {key: false}`` beside a ForAllValues closes the hole of an absent key."""
    for operator, block in condition.items():
        if operator.lower() == "null" and isinstance(block, dict):
            folded = {name.lower(): str(item).lower() for name, item in block.items()}
            if folded.get(key) == "false":
                return True
    return False
