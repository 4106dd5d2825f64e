# SPDX-License-Identifier: Apache-2.0
"""Policy takes permissions boundaries off.

## What it does
Flags an effective action that removes or replaces the boundary of a role or a user.

## Why is this bad?
A boundary that its bearer's helper can take off bounds nobody.

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
                    "Action": "iam:DeleteRolePermissionsBoundary",
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
                    "Action": "codecommit:GitPull",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                },
            ],
        },
    ),
)
```

## Not caught
`iam:DeleteUserPermissionsBoundary`, which escalates alone.

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
    id="iam-boundary-removal",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def boundary_removal(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B6")
