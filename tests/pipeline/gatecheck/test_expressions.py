# SPDX-License-Identifier: Apache-2.0
"""Expressions: GitHub's own rules where all is known, and nothing claimed that more knowledge could refute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackproof.pipeline.gatecheck.expressions import (
    UNKNOWN,
    ExpressionError,
    Unknown,
    Value,
    condition,
    evaluate,
    interpolate,
    outcomes,
    parse,
    references,
    truth,
)

NAMES = ("github.ref", "needs.a.result", "inputs.x")
VALUES: st.SearchStrategy[Value] = st.sampled_from([None, True, False, 0.0, 1.0, "", "success", "Failure", "1"])


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from([*NAMES, "'success'", "'failure'", "true", "null", "1", "always()", "success()", "''"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("!({})".format, inner),
            st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||", "==", "!=", "<", ">="]), inner),
            st.builds("{}({}, {})".format, st.sampled_from(["contains", "startsWith", "endsWith"]), inner, inner),
            st.builds("format('{{0}}', {})".format, inner),
        ),
        max_leaves=8,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 == '1'", True),
        ("'A' == 'a'", True),
        ("null == 0", True),
        ("null == ''", True),
        ("'a' == 0", False),
        ("'it''s'", "it's"),
        ("0x1f", 31.0),
        ("-1.5e1", -15.0),
        ("true && 'yes' || 'no'", "yes"),
        ("false && 'yes' || 'no'", "no"),
        ("'' || 'default'", "default"),
        ("!''", True),
        ("'b' > 'A'", True),
        ("contains('Hello', 'ELL')", True),
        ("contains(fromJSON('[\"a\", \"b\"]'), 'B')", True),
        ("startsWith('refs/heads/x', 'refs/heads/')", True),
        ("endsWith('abc', 'BC')", True),
        ("format('{0}-{1}', 'a', 'b')", "a-b"),
        ("always()", True),
        ("(true)", True),
    ],
)
def test_what_is_written_has_github_s_value(text: str, value: Value) -> None:
    assert evaluate(parse(text), {}) == value


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("github.x && false", False),
        ("github.x || true", True),
        ("!(github.x && false)", True),
        ("github.x == 'a'", None),
        ("needs.a.result == 'success' && github.x", False),
        ("contains(needs.*.result, 'failure')", True),
        ("contains(needs.*.result, 'skipped')", None),
        ("github.ref == 'refs/heads/main'", False),
        ("startsWith(github.ref, 'refs/heads/')", False),
        ("startsWith(github.ref, 'refs/')", True),
        ("github.event.pull_request.merged == true", False),
        ("inputs.stack == 'prod'", None),
        ("inputs.stack == 'test'", False),
        ("toJSON(needs)", None),
        ("unheard_of('a')", None),
    ],
)
def test_what_is_partly_known_is_told_as_far_as_it_goes(text: str, *, known: bool | None) -> None:
    facts: dict[str, Value] = {
        "needs.a.result": "failure",
        "needs.*.result": ("failure", UNKNOWN),
        "github.ref": Unknown(prefix="refs/pull/"),
        "github.event.pull_request": None,
        "inputs.stack": Unknown(among=frozenset({"dev", "prod"})),
    }
    assert truth(evaluate(parse(text), facts)) is known


@pytest.mark.parametrize("text", ["", "a &&", "'a", "a..b", "(a", "f(a", "a b", "&& a", "a[1", "#", "a = b", "(" * 99])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@given(st.text(alphabet="ab.*[]()!&|=<>'\" 01,${}\n-", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    condition(text)
    interpolate(text, {})
    outcomes(text, {})
    list(references(text, bare=True))


@given(st.text(max_size=60))
def test_no_unicode_breaks_the_reader(text: str) -> None:
    condition(f"${{{{ {text} }}}}")
    interpolate(f"x ${{{{ {text} }}}}", {})


@given(expressions(), st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)), st.sets(st.sampled_from(NAMES)))
def test_what_is_claimed_of_a_part_holds_of_the_whole(text: str, facts: dict[str, Value], hidden: set[str]) -> None:
    """Evaluate with everything known, and with less: the second may know less, but never say otherwise."""
    whole: dict[str, Value] = {**facts, "success()": True}
    part = {name: value for name, value in whole.items() if name not in hidden}
    claimed = truth(evaluate(parse(text), part))
    assert claimed is None or claimed is truth(evaluate(parse(text), whole))


@given(expressions(), st.sampled_from(["success", "failure"]), st.sampled_from(["refs/heads/a", "refs/heads/b"]))
def test_what_is_claimed_of_a_kind_holds_of_each_one(text: str, result: str, ref: str) -> None:
    kinds: dict[str, Value] = {
        "needs.a.result": Unknown(among=frozenset({"success", "failure"})),
        "github.ref": Unknown(prefix="refs/heads/"),
    }
    claimed = truth(evaluate(parse(text), kinds))
    one: dict[str, Value] = {"needs.a.result": result, "github.ref": ref, "inputs.x": "", "success()": True}
    assert claimed is None or claimed is truth(evaluate(parse(text), one))


@pytest.mark.parametrize(
    ("text", "implied"),
    [("github.x", True), ("always()", False), ("!cancelled()", False), ("failure() || x.y", False), ("", True)],
)
def test_success_is_implied_unless_a_status_is_asked_for(text: str, *, implied: bool) -> None:
    found = condition(text)
    assert found is not None
    assert (truth(evaluate(found, {"success()": False})) is False) is implied


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("deploy-${{ inputs.x }}", "deploy-a"),
        ("${{ inputs.x }}", "a"),
        ("${{ true }}", True),
        ("deploy-${{ github.ref }}", Unknown(prefix="deploy-")),
        ("${{ nonsense here }}", UNKNOWN),
        ("plain", "plain"),
    ],
)
def test_texts_are_filled_in(text: str, value: Value) -> None:
    assert interpolate(text, {"inputs.x": "a"}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ github.x == 'a' && 'prod' || 'dev' }}", {"prod", "dev"}),
        ("${{ inputs.x }}", {"a"}),
        ("${{ github.x }}", None),
        ("${{ github.x || 'dev' }}", None),
        ("x", None),
    ],
)
def test_all_that_a_choice_can_come_to_is_told(text: str, value: set[str] | None) -> None:
    assert outcomes(text, {"inputs.x": "a"}) == value
