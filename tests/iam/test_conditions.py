# SPDX-License-Identifier: Apache-2.0
"""Which conditions restrict, which only look so, and which cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from guardrails.iam.conditions import restricts
from guardrails.values import Unknown

HOLE = Unknown(("Condition",))


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {},
        {"StringLike": {"AWS:PrincipalArn": ["x", "*"]}},
        {"StringLikeIfExists": {"aws:PrincipalTag/team": "*"}},
        {"Bool": {"aws:SecureTransport": True}},
        {"Null": {"aws:userid": "false"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
    ],
)
def test_what_is_always_true_restricts_nothing(condition: Any) -> None:
    assert restricts(condition) is False


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"aws:PrincipalTag/team": "*"}},
        {"StringEquals": {"aws:PrincipalArn": "*"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Null": {"aws:TokenIssueTime": "false"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}, "Null": {"aws:tagkeys": "false"}},
        {"StringEquals": {"a": HOLE}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
    ],
)
def test_what_can_be_false_restricts(condition: Any) -> None:
    assert restricts(condition) is True


@pytest.mark.parametrize("condition", [HOLE, {"StringEquals": HOLE}, {"StringEquals": {"k": ["x", HOLE]}}])
def test_an_unknown_that_decides_is_returned(condition: Any) -> None:
    assert restricts(condition) == HOLE
