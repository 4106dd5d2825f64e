# SPDX-License-Identifier: Apache-2.0
"""Role trusts a whole account.

## What it does
Flags a trust policy that names the root of the own account, or its bare id.

## Why is this bad?
Whoever in the account may call `sts:AssumeRole` takes the role.

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
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
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
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/deployer"}},
                },
            ],
        },
    ),
)
```

## Not caught
Foreign accounts: `iam-trust-foreign-account`.

## References
- [IAM JSON policy elements: Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)
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
    id="iam-trust-account-root",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def trust_account_root(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from foreign_answers(stack, settings, "D4")
