# SPDX-License-Identifier: Apache-2.0
"""What a principal can become, over several documents, under denials, boundaries and conditions."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from tests.iam.bundles import APP, allow, deny, document, found, grades

from guardrails.iam.reviewed import escalation_sets, watched
from guardrails.values import render_path

if TYPE_CHECKING:
    from guardrails.iam.document import Kind

PASS = ("identity", document(allow("iam:PassRole", APP)))
RUN = ("identity", document(allow("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*")))
LABEL = "Set::ec2:runinstances+iam:passrole"


def passing(condition: Any) -> tuple[Kind, Any]:
    return ("identity", document(allow("iam:PassRole", APP, condition)))


def test_two_policies_complete_a_set_together_and_both_statements_are_named() -> None:
    [finding] = [item for item in found(PASS, RUN) if item.code == "B7"]  # type: ignore[arg-type]  # pairs of literals
    assert (finding.key, finding.severity, finding.confidence) == (LABEL, "high", "definite")
    assert render_path(finding.steps) == "documents[0].Statement[0].Action[0]"
    assert "documents[1].Statement[0].Action[0]" in finding.message


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([PASS, RUN, ("identity", document(deny("iam:PassRole")))], []),
        ([PASS, RUN, ("identity", document(deny("iam:Pass*", "arn:aws:iam::*:role/*")))], []),
        ([PASS, RUN, ("identity", document(deny("iam:PassRole", f"{APP}-other")))], [("B7", "high", "definite")]),
        ([PASS, RUN, ("boundary", document(allow("ec2:*")))], []),
        ([PASS, RUN, ("boundary", document(allow("*")))], [("B7", "high", "definite")]),
        ([PASS, RUN, ("boundary", document(deny("s3:*")))], []),
        ([PASS, RUN, ("scp", document(deny("s3:*")))], [("B7", "high", "definite")]),
        ([PASS, RUN, ("scp", document(allow("*"), deny("iam:PassRole")))], []),
        ([passing({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}), RUN], []),
        ([passing({"StringLike": {"iam:PassedToService": "*"}}), RUN], [("B7", "high", "definite")]),
        ([passing({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}), RUN], []),
        (
            [passing({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}), RUN],
            [("B7", "high", "definite")],
        ),
        ([passing({"Bool": {"aws:MultiFactorAuthPresent": "true"}}), RUN], [("B7", "medium", "conditional")]),
        (
            [PASS, RUN, ("identity", document(deny("*", "*", {"Bool": {"aws:SecureTransport": "false"}})))],
            [("B7", "high", "conditional")],
        ),
        ([("identity", document(allow(["iam:PassRole", "ec2:RunInstances"])))], [("B2", "high", "definite")]),
    ],
)
def test_a_set_counts_only_where_nothing_takes_it_away(documents: Any, expected: list[tuple[str, str, str]]) -> None:
    assert grades(found(*documents), "B1", "B2", "B7") == expected


@pytest.mark.parametrize(
    ("action", "resource", "condition", "expected"),
    [
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/*", None, []),
        ("iam:AttachRolePolicy", "arn:aws:iam::*:role/aws-service-role/*", None, []),
        ("iam:AttachUserPolicy", "arn:aws:iam::*:role/*", None, []),
        ("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}", None, []),
        ("iam:AttachRolePolicy", APP, None, [("B1", "high", "definite")]),
        (
            "iam:AttachRolePolicy",
            "*",
            {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}},
            [("B1", "high", "definite")],
        ),
        (
            "iam:AttachRolePolicy",
            "*",
            {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/app"}},
            [("B1", "medium", "conditional")],
        ),
        ("lambda:UpdateFunctionCode", "*", None, [("B1", "medium", "definite")]),
        (
            "lambda:UpdateFunctionCode",
            "arn:aws:lambda:eu-west-1:111122223333:function:app",
            None,
            [("B1", "medium", "conditional")],
        ),
        ("sts:AssumeRole", "*", None, [("B1", "high", "definite")]),
        ("sts:AssumeRole", APP, None, [("B1", "low", "conditional")]),
    ],
)
def test_scope_and_target_decide_on_one_action(
    action: str, resource: str, condition: Any, expected: list[tuple[str, str, str]]
) -> None:
    assert grades(found(("identity", document(allow(action, resource, condition)))), "B1") == expected


@pytest.mark.parametrize("entry", [item for item in escalation_sets() if item.kind != "retired"], ids=lambda i: i.label)
def test_every_set_is_found_by_its_own_actions_and_not_without_one(entry: Any) -> None:
    names = [watched()[action].name for action in entry.actions]
    keys = {item.key for item in found(("identity", document(allow(names)))) if item.code in ("B1", "B2")}
    assert entry.label in keys
    for left_out in names:
        rest = [name for name in names if name != left_out]
        fewer = found(("identity", document(allow(rest)))) if rest else []
        assert entry.label not in {item.key for item in fewer}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("*")], [("A1", "critical", "definite")]),
        ([allow("*:*", "arn:aws:*")], [("A1", "critical", "definite")]),
        ([allow("*"), deny("iam:DeleteUser")], [("A1", "critical", "definite")]),
        ([allow("*"), deny("iam:*")], []),
        ([allow("*", "*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}})], [("A1", "high", "conditional")]),
        ([{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}], []),
        ([allow("*", "arn:aws:s3:::b/*")], []),
    ],
)
def test_an_administrator_keeps_a_part_of_the_power_over_iam(
    statements: Any, expected: list[tuple[str, str, str]]
) -> None:
    assert grades(found(("identity", document(*statements))), "A1") == expected


def test_a_boundary_makes_an_administrator_none_and_tells_the_text_as_information() -> None:
    findings = found(("identity", document(allow("*"))), ("boundary", document(allow("s3:GetObject"))))
    assert grades(findings, "A") == [("A2", "info", "conditional")]


def test_one_s_own_permissions_are_told_by_the_variable_and_by_the_arn() -> None:
    own = document(allow("iam:PutUserPolicy", "arn:aws:iam::*:user/${aws:username}"))
    role = document(allow("iam:PutRolePolicy", "arn:aws:iam::*:role/a*"))
    assert grades(found(("identity", own)), "B8") == [("B8", "high", "definite")]
    assert grades(found(("identity", role), principal=APP), "B8") == [("B8", "high", "definite")]
    assert grades(found(("identity", role)), "B8") == []


def test_managed_policies_count_by_their_table() -> None:
    base = "arn:aws:iam::aws:policy/"
    assert grades(found(managed=(f"{base}AdministratorAccess",)), "A", "B", "H1") == [("H1", "high", "definite")]
    assert grades(found(managed=(f"{base}IAMFullAccess",)), "B1") == [("B1", "high", "definite")]
    assert grades(found(managed=(f"{base}ReadOnlyAccess",)), "A", "B", "H") == []
    assert grades(found(managed=(f"{base}NoSuchPolicy",)), "H") == [("H1", "info", "unknown")]
    together = found(PASS, managed=(f"{base}AmazonEC2FullAccess",))  # type: ignore[arg-type]  # a pair of literals
    assert LABEL in {item.key for item in together if item.code == "B7"}


def test_all_that_one_wildcard_makes_possible_is_one_finding_that_names_it() -> None:
    told = [item for item in found(("identity", document(allow("iam:*")))) if item.code == "B1"]
    assert [(item.key, item.severity, item.confidence) for item in told] == [("Action::iam:*", "high", "definite")]
    assert {"iam:PutRolePolicy", "iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy"} <= set(told[0].actions)
    assert "iam:CreateAccessKey" in told[0].message
    assert told[0].remedy == "list the actions that are used in place of Action iam:*, without these"


def test_sets_of_actions_that_are_written_out_stay_apart() -> None:
    names = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "lambda:AddPermission"]
    keys = [item.key for item in found(("identity", document(allow(names)))) if item.code == "B2"]
    assert keys == [
        "Set::iam:passrole+lambda:addpermission+lambda:createfunction",
        "Set::iam:passrole+lambda:createfunction+lambda:invokefunction",
    ]


def test_one_set_that_a_wildcard_completes_keeps_its_own_key() -> None:
    told = found(("identity", document(allow(["ec2:Run*", "iam:PassRole"]))))
    assert [item.key for item in told if item.code == "B2"] == [LABEL]


def test_a_known_superset_is_named_in_the_message_and_is_no_second_finding() -> None:
    told = found(("identity", document(allow(["ecs:RunTask", "iam:PassRole", "ecs:RegisterTaskDefinition"]))))
    sets = [item for item in told if item.code == "B2" and "ecs:runtask" in item.key]
    assert [item.key for item in sets] == ["Set::ecs:runtask+iam:passrole"]
    assert sets[0].message.endswith(", also in the variant with ecs:RegisterTaskDefinition")
    alone = found(("identity", document(allow(["ecs:RunTask", "iam:PassRole"]))))
    assert [item.message for item in alone if "variant" in item.message] == []


def attaching(policy: str) -> Any:
    return allow("iam:AttachRolePolicy", "*", {"ArnEquals": {"iam:PolicyARN": f"arn:aws:iam::aws:policy/{policy}"}})


def passing_to(service: str) -> Any:
    return allow("iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}})


@pytest.mark.parametrize("before", [0, 20, 90])
def test_no_number_of_statements_hides_one_behind_them_whose_condition_lets_more_through(before: int) -> None:
    attach = [*(attaching(f"Harmless{number}") for number in range(before)), attaching("AdministratorAccess")]
    assert grades(found(("identity", document(*attach))), "B1") == [("B1", "high", "definite")]
    run = allow("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*")
    passed = [*(passing_to(f"service{number}") for number in range(before)), passing_to("ec2"), run]
    assert grades(found(("identity", document(*passed))), "B2") == [("B2", "high", "definite")]


def test_the_order_of_statements_and_of_their_actions_decides_nothing() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    orders = [["iam:*", "*"], ["*", "iam:*"]]
    told = {
        tuple(sorted(grades(found(("identity", document(*statements))), "A1", "B1", "B2", "B6")))
        for first in orders
        for second in orders
        for pair in [(allow(first, "*", mfa), allow(second, "arn:aws:iam::*:role/*", mfa))]
        for statements in (pair, pair[::-1])
    }
    assert told == {(("A1", "high", "conditional"),)}


def test_the_order_of_actions_decides_nothing_where_several_wildcards_complete_a_set() -> None:
    run = allow("ec2:RunInstances")
    guarded = allow("*", "*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    places = ["arn:aws:iam::*:role/*", "arn:aws:s3:::b/*"]
    told = {
        tuple(
            sorted(set(grades(found(("identity", document(run, allow(list(actions), places), guarded))), "B1", "B2")))
        )
        for actions in itertools.permutations(["iam:Put*", "*", "iam:*"])
    }
    assert len(told) == 1
