# SPDX-License-Identifier: Apache-2.0
"""Conditions in words: each test a clause, with what is absent and what is not known told as such."""

from __future__ import annotations

import pytest

from guardrails.iam.condition_words import condition_words
from guardrails.iam.conditions import OPERATORS
from guardrails.values import Unknown, Value


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (None, ()),
        ({}, ()),
        ({"Bool": {"aws:SecureTransport": "true"}}, ("aws:SecureTransport is true",)),
        ({"Bool": {"aws:SecureTransport": True}}, ("aws:SecureTransport is true",)),
        ({"StringEquals": {"a": ["x", "y", "z"]}}, ("a is x, y or z",)),
        ({"StringNotLike": {"a": "x*", "b": "y"}}, ("a is not like x*", "b is not like y")),
        ({"StringEqualsIfExists": {"a": "x"}}, ("a is x (or is absent)",)),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["x", "y"]}}, ("every value of aws:TagKeys is x or y",)),
        ({"ForAnyValue:StringLike": {"a": "x"}}, ("some value of a is like x",)),
        ({"Null": {"a": "true", "b": False}}, ("a is absent", "b is present")),
        ({"Null": {"a": Unknown(())}}, ("a is present or absent: that is not known yet",)),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, ("aws:SourceIp is not in 10.0.0.0/8",)),
        ({"NumericLessThanEquals": {"s3:max-keys": 10}}, ("s3:max-keys is at most 10",)),
        ({"StringEquals": {"a": ["x", Unknown(())]}}, ("a is x or a value that is not known yet",)),
        ({"StringEquals": {"a": []}}, ("a is nothing",)),
        ({"Sounds": {"a": "x"}}, ("a passes sounds of x",)),
        ({"StringEquals": Unknown(())}, ("something that is not known yet",)),
        (Unknown(()), ("something that is not known yet",)),
    ],
)
def test_a_condition_is_told_test_by_test(condition: Value, words: tuple[str, ...]) -> None:
    assert condition_words(condition) == words


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_operator_has_words(operator: str) -> None:
    (words,) = condition_words({operator: {"key": "x"}})
    assert "passes" not in words
