# SPDX-License-Identifier: Apache-2.0
"""A Condition in words, test by test, for people who do not read IAM's operators.

Nothing is judged here. Source of the operators' meaning: IAM user guide, "IAM JSON policy elements: Condition
operators".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.values import Value

__all__ = ["condition_words"]

_VERBS = {
    "stringequals": "is",
    "stringnotequals": "is not",
    "stringequalsignorecase": "is, in any case of letters,",
    "stringnotequalsignorecase": "is not, in any case of letters,",
    "stringlike": "is like",
    "stringnotlike": "is not like",
    "numericequals": "is",
    "numericnotequals": "is not",
    "numericlessthan": "is less than",
    "numericlessthanequals": "is at most",
    "numericgreaterthan": "is more than",
    "numericgreaterthanequals": "is at least",
    "dateequals": "is",
    "datenotequals": "is not",
    "datelessthan": "is before",
    "datelessthanequals": "is not after",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is not before",
    "bool": "is",
    "binaryequals": "is",
    "ipaddress": "is in",
    "notipaddress": "is not in",
    "arnequals": "is like",
    "arnlike": "is like",
    "arnnotequals": "is not like",
    "arnnotlike": "is not like",
}
_QUALIFIERS = {"forallvalues": "every value of ", "foranyvalue": "some value of "}


def condition_words(condition: Value) -> tuple[str, ...]:
    """Say each test of a condition; all of them must hold. No condition is no words."""
    if isinstance(condition, Unknown):
        return ("something that is not known yet",)
    if not isinstance(condition, dict):
        return ()
    return tuple(words for operator, tests in condition.items() for words in _block(operator, tests))


def _block(operator: str, tests: Value) -> Iterator[str]:
    qualifier, _, base = operator.lower().rpartition(":")
    if not isinstance(tests, dict):
        yield "something that is not known yet"
        return
    for key, value in tests.items():
        yield _test(_QUALIFIERS.get(qualifier, "") + key, base, value)


def _test(subject: str, operator: str, value: Value) -> str:
    base = operator.removesuffix("ifexists")
    if base == "null":
        return f"{subject} is {_NULL.get(str(value).lower(), 'present or absent: that is not known yet')}"
    absent = " (or is absent)" if base != operator else ""
    return f"{subject} {_VERBS.get(base, f'passes {operator} of')} {_values(value)}{absent}"


_NULL = {"true": "absent", "false": "present"}


def _values(value: Value) -> str:
    items = value if isinstance(value, list) else [value]
    words = ["a value that is not known yet" if isinstance(item, Unknown) else _scalar(item) for item in items]
    if not words:
        return "nothing"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _scalar(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
