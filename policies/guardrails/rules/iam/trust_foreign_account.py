# SPDX-License-Identifier: Apache-2.0
"""Role trusts a foreign account.

## What it does
Flags a trust policy that names an account which is neither the own one nor configured as trusted, without
`sts:ExternalId` or a condition on the organisation.

## Why is this bad?
The other account decides who comes in; if it serves many customers, any of them may (the confused deputy).

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
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": "arn:aws:iam::444455556666:role/vendor"},
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
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": "arn:aws:iam::444455556666:role/vendor"},
                    "Condition": {"StringEquals": {"sts:ExternalId": "b7d1f2"}},
                },
            ],
        },
    ),
)
```

## Not caught
Which accounts are the own ones, where neither the stack's ARNs nor `accountId` and `trustedAccounts` say it.

## References
- [Access to accounts owned by third parties](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html)
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
    id="iam-trust-foreign-account",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def trust_foreign_account(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from foreign_answers(stack, settings, "D3")
