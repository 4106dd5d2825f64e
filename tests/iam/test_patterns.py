# SPDX-License-Identifier: Apache-2.0
"""Laws of IAM's wildcard language."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.iam.actions import expand, has_action
from guardrails.iam.arns import Region, read_arn
from guardrails.iam.patterns import PieceIndex, covers, intersects, is_everything, matches, spans_service, squeezed

TEXTS = st.text(alphabet="ab:/", max_size=8)
PATTERNS = st.text(alphabet="ab:*?", max_size=8)


def reference(pattern: str, text: str) -> bool:
    return re.fullmatch(fnmatch.translate(pattern), text) is not None


@given(PATTERNS, TEXTS)
def test_matching_agrees_with_the_language_s_definition(pattern: str, text: str) -> None:
    assert reference(pattern, text) == matches(pattern, text)


@given(PATTERNS)
def test_a_pattern_covers_itself_and_star_covers_all(pattern: str) -> None:
    assert covers(pattern, pattern)
    assert covers("*", pattern)


@given(PATTERNS, PATTERNS, TEXTS)
def test_what_is_covered_is_matched(wide: str, narrow: str, text: str) -> None:
    if covers(wide, narrow) and matches(narrow, text):
        assert matches(wide, text)


@given(PATTERNS, PATTERNS, TEXTS)
def test_a_common_text_is_an_intersection(first: str, second: str, text: str) -> None:
    if matches(first, text) and matches(second, text):
        assert intersects(first, second)


@given(PATTERNS, PATTERNS)
def test_intersection_is_commutative_and_follows_from_covering(first: str, second: str) -> None:
    assert intersects(first, second) == intersects(second, first)
    if covers(first, second):
        assert intersects(first, second)


@given(TEXTS, PATTERNS)
def test_with_a_literal_all_three_agree(text: str, pattern: str) -> None:
    assert matches(pattern, text) == covers(pattern, text) == intersects(pattern, text)


@pytest.mark.parametrize(("first", "second"), [("a*", "b*"), ("*a", "*b"), ("a", "a?"), ("", "?")])
def test_disjoint_patterns_do_not_intersect(first: str, second: str) -> None:
    assert not intersects(first, second)


@pytest.mark.parametrize(("wide", "narrow"), [("?", "*"), ("a", "*"), ("a*", "*a"), ("", "*"), ("?", ""), ("a?", "a*")])
def test_a_narrower_pattern_does_not_cover_a_wider_one(wide: str, narrow: str) -> None:
    assert not covers(wide, narrow)


def test_a_hostile_pattern_is_answered_in_bounded_time() -> None:
    assert not matches("*a" * 200 + "b", "a" * 2000)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("*", True),
        ("s3:*", True),
        ("s3:?*", True),
        ("*:*", True),
        ("s3:Get*", False),
        ("s3:????", False),
        ("s3", False),
    ],
)
def test_a_span_is_a_whole_service(action: str, *, expected: bool) -> None:
    assert expected is spans_service(action)


def test_everything_is_stars_alone() -> None:
    assert [is_everything(item) for item in ("*", "**", "", "*?")] == [True, True, False, False]


@given(st.lists(PATTERNS, max_size=12), PATTERNS)
def test_an_index_yields_every_pattern_that_covers_a_text(patterns: list[str], text: str) -> None:
    near = set(PieceIndex((pattern, pattern) for pattern in patterns).near(text))
    assert {pattern for pattern in patterns if covers(pattern, text)} <= near


@given(PATTERNS, TEXTS)
def test_a_run_of_stars_is_one(pattern: str, text: str) -> None:
    assert matches(squeezed(pattern), text) == matches(pattern, text)


NAMES = st.text(alphabet="ab*?/", min_size=1, max_size=5)
ARNS = st.builds("arn:aws:{}:{}:{}:{}".format, st.sampled_from(["iam", "s3", "*", "i*"]), NAMES, NAMES, NAMES)


@given(st.lists(ARNS, min_size=9, max_size=30, unique=True), ARNS)
def test_many_arns_as_one_answer_as_they_do_one_by_one(texts: list[str], target: str) -> None:
    patterns, wanted = [read_arn(text) for text in texts], read_arn(target)
    region = Region(patterns)
    assert region.covers(wanted) == any(pattern.covers(wanted) for pattern in patterns)
    assert region.meets(wanted) == any(pattern.meets(wanted) for pattern in patterns)


@given(st.text(alphabet="acegtou*?", max_size=6))
def test_a_pattern_has_an_action_exactly_where_it_has_some(name: str) -> None:
    assert has_action(f"iam:{name}") == bool(expand(f"iam:{name}"))
