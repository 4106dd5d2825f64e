# SPDX-License-Identifier: Apache-2.0
"""Role trusts a claim that any repository can set.

## What it does
Flags a trust policy for GitHub Actions that leans on `workflow`, `environment`, `ref`, `actor` or the like without
fixing the repository.

## Why is this bad?
Everybody can name an environment or a workflow as he likes.

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
                        "StringEquals": {
                            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                            "token.actions.githubusercontent.com:sub": "environment:prod",
                        },
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
Reusable workflows that are meant to be called by others.

## References
- [OpenID Connect reference of GitHub](https://docs.github.com/en/actions/reference/security/oidc)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-trust-forgeable-claim",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def trust_forgeable_claim(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "D7")
