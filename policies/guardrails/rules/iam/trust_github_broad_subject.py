# SPDX-License-Identifier: Apache-2.0
"""Role trusts more of GitHub than one repository and environment.

## What it does
Flags a trust policy for GitHub Actions whose subject is absent or a wildcard organisation (high, mandatory), all
repositories of an organisation (medium), or any branch of a repository (low). Both forms of the subject are read, with
and without ids.

## Why is this bad?
A stranger's workflow, or a pull request, takes the deployment role.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Role(
    "app",
    name="app-dev",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {
                        "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
                    },
                    "Condition": {
                        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme*"},
                    },
                },
            ],
        },
    ),
)
```

## Good
```python
import json

import pulumi_aws as aws

aws.iam.Role(
    "app",
    name="app-dev",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {
                        "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
                    },
                    "Condition": {
                        "StringEquals": {
                            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                            "token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:prod",
                        },
                    },
                },
            ],
        },
    ),
)
```

## Not caught
Whether the environment is protected at GitHub.

## References
- [OpenID Connect reference of GitHub](https://docs.github.com/en/actions/reference/security/oidc)
- [Create a role for OpenID Connect federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-trust-github-broad-subject",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.HIGH,
    since="0.1",
    exempt=Severity.MEDIUM,
)
def trust_github_broad_subject(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "D6")
