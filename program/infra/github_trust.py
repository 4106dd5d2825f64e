# SPDX-License-Identifier: Apache-2.0
"""The roles under which GitHub's workflows preview and deploy the stack, and the trust that lets them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.naming import physical_name

if TYPE_CHECKING:
    from infra.settings import DeliverySettings

__all__ = ["GithubTrust", "GithubTrustArgs"]

_HOST = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"
_SESSION_SECONDS = 3600
_TAGS = ("ListTagsForResource", "TagResource", "UntagResource")

#: What pulumi-aws calls on each kind of resource of the stack (Service Authorization Reference). A repository is never
#: deleted by a workflow: its history would be gone.
_MANAGE = {
    "codecommit": (
        "CreateRepository",
        "GetRepository",
        "UpdateDefaultBranch",
        "UpdateRepositoryDescription",
        "UpdateRepositoryEncryptionKey",
        *_TAGS,
    ),
    "sns": (
        *("CreateTopic", "DeleteTopic", "GetTopicAttributes", "SetTopicAttributes"),
        *("Subscribe", "Unsubscribe", "GetSubscriptionAttributes", "SetSubscriptionAttributes"),
        *_TAGS,
    ),
    "cloudwatch": ("DeleteAlarms", "DescribeAlarms", "PutMetricAlarm", *_TAGS),
    "events": (
        *("DeleteRule", "DescribeRule", "PutRule", "ListTargetsByRule", "PutTargets", "RemoveTargets"),
        *_TAGS,
    ),
}
#: Rights are read and not written: what a stack may do, its own pipeline included, administrators change.
_READ_RIGHTS = (
    *("GetPolicy", "GetPolicyVersion", "ListPolicyVersions"),
    *("GetRole", "ListAttachedRolePolicies", "ListRolePolicies"),
)
_READING = ("Describe", "Get", "List")


@dataclass(frozen=True, slots=True)
class GithubTrustArgs:
    """What a `GithubTrust` is built from; the suffix is also the name of the stack's environments at GitHub."""

    environment_suffix: str
    delivery: DeliverySettings


class GithubTrust(pulumi.ComponentResource):
    """GitHub's identity provider, unless the account has it, and two roles under the administrators' boundary.

    The preview role reads, and is for the environment ``<suffix>-preview``; the deploy role is for ``<suffix>``. Each
    trusts one repository and one environment, named in both forms that GitHub gives a subject: by names, and by names
    with ids for repositories that are new, renamed or opted in (GitHub's OpenID Connect reference). ``arns`` are the
    roles' ARNs.
    """

    arns: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, args: GithubTrustArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("stackproof:index:GithubTrust", name, None, opts)
        provider = args.delivery.provider_arn or self._make_provider(name)
        preview = self._make_role(
            f"{name}-preview", f"{args.environment_suffix}-preview", args, provider, _reading(args)
        )
        deploy = self._make_role(f"{name}-deploy", args.environment_suffix, args, provider, _deploying(args))
        self.arns = pulumi.Output.all(preview=preview, deploy=deploy)
        self.register_outputs({"arns": self.arns})

    def _make_provider(self, name: str) -> pulumi.Output[str]:
        """Return the ARN of the account's provider, which nothing else may bring down with it."""
        child = pulumi.ResourceOptions(parent=self, protect=True)
        return aws.iam.OpenIdConnectProvider(name, url=f"https://{_HOST}", client_id_lists=[_AUDIENCE], opts=child).arn

    def _make_role(
        self,
        name: str,
        environment: str,
        args: GithubTrustArgs,
        provider: pulumi.Input[str],
        statements: list[dict[str, object]],
    ) -> pulumi.Output[str]:
        """Return the ARN of a role for one environment."""
        child = pulumi.ResourceOptions(parent=self)
        physical = physical_name(name, args.environment_suffix)
        role = aws.iam.Role(
            name,
            name=physical,
            description=f"Taken by workflows of {args.delivery.repository} in the environment {environment}",
            assume_role_policy=pulumi.Output.json_dumps(_document([_trust(args.delivery, environment, provider)])),
            permissions_boundary=args.delivery.boundary_arn,
            max_session_duration=_SESSION_SECONDS,
            opts=child,
        )
        policy = aws.iam.Policy(
            name,
            name=physical,
            description="What the workflows of the stack need and nothing else",
            policy=json.dumps(_document(statements)),
            opts=child,
        )
        aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=policy.arn, opts=child)
        return role.arn


def _document(statements: list[dict[str, object]]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": statements}


def _trust(delivery: DeliverySettings, environment: str, provider: pulumi.Input[str]) -> dict[str, object]:
    owner, _, name = delivery.repository.partition("/")
    with_ids = f"{owner}@{delivery.owner_id}/{name}@{delivery.repository_id}"
    subjects = [f"repo:{form}:environment:{environment}" for form in (delivery.repository, with_ids)]
    return {
        "Sid": "TakeFromGithub",
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{_HOST}:aud": _AUDIENCE, f"{_HOST}:sub": subjects}},
    }


def _resources(args: GithubTrustArgs) -> dict[str, list[str]]:
    """Return the ARNs of each service's resources: every name of the stack ends with its suffix."""
    _, partition, _, _, account, _ = args.delivery.boundary_arn.split(":", 5)
    here, own = f"arn:{partition}:{{}}:{args.delivery.region}:{account}", f"*-{args.environment_suffix}"
    return {
        "codecommit": [f"{here.format('codecommit')}:{own}"],
        "sns": [f"{here.format('sns')}:{own}"],
        "cloudwatch": [f"{here.format('cloudwatch')}:alarm:{own}"],
        "events": [f"{here.format('events')}:rule/{own}"],
        "iam": [f"arn:{partition}:iam::{account}:{kind}/{own}" for kind in ("policy", "role")],
        "s3": [f"arn:{partition}:s3:::{args.delivery.state_bucket}"],
    }


def _allow(sid: str, service: str, actions: tuple[str, ...], resources: list[str]) -> dict[str, object]:
    named = [f"{service}:{action}" for action in sorted(actions)]
    return {"Sid": sid, "Effect": "Allow", "Action": named, "Resource": resources}


def _reading(args: GithubTrustArgs) -> list[dict[str, object]]:
    """Return what a preview reads: resources, rights, the state and, where there is one, its key."""
    found = _resources(args)
    looks = [
        _allow(f"Read{service.title()}", service, tuple(item for item in actions if item.startswith(_READING)), arns)
        for service, actions in _MANAGE.items()
        if (arns := found[service])
    ]
    return [*looks, *_state(args, ("GetObject",)), _allow("ReadRights", "iam", _READ_RIGHTS, found["iam"])]


def _deploying(args: GithubTrustArgs) -> list[dict[str, object]]:
    """Return what an update does: manage resources, write the state, and read rights."""
    found = _resources(args)
    manages = [
        _allow(f"Manage{service.title()}", service, actions, found[service]) for service, actions in _MANAGE.items()
    ]
    objects = ("DeleteObject", "GetObject", "PutObject")
    return [*manages, *_state(args, objects), _allow("ReadRights", "iam", _READ_RIGHTS, found["iam"])]


def _state(args: GithubTrustArgs, objects: tuple[str, ...]) -> list[dict[str, object]]:
    bucket, key = _resources(args)["s3"], args.delivery.secrets_key_arn
    opened = [_allow("OpenSecrets", "kms", ("Decrypt",), [key])] if key else []
    within = [f"{arn}/*" for arn in bucket]
    return [_allow("FindState", "s3", ("ListBucket",), bucket), _allow("KeepState", "s3", objects, within), *opened]
