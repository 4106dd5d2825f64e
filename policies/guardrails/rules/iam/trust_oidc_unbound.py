# SPDX-License-Identifier: Apache-2.0
"""Role takes web identities that nothing binds.

## What it does
Flags a trust policy for an OpenID Connect provider without a condition on its audience, or on any claim that tells who
holds the token. GitHub's subject is judged by `iam-trust-github-broad-subject`.

## Why is this bad?
Any token of the issuer is taken, also one that was made for another application or another customer.

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
                    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
                    "Condition": {"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}},
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
                    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
                    "Condition": {
                        "StringEquals": {
                            "gitlab.com:aud": "https://gitlab.com",
                            "gitlab.com:sub": "project_path:acme/shop:ref_type:branch:ref:main",
                        },
                    },
                },
            ],
        },
    ),
)
```

## Not caught
Whether the values are the right ones.

## References
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


@rule(id="iam-trust-oidc-unbound", family=FAMILY, on=PolicyDocument, severity=Severity.HIGH, since="0.1", exempt=None)
def trust_oidc_unbound(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "D5")
