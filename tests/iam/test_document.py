# SPDX-License-Identifier: Apache-2.0
"""Documents are read tolerantly, with the path of everything, and never end in an exception."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.iam.bundle import Bundle, Context, judge
from guardrails.iam.document import parse
from guardrails.values import Unknown, plain, render_path, unknowns

CONTEXT = Context(dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["Allow", "*", "Deny", "iam:*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Version", "Statement", "Effect", "Action", "NotAction", "Resource", "Condition", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_any_json_value_is_read_and_judged_without_an_exception(value: Any) -> None:
    for form in (value, json.dumps(value)):
        document = parse(form, ("policy",))
        judge(Bundle((document,)), CONTEXT)
        assert document.problems or document.statements or not isinstance(value, str)


def test_text_nested_beyond_reason_is_malformed() -> None:
    assert [item.key for item in parse("[" * 200_000).problems] == ["json"]


def test_a_number_beyond_reason_is_malformed() -> None:
    assert [item.key for item in parse('{"Version": ' + "1" * 5000 + "}").problems] == ["json"]


def test_the_text_of_a_problem_repeats_nothing_of_the_document() -> None:
    for problem in parse('{"hunter2": "hunter2", "Statement": ["hunter2"]}').problems + parse("hunter2").problems:
        assert "hunter2" not in f"{problem.key} {problem.message}"


@settings(deadline=None)
@given(JSON)
def test_a_document_and_its_text_have_the_same_problems(value: Any) -> None:
    text = json.dumps(value, indent=3)
    if not isinstance(value, str):
        assert parse(value).problems == parse(text).problems


def test_plain_marks_unknowns_where_they_stand_and_keeps_no_asset() -> None:
    sentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    value = plain({"a": [1, f"x{sentinel}y"], "b": object()})
    assert [Unknown(("a", 1))] == unknowns(value)
    assert "object" in repr(value)


def test_a_path_has_no_space() -> None:
    assert render_path(("tags", "a b", 0, "c")) == 'tags["a\\u0020b"][0].c'
    assert render_path(()) == "-"
