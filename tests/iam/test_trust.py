# SPDX-License-Identifier: Apache-2.0
"""Who may take a role: GitHub's subjects in both forms, other federations, accounts and services."""

from __future__ import annotations

from typing import Any

import pytest
from tests.iam.bundles import document, found, grades

GITHUB = "token.actions.githubusercontent.com"
PROVIDER = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}


def github(tests: dict[str, dict[str, Any]], *, audience: bool = True) -> Any:
    condition = {
        operator: {f"{GITHUB}:{key}": value for key, value in keys.items()} for operator, keys in tests.items()
    }
    if audience:
        condition.setdefault("StringEquals", {})[f"{GITHUB}:aud"] = "sts.amazonaws.com"
    return {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": PROVIDER,
        **({"Condition": condition} if condition else {}),
    }


def judged(statement: Any, **known: Any) -> list[tuple[str, str, str]]:
    return grades(found(("trust", document(statement)), **known), "D")


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        ("*", "high"),
        ("repo:*", "high"),
        ("repo:acme*", "high"),
        ("repo:*/shop:ref:refs/heads/main", "high"),
        ("repo:acme@*/shop@5678:environment:prod", "high"),
        ("repo:acme@1234/shop@*:environment:prod", "high"),
        ("repo:acme/*", "medium"),
        ("repo:acme/*:environment:prod", "medium"),
        ("repo:acme@1234/*", "medium"),
        ("repo:acme/shop*", "medium"),
        ("repo:acme/shop:*", "low"),
        ("repo:acme@1234/shop@5678:*", "low"),
        ("repo:acme/shop:pull_request", "low"),
        ("repo:acme/shop:ref:refs/heads/*", "low"),
        ("repo:acme/shop:environment:prod", None),
        ("repo:acme@1234/shop@5678:environment:prod", None),
        ("repo:acme/shop:ref:refs/heads/main", None),
        (["repo:acme/shop:environment:prod", "repo:acme/*"], "medium"),
    ],
)
def test_a_subject_of_github_is_as_wide_as_its_widest_value(subject: Any, severity: str | None) -> None:
    expected = [("D6", severity, "definite")] if severity else []
    assert judged(github({"StringLike": {"sub": subject}})) == expected


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ({}, [("D6", "high", "definite")]),
        ({"StringNotEquals": {"sub": "repo:acme/shop:environment:prod"}}, [("D6", "high", "definite")]),
        ({"ForAllValues:StringLike": {"sub": "repo:acme/shop:environment:prod"}}, [("D6", "high", "definite")]),
        ({"StringEquals": {"sub": "environment:prod"}}, [("D7", "high", "definite")]),
        ({"StringEquals": {"environment": "prod"}}, [("D6", "high", "definite"), ("D7", "high", "definite")]),
        ({"StringEquals": {"repository": "acme/shop"}}, [("D6", "low", "definite")]),
        ({"StringEquals": {"repository": "acme/shop", "environment": "prod"}}, []),
        ({"StringEquals": {"repository_owner_id": "1234"}}, [("D6", "medium", "definite")]),
        (
            {
                "StringLike": {"sub": "repo:acme/*"},
                "StringEquals": {"repository": "acme/shop", "ref": "refs/heads/main"},
            },
            [],
        ),
    ],
)
def test_claims_of_github_count_together(tests: Any, expected: Any) -> None:
    assert judged(github(tests)) == expected


def test_a_missing_audience_is_found_beside_an_exact_subject() -> None:
    exact = github({"StringEquals": {"sub": "repo:acme/shop:environment:prod"}}, audience=False)
    assert judged(exact) == [("D5", "high", "definite")]


def taking(principal: Any, condition: Any = None, action: str = "sts:AssumeRole") -> Any:
    made = {"Effect": "Allow", "Action": action, "Principal": principal}
    return made if condition is None else {**made, "Condition": condition}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (taking("*"), [("D1", "critical", "definite")]),
        (taking({"AWS": "*"}, {"StringLike": {"aws:PrincipalArn": "*"}}), [("D1", "critical", "definite")]),
        (taking("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), [("D2", "medium", "conditional")]),
        (taking("*", {"StringEquals": {"aws:UserAgent": "x"}}), [("D1", "high", "conditional")]),
        (taking({"AWS": "arn:aws:iam::444455556666:root"}), [("D3", "medium", "definite")]),
        (taking({"AWS": "444455556666"}, {"StringEquals": {"sts:ExternalId": "x"}}), []),
        (taking({"AWS": "arn:aws:iam::111122223333:root"}), [("D4", "low", "definite")]),
        (taking({"AWS": "111122223333"}), [("D4", "low", "definite")]),
        (taking({"Service": "ec2.amazonaws.com"}), []),
        (taking({"Service": "cloudtrail.amazonaws.com"}), [("D9", "medium", "definite")]),
        (taking({"Service": "ec2.amazonaws.com"}, action="sts:*"), [("D10", "low", "definite")]),
        (
            taking({"Federated": "arn:aws:iam::1:saml-provider/x"}, action="sts:AssumeRoleWithSAML"),
            [("D8", "medium", "definite")],
        ),
        (
            taking(
                {"Federated": "cognito-identity.amazonaws.com"},
                {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:x"}},
                "sts:AssumeRoleWithWebIdentity",
            ),
            [],
        ),
        (
            taking(
                {"Federated": "arn:aws:iam::1:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"},
                {"StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/A:sub": "system:serviceaccount:*:*"}},
                "sts:AssumeRoleWithWebIdentity",
            ),
            [("D5", "high", "definite"), ("D5", "high", "definite")],
        ),
    ],
)
def test_principals_are_judged_by_what_binds_them(statement: Any, expected: Any) -> None:
    assert judged(statement, account="111122223333") == expected


def test_without_an_account_foreign_and_own_cannot_be_told() -> None:
    statement = taking({"AWS": "arn:aws:iam::444455556666:root"})
    assert judged(statement) == [("D3", "medium", "unknown"), ("D4", "low", "unknown")]
