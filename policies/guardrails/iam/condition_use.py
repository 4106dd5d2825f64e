# SPDX-License-Identifier: Apache-2.0
"""How conditions are written: operators that let more through than they seem to, keys that are not there."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.action_keys import absent_keys, template
from guardrails.iam.actions import known_services, service
from guardrails.iam.conditions import OPERATORS, instant, is_guessed, is_private, networks
from guardrails.iam.keys import EVER_PRESENT, GLOBAL, MULTI_VALUED, SPOOFABLE
from guardrails.iam.patterns import matches
from guardrails.iam.taxonomy import IamFinding, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from guardrails.iam.conditions import Test
    from guardrails.iam.grants import Judged

__all__ = ["condition_findings"]

_TAGS = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys", "s3:existingobjecttag/", "ec2:resourcetag/")
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_LITERAL = frozenset({"stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase"})
_FAMILIES = {
    "stri": "String",
    "nume": "Numeric",
    "date": "Date",
    "bool": "Bool",
    "arne": "ARN",
    "arnl": "ARN",
    "ipad": "IPAddress",
}
"""Types of keys by the first letters of their operators."""
_PAIRS = {
    "aws:vpcsourceip": ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"),
    "dynamodb:attributes": ("dynamodb:select", "dynamodb:returnvalues"),
}


def condition_findings(item: Judged) -> Iterator[IamFinding]:
    """Judge every test of a statement, and the condition as a whole."""
    tests = [test for test in item.condition.tests if test.verdict != "unknown"]
    lacks = absent_keys(item.statement)
    keys = {test.key for test in tests}
    demanded = {
        test.key for test in tests if test.base == "null" and [value.lower() for value in test.values] == ["false"]
    }
    for test in tests:
        if test.base not in OPERATORS:
            message = f"{test.operator} is no operator that IAM knows"
            yield made("G8", f"operator::{test.operator.lower()}", test.steps, message, "correct the operator")
            continue
        if item.statement.effect == "Allow":
            yield from _in_allow(test, demanded)
        else:
            yield from _in_deny(test, lacks)
        yield from _in_any(test, keys)
        yield from _key(test, item, lacks)
        yield from _mismatch(test)
        yield from _constant(test)
    if item.dead and not any(test.verdict == "unsatisfiable" for test in tests):
        message = "two tests of one key leave it no value, so the statement never applies"
        steps = (*item.statement.steps, "Condition")
        yield made("F12", "Condition::contradiction", steps, message, "correct the values, or drop the statement")


@lru_cache(maxsize=16_384)
def _kind(key: str) -> str:
    """Give the published type of a key, as far as it is known."""
    if key in GLOBAL:
        return GLOBAL[key]
    found = service(key.partition(":")[0])
    if found is None:
        return "String"
    for name, kind in found.key_types.items():
        if name == key or ("$" in name and matches(template(name), key)):
            return kind
    return "String"


def _in_allow(test: Test, demanded: AbstractSet[str]) -> Iterator[IamFinding]:
    absent = test.key not in EVER_PRESENT
    if test.qualifier == "forallvalues":
        yield from _for_all(test, demanded)
    if test.qualifier == "foranyvalue" and test.key.endswith(":aud"):
        message = f"{test.name} has one value, and needs no ForAnyValue"
        yield made("F1", test.label, test.steps, message, "drop the qualifier", severity="low", advisory=True)
    if test.if_exists and absent and test.base != "null":
        message = f"the Allow also applies where {test.name} is absent"
        remedy = f"drop IfExists, or demand the key by Null {test.name} false"
        if test.base == "bool" and test.key == "aws:multifactorauthpresent":
            message = "requests signed with access keys have no aws:MultiFactorAuthPresent, so they pass"
            yield made("F8", test.label, test.steps, message, "use Bool, without IfExists")
        else:
            yield made("F2", test.label, test.steps, message, remedy)
    if test.key == "aws:multifactorauthpresent" and [value.lower() for value in test.values] == ["false"]:
        message = "the statement allows only what is done without MFA"
        yield made("F8", test.label, test.steps, message, "use Bool true")
    if test.negated:
        message = f"the Allow applies to everything but the values of {test.name}, and where the key is absent"
        yield made("F3", test.label, test.steps, message, "state what is allowed, or move the test into a Deny")


def _for_all(test: Test, demanded: AbstractSet[str]) -> Iterator[IamFinding]:
    multiple = test.key in MULTI_VALUED or _kind(test.key).startswith("ArrayOf") or test.key.endswith(":amr")
    if not multiple:
        message = f"ForAllValues holds where {test.name} is absent, and the key has one value only"
        yield made("F1", test.label, test.steps, message, f"drop the qualifier from {test.operator}")
    elif test.key not in demanded:
        message = f"ForAllValues holds where {test.name} is absent"
        remedy = f"add Null {test.name} false"
        yield made("F1", test.label, test.steps, message, remedy, severity="low", advisory=True)


def _in_deny(test: Test, lacks: Callable[[str], bool]) -> Iterator[IamFinding]:
    plain = test.base == "bool" and not test.if_exists and [value.lower() for value in test.values] == ["false"]
    if plain and test.key == "aws:multifactorauthpresent":
        message = "requests signed with access keys have no aws:MultiFactorAuthPresent, so the Deny spares them"
        yield made("F8", test.label, test.steps, message, "use BoolIfExists")
    if test.key.startswith(_TAGS) and lacks(test.key) and not test.negated and not test.if_exists:
        message = f"no action of the Deny has {test.name}, so it denies nothing"
        yield made("F11", test.label, test.steps, message, "deny the actions that have the key, or drop the test")


def _in_any(test: Test, keys: AbstractSet[str]) -> Iterator[IamFinding]:
    plain = [_VARIABLE.sub("", value) for value in test.values]
    if test.base in _LITERAL and any("*" in value or "?" in value for value in plain):
        message = f"{test.operator} takes * and ? as they are, so {test.name} hardly ever has such a value"
        yield made("F4", test.label, test.steps, message, f"use {_like(test)}, or write the value out")
    crossing = test.base in ("stringlike", "stringnotlike") and any("*" in value for value in plain)
    if crossing and _kind(test.key) in ("ARN", "ArrayOfARN"):
        message = f"in {test.operator} a * of {test.name} crosses the colons of an ARN"
        yield made("F5", test.label, test.steps, message, f"use {_like(test).replace('String', 'Arn')}")
    if test.key == "aws:sourceip" and any(map(is_private, networks(test.values))):
        message = "aws:SourceIp is a public address; a private one is never seen"
        yield made("F7", test.label, test.steps, message, "use aws:VpcSourceIp with aws:SourceVpc")
    if test.key in SPOOFABLE:
        message = f"any client sets {test.name} as it likes"
        yield made("F9", test.label, test.steps, message, "use a key that AWS sets")
    if is_guessed(test) and test.verdict != "vacuous":
        message = f"a pattern of {test.name} begins with so few characters that the ids of strangers fit it"
        yield made("F9", test.label, test.steps, message, "write the ids out")
    partners = _PAIRS.get(test.key)
    if partners and keys.isdisjoint(partners):
        message = f"{test.name} says little without {' or '.join(partners[:2])}"
        yield made("F10", test.label, test.steps, message, f"add a test of {partners[0]}")


def _like(test: Test) -> str:
    return "StringNotLike" if test.negated else "StringLike"


def _key(test: Test, item: Judged, lacks: Callable[[str], bool]) -> Iterator[IamFinding]:
    """Find keys that do not exist, or that no action of the statement has."""
    prefix, colon, _ = test.key.partition(":")
    if test.key in GLOBAL or "." in prefix or prefix == "saml" or not test.key:
        return
    tag = test.key.startswith(_TAGS)
    if tag and item.statement.effect == "Deny":
        return
    exists = tag or test.key.startswith("aws:principaltag/")
    if not exists and prefix != "aws" and colon:
        exists = prefix in known_services() and _published(prefix, test.key)
    if exists and not lacks(test.key):
        return
    what = "no action of the statement has" if exists else "there is no condition key"
    yield made(
        "F6", test.label, test.steps, f"{what} {test.name}", "correct the key, or move the test to actions with it"
    )


def _mismatch(test: Test) -> Iterator[IamFinding]:
    """Find operators of another type than their key, and dates that are none."""
    family = _FAMILIES.get(test.base.replace("not", "")[:4], "")
    kind = _kind(test.key).removeprefix("ArrayOf")
    dated = family == "Date" and any(instant(value) is None for value in test.values)
    if not dated and (not family or kind == family or {kind, family} <= {"String", "ARN"}):
        return
    message = f"{test.name} holds no {family.lower()}, so {test.operator} compares what cannot be compared"
    if dated:
        message = f"a value of {test.name} is no date"
    yield made("F6", test.label, test.steps, message, f"use the operator for {kind}, and a value of its form")


@lru_cache(maxsize=4_096)
def _published(prefix: str, key: str) -> bool:
    found = service(prefix)
    if found is None:
        return False
    return any(name == key or ("$" in name and matches(template(name), key)) for name in found.key_types)


def _constant(test: Test) -> Iterator[IamFinding]:
    if test.verdict == "vacuous" and test.qualifier != "forallvalues" and not test.if_exists and not test.negated:
        message = f"the test of {test.name} is always true"
        yield made("F12", test.label, test.steps, message, "drop it, or write what it was meant to say")
    private = test.key == "aws:sourceip"
    if test.verdict == "unsatisfiable" and not private:
        message = f"the test of {test.name} can never be true, so the statement never applies"
        yield made("F12", test.label, test.steps, message, "correct the values, or drop the statement")
