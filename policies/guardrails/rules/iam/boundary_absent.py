# SPDX-License-Identifier: Apache-2.0
"""Principal creates principals without a boundary.

## What it does
Flags a principal that may create roles or users, has no permissions boundary, and need not give them one; and a role
or user without a boundary under a path that `boundaryPaths` lists.

## Why is this bad?
Whatever it creates may be wider than itself.

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
                    "Action": "iam:CreateRole",
                    "Resource": "arn:aws:iam::111122223333:role/app",
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
                    "Action": "iam:CreateRole",
                    "Resource": "arn:aws:iam::111122223333:role/app",
                    "Condition": {
                        "StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/limit"},
                    },
                },
            ],
        },
    ),
)
```

## Not caught
Whether the boundary bounds.

## References
- [Permissions boundaries](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import stack_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-boundary-absent",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def boundary_absent(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "H4")
