# SPDX-License-Identifier: Apache-2.0
"""Contributors may pull and push on exactly the stack's repositories, and change no protected branch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.contributor_role import ContributorRole, ContributorRoleArgs

if TYPE_CHECKING:
    from collections.abc import Callable

DEVELOPER = "arn:aws:iam::123456789012:role/developer"
MANAGER = "arn:aws:iam::123456789012:user/manager"
API = "arn:aws:codecommit:eu-central-1:123456789012:payments-api-dev"
WEB = "arn:aws:codecommit:eu-central-1:123456789012:payments-web-dev"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def build(*kms_key_arns: str) -> Callable[[], object]:
    args = ContributorRoleArgs("dev", (DEVELOPER, MANAGER), (API, WEB), ("main", "release"), kms_key_arns)
    return lambda: ContributorRole("repository-contributor", args)


def statements(deployment: Any) -> dict[str, dict[str, Any]]:
    document = json.loads(deployment.of_type("aws:iam/policy:Policy")["repository-contributor"]["policy"])
    return {statement.pop("Sid"): statement for statement in document["Statement"]}


def test_the_role_trusts_exactly_the_configured_principals_for_an_hour(deploy: Callable[..., Any]) -> None:
    role = deploy(build()).of_type("aws:iam/role:Role")["repository-contributor"]
    expected = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AssumeAsContributor",
                "Effect": "Allow",
                "Principal": {"AWS": [DEVELOPER, MANAGER]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    assert expected == json.loads(role["assumeRolePolicy"])
    hour = 3600
    assert hour == role["maxSessionDuration"]


def test_pull_and_push_are_allowed_on_exactly_the_repositories_and_nothing_else_is(
    deploy: Callable[..., Any],
) -> None:
    allowed = [found for found in statements(deploy(build())).values() if found["Effect"] == "Allow"]
    expected = [{"Effect": "Allow", "Action": ["codecommit:GitPull", "codecommit:GitPush"], "Resource": [API, WEB]}]
    assert expected == allowed


def test_every_action_that_moves_a_branch_is_denied_on_the_protected_ones(deploy: Callable[..., Any]) -> None:
    expected = {
        "Effect": "Deny",
        "Action": [
            "codecommit:CreateBranch",
            "codecommit:CreateCommit",
            "codecommit:DeleteBranch",
            "codecommit:DeleteFile",
            "codecommit:GitPush",
            "codecommit:MergeBranchesByFastForward",
            "codecommit:MergeBranchesBySquash",
            "codecommit:MergeBranchesByThreeWay",
            "codecommit:MergePullRequestByFastForward",
            "codecommit:MergePullRequestBySquash",
            "codecommit:MergePullRequestByThreeWay",
            "codecommit:PutFile",
        ],
        "Resource": [API, WEB],
        "Condition": {
            "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main", "refs/heads/release"]},
            "Null": {"codecommit:References": "false"},
        },
    }
    assert expected == statements(deploy(build()))["ProtectBranches"]


def test_customer_managed_keys_are_allowed_through_codecommit_alone(deploy: Callable[..., Any]) -> None:
    expected = {
        "Effect": "Allow",
        "Action": [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        "Resource": [KEY],
        "Condition": {"StringEquals": {"kms:ViaService": ["codecommit.eu-central-1.amazonaws.com"]}},
    }
    assert expected == statements(deploy(build(KEY)))["UseKeysThroughCodeCommit"]


def test_the_policy_is_attached_to_the_role(deploy: Callable[..., Any]) -> None:
    expected = {
        "repository-contributor": {
            "role": "repository-contributor-dev",
            "policyArn": "arn:aws:iam::123456789012:policy/repository-contributor-dev",
        }
    }
    assert expected == deploy(build()).of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
