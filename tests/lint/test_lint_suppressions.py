# SPDX-License-Identifier: Apache-2.0
"""A finding is let through by a comment that names its rule and says why, and by no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.audit import Audit

BUCKET = 'import pulumi\nimport pulumi_aws as aws\n\nbucket = aws.s3.Bucket("b")\n'


def told(audit: Audit) -> tuple[list[tuple[int, str, str]], list[tuple[str, str]]]:
    """Give what is left with line, rule and key, and what was let through with its reason."""
    left = [(finding.line, finding.rule, finding.key) for finding in audit.findings]
    return left, [(one.finding.rule, one.reason) for one in audit.suppressed]


@pytest.mark.parametrize(
    "code",
    [
        'name = f"{bucket.id}"  # stackproof: allow[output-in-text] shown to nobody',
        '# stackproof: allow[output-in-text] shown to nobody\nname = f"{bucket.id}"',
        'name = (\n    f"{bucket.id}"  # stackproof: allow[output-in-text] shown to nobody\n)',
        'name = (  # stackproof: allow[output-in-text] shown to nobody\n    f"{bucket.id}"\n)',
        'name = f"{bucket.id}"  # noqa: X # stackproof: allow[output-in-text] shown to nobody',
        'name = f"{bucket.id}"  #stackproof:allow[ output-in-text ]   shown to nobody',
    ],
)
def test_a_comment_on_the_statement_or_above_it_lets_a_finding_through(
    code: str, judge: Callable[[str], Audit]
) -> None:
    assert told(judge(BUCKET + code)) == ([], [("output-in-text", "shown to nobody")])


def test_one_comment_may_name_several_rules(judge: Callable[[str], Audit]) -> None:
    code = (
        'print(f"{bucket.id}" + bucket.arn)  # stackproof: allow[output-in-text, output-as-plain-value] a demonstration'
    )
    found = told(judge(BUCKET + code))
    assert found == ([], [("output-as-plain-value", "a demonstration"), ("output-in-text", "a demonstration")])


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# stackproof: allow[output-in-text]", [("output-in-text", "bucket.id"), ("unsound-suppression", "comment")]),
        (
            "# stackproof: allow[output-in-txt] why",
            [("output-in-text", "bucket.id"), ("unsound-suppression", "output-in-txt")],
        ),
        ("# stackproof: allow why", [("output-in-text", "bucket.id"), ("unsound-suppression", "comment")]),
        (
            "# stackproof: ignore[output-in-text] why",
            [("output-in-text", "bucket.id"), ("unsound-suppression", "comment")],
        ),
        (
            "# stackproof: allow[output-printed] why",
            [("output-in-text", "bucket.id"), ("unsound-suppression", "output-printed")],
        ),
    ],
)
def test_a_comment_that_is_no_good_lets_nothing_through(
    comment: str, left: list[tuple[str, str]], judge: Callable[[str], Audit]
) -> None:
    code = f'{BUCKET}name = f"{{bucket.id}}"  {comment}'
    assert told(judge(code)) == ([(5, rule, key) for rule, key in left], [])


def test_a_stale_comment_is_reported(judge: Callable[[str], Audit]) -> None:
    code = f"{BUCKET}name = bucket.id  # stackproof: allow[output-in-text] shown to nobody"
    [finding] = judge(code).findings
    assert finding.message == "suppression: output-in-text finds nothing here any more"


def test_a_comment_is_about_its_own_statement_alone(judge: Callable[[str], Audit]) -> None:
    code = f'{BUCKET}a = f"{{bucket.id}}"  # stackproof: allow[output-in-text] shown to nobody\nb = f"{{bucket.id}}"'
    assert told(judge(code)) == ([(6, "output-in-text", "bucket.id")], [("output-in-text", "shown to nobody")])


def test_a_text_that_looks_like_a_comment_is_none(judge: Callable[[str], Audit]) -> None:
    code = BUCKET + 'name = f"{bucket.id} # stackproof: allow[output-in-text] no comment"'
    assert told(judge(code)) == ([(5, "output-in-text", "bucket.id")], [])


def test_what_a_comment_is_about_may_not_be_the_comment_itself(judge: Callable[[str], Audit]) -> None:
    code = f"{BUCKET}name = 1  # stackproof: allow[unsound-suppression] because"
    assert [finding.rule for finding in judge(code).findings] == ["unsound-suppression"]
