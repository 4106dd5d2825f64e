# SPDX-License-Identifier: Apache-2.0
"""Policy obtains credentials of every resource.

## What it does
Flags an action that returns credentials, such as `redshift:GetClusterCredentials`, on every resource of its type.

## Why is this bad?
Credentials outlive the policy, and carry the permissions of somebody else.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "pull",
    name="pull-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "codeartifact:GetAuthorizationToken",
                    "Resource": "arn:aws:codeartifact:eu-west-1:111122223333:domain/*",
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

aws.iam.Policy(
    "pull",
    name="pull-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "codeartifact:GetAuthorizationToken",
                    "Resource": "arn:aws:codeartifact:eu-west-1:111122223333:domain/app",
                },
            ],
        },
    ),
)
```

## Not caught
Actions without resource types, such as `ecr:GetAuthorizationToken`.

## References
- [Service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html)
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
    id="iam-credential-read-unscoped",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def credential_read_unscoped(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "C2")
