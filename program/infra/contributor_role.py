# SPDX-License-Identifier: Apache-2.0
"""The IAM role under which people pull from and push to the repositories."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.naming import physical_name

__all__ = ["ContributorRole", "ContributorRoleArgs"]

_SESSION_SECONDS = 3600

#: The actions that can move or remove a branch, all of which know the condition key ``codecommit:References``
#: (Service Authorization Reference, AWS CodeCommit). Only the push is granted below; the others are denied for the
#: case that a further policy is attached to the role.
_BRANCH_ACTIONS = (
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
)

#: What CodeCommit does with a customer managed key on the caller's behalf (CodeCommit user guide, encryption).
_KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


@dataclass(frozen=True, slots=True)
class ContributorRoleArgs:
    """What a `ContributorRole` is built from.

    ``contributors`` are the ARNs of the principals that may assume the role; ``protected_branches`` are branch names
    without ``refs/heads/``; ``kms_key_arns`` are the customer managed keys of the repositories, often none.
    """

    environment_suffix: str
    contributors: tuple[str, ...]
    repository_arns: tuple[pulumi.Input[str], ...]
    protected_branches: tuple[str, ...]
    kms_key_arns: tuple[str, ...]


class ContributorRole(pulumi.ComponentResource):
    """A role that may pull and push, but not change a protected branch; ``arn`` is its ARN."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: ContributorRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("stackproof:index:ContributorRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        physical = physical_name(name, args.environment_suffix)
        role = aws.iam.Role(
            name,
            name=physical,
            description="Pull from and push to the repositories of the stack",
            assume_role_policy=json.dumps(_document([_trust(args.contributors)])),
            max_session_duration=_SESSION_SECONDS,
            opts=child,
        )
        policy = aws.iam.Policy(
            name,
            name=physical,
            description="Pull and push on exactly the repositories of the stack",
            policy=pulumi.Output.json_dumps(_document(_permissions(args))),
            opts=child,
        )
        aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=policy.arn, opts=child)
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})


def _document(statements: list[dict[str, object]]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": statements}


def _trust(contributors: tuple[str, ...]) -> dict[str, object]:
    return {
        "Sid": "AssumeAsContributor",
        "Effect": "Allow",
        "Principal": {"AWS": list(contributors)},
        "Action": "sts:AssumeRole",
    }


def _permissions(args: ContributorRoleArgs) -> list[dict[str, object]]:
    """Return the statements of the role's policy; their ``Resource`` lists hold Outputs."""
    pull_and_push: dict[str, object] = {
        "Sid": "PullAndPush",
        "Effect": "Allow",
        "Action": ["codecommit:GitPull", "codecommit:GitPush"],
        "Resource": list(args.repository_arns),
    }
    use_keys = [_use_keys(args.kms_key_arns)] if args.kms_key_arns else []
    return [pull_and_push, _protect_branches(args), *use_keys]


def _protect_branches(args: ContributorRoleArgs) -> dict[str, object]:
    """Return the statement that denies every change of a protected branch.

    A push is authorized twice: first without any reference, to read what is there, then with those it changes. The
    ``Null`` condition leaves the first one alone (CodeCommit user guide, "Limit pushes and merges to branches").
    """
    references = [f"refs/heads/{branch}" for branch in args.protected_branches]
    return {
        "Sid": "ProtectBranches",
        "Effect": "Deny",
        "Action": list(_BRANCH_ACTIONS),
        "Resource": list(args.repository_arns),
        "Condition": {
            "StringEqualsIfExists": {"codecommit:References": references},
            "Null": {"codecommit:References": "false"},
        },
    }


def _use_keys(kms_key_arns: tuple[str, ...]) -> dict[str, object]:
    """Return the statement that allows the keys through CodeCommit alone, in the regions the keys are in."""
    regions = sorted({arn.split(":")[3] for arn in kms_key_arns})
    return {
        "Sid": "UseKeysThroughCodeCommit",
        "Effect": "Allow",
        "Action": list(_KEY_ACTIONS),
        "Resource": list(kms_key_arns),
        "Condition": {"StringEquals": {"kms:ViaService": [f"codecommit.{region}.amazonaws.com" for region in regions]}},
    }
