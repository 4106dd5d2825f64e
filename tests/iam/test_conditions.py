# SPDX-License-Identifier: Apache-2.0
"""What conditions come to: vacuous, unsatisfiable, restrictive, weak, or unknown; and when a Deny always applies."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from guardrails.iam.conditions import Moment, always, evaluate
from guardrails.values import Unknown

HOLE = Unknown(("Condition",))
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
ME = "arn:aws:iam::111122223333:role/me"
CASES: dict[str, list[Any]] = {
    "vacuous": [
        None,
        {},
        {"StringLike": {"AWS:PrincipalArn": ["x", "*"]}},
        {"ArnLike": {"aws:PrincipalArn": "arn:*"}},
        {"Bool": {"aws:SecureTransport": True}},
        {"Null": {"aws:userid": "false"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
        {"StringLike": {"iam:PassedToService": "*"}},
    ],
    "unsatisfiable": [
        {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"DateLessThan": {"aws:EpochTime": 1577836800}},
        {"DateLessThan": {"aws:TokenIssueTime": "2026-10-01T00:00:00Z"}},
        {"StringEquals": {"aws:PrincipalOrgID": []}},
        {"Null": {"aws:PrincipalArn": "true"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/other"}},
        {"StringEquals": {"aws:PrincipalAccount": "444455556666"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "StringLike": {"AWS:principalorgid": "o-2*"}},
        {"StringNotLike": {"aws:PrincipalArn": "*"}},
    ],
    "restrictive": [
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"Null": {"aws:TokenIssueTime": "false"}},
        {"IpAddress": {"aws:SourceIp": "198.51.101.0/24"}},
        {"ForAllValues:StringEquals": {"aws:CalledVia": ["x"]}, "Null": {"aws:calledvia": "false"}},
        {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
        {"DateLessThan": {"aws:CurrentTime": ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"]}},
        {"StringEquals": {"aws:PrincipalArn": [ME, "x"]}},
        {"StringEquals": {"a": HOLE}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
    ],
    "weak": [
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringEquals": {"aws:RequestTag/team": "a"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"StringLike": {"aws:Referer": "https://example.com/*"}},
        {"Bool": {"aws:SecureTransport": "false"}},
    ],
    "unknown": [HOLE, {"StringEquals": HOLE}, {"StringEquals": {"k": ["x", HOLE]}}],
}


@pytest.mark.parametrize(
    ("verdict", "condition"),
    [
        pytest.param(verdict, item, id=f"{verdict}-{index}")
        for verdict, found in CASES.items()
        for index, item in enumerate(found)
    ],
)
def test_a_condition_comes_to(verdict: str, condition: Any) -> None:
    assert evaluate(condition, (), Moment(NOW, ME, "111122223333")).verdict == verdict


@pytest.mark.parametrize("condition", CASES["unknown"])
def test_the_unknown_that_decides_is_named(condition: Any) -> None:
    assert evaluate(condition, (), Moment(NOW)).hole == HOLE


def test_a_key_that_no_action_has_makes_a_negation_vacuous() -> None:
    negated: Any = {"StringNotEquals": {"s3:prefix": "x"}}
    assert evaluate(negated, (), Moment(NOW), lambda _key: True).verdict == "vacuous"
    assert evaluate(negated, (), Moment(NOW), lambda _key: False).verdict == "weak"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, True),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, False),
        ({"StringLikeIfExists": {"aws:PrincipalOrgID": "*"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
    ],
)
def test_a_deny_always_applies_only_where_every_test_passes_whatever_the_request_holds(
    condition: Any, *, expected: bool
) -> None:
    assert always(evaluate(condition, (), Moment(NOW))) is expected
