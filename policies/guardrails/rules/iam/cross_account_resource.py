# SPDX-License-Identifier: Apache-2.0
"""Resource is open to a foreign account.

## What it does
Flags a resource policy or a share that names an account which is neither the own one nor configured as trusted.

## Why is this bad?
The other account decides who uses it.

## Bad
```python
import json

import pulumi_aws as aws

aws.s3.BucketPolicy(
    "reports",
    bucket="reports-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Principal": {"AWS": "arn:aws:iam::444455556666:role/vendor"},
                    "Resource": "arn:aws:s3:::reports-dev/*",
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

aws.s3.BucketPolicy(
    "reports",
    bucket="reports-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Principal": {"AWS": "arn:aws:iam::444455556666:role/vendor"},
                    "Resource": "arn:aws:s3:::reports-dev/*",
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
                },
            ],
        },
    ),
)
```

## Not caught
Which accounts are the own ones, where neither the stack's ARNs nor `accountId` and `trustedAccounts` say it.

## References
- [Cross-account resource access](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import foreign_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-cross-account-resource",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def cross_account_resource(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from foreign_answers(stack, settings, "E2")
