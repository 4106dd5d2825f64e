# SPDX-License-Identifier: Apache-2.0
"""Workflows of one repository take one role for each environment, which may do what the stack needs and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.github_trust import GithubTrust, GithubTrustArgs
from infra.settings import DeliverySettings

if TYPE_CHECKING:
    from collections.abc import Callable

BOUNDARY = "arn:aws:iam::123456789012:policy/delivery-boundary"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DELIVERY = DeliverySettings(
    repository="example/payments",
    owner_id="12",
    repository_id="34",
    region="eu-central-1",
    state_bucket="states",
    boundary_arn=BOUNDARY,
    provider_arn=PROVIDER,
    secrets_key_arn=KEY,
)
READING = ("Describe", "Get", "List")


@pytest.fixture
def built(deploy: Callable[..., Any]) -> Callable[..., Any]:
    """Build the component with some settings changed."""

    def build(**changes: str | None) -> Any:
        args = GithubTrustArgs("prod", replace(DELIVERY, **changes))  # type: ignore[arg-type]  # names checked at run time
        return deploy(lambda: GithubTrust("delivery", args))

    return build


def statements(deployment: Any, role: str) -> dict[str, dict[str, Any]]:
    document = json.loads(deployment.of_type("aws:iam/policy:Policy")[role]["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


@pytest.mark.parametrize(("role", "environment"), [("delivery-preview", "prod-preview"), ("delivery-deploy", "prod")])
def test_a_role_trusts_exactly_one_environment_in_both_forms_of_a_subject(
    role: str, environment: str, built: Callable[..., Any]
) -> None:
    made = built().of_type("aws:iam/role:Role")[role]
    assert json.loads(made["assumeRolePolicy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TakeFromGithub",
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                        "token.actions.githubusercontent.com:sub": [
                            f"repo:example/payments:environment:{environment}",
                            f"repo:example@12/payments@34:environment:{environment}",
                        ],
                    }
                },
            }
        ],
    }
    assert (made["name"], made["permissionsBoundary"], made["maxSessionDuration"]) == (f"{role}-prod", BOUNDARY, 3600)


def test_the_preview_role_only_reads(built: Callable[..., Any]) -> None:
    found = statements(built(), "delivery-preview")
    actions = [action.partition(":")[2] for one in found.values() for action in one["Action"]]
    assert [action for action in actions if not action.startswith(READING)] == ["Decrypt"]


def test_the_deploy_role_writes_no_rights_and_deletes_no_repository(built: Callable[..., Any]) -> None:
    found = statements(built(), "delivery-deploy")
    actions = [action for one in found.values() for action in one["Action"]]
    iam = [action for action in actions if action.startswith("iam:")]
    assert [action for action in iam if not action.removeprefix("iam:").startswith(READING)] == []
    assert [action for action in actions if "*" in action or action == "codecommit:DeleteRepository"] == []


def test_every_statement_is_for_the_resources_of_this_stack(built: Callable[..., Any]) -> None:
    found = statements(built(), "delivery-deploy")
    assert {sid: one["Resource"] for sid, one in found.items()} == {
        "ManageCodecommit": ["arn:aws:codecommit:eu-central-1:123456789012:*-prod"],
        "ManageSns": ["arn:aws:sns:eu-central-1:123456789012:*-prod"],
        "ManageCloudwatch": ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*-prod"],
        "ManageEvents": ["arn:aws:events:eu-central-1:123456789012:rule/*-prod"],
        "FindState": ["arn:aws:s3:::states"],
        "KeepState": ["arn:aws:s3:::states/*"],
        "OpenSecrets": [KEY],
        "ReadRights": ["arn:aws:iam::123456789012:policy/*-prod", "arn:aws:iam::123456789012:role/*-prod"],
    }


def test_without_a_key_no_key_is_opened(built: Callable[..., Any]) -> None:
    assert "OpenSecrets" not in statements(built(secrets_key_arn=None), "delivery-deploy")


def test_the_provider_is_made_where_the_account_has_none(built: Callable[..., Any]) -> None:
    made = built(provider_arn=None)
    [provider] = made.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider").values()
    asked = {"url": "https://token.actions.githubusercontent.com", "clientIdLists": ["sts.amazonaws.com"]}
    assert provider == asked
    trusted = json.loads(made.of_type("aws:iam/role:Role")["delivery-deploy"]["assumeRolePolicy"])
    assert trusted["Statement"][0]["Principal"] == {"Federated": PROVIDER}


def test_the_provider_is_not_made_again_where_the_account_has_it(built: Callable[..., Any]) -> None:
    assert built().of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == {}
