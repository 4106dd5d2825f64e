# SPDX-License-Identifier: Apache-2.0
"""Principal changes its own permissions.

## What it does
Flags an effective action on the principal's own policies, trust or groups: on its ARN, or on a variable that stands for
it.

## Why is this bad?
Whoever may write his own policy has every permission.

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
                    "Action": "iam:PutUserPolicy",
                    "Resource": "arn:aws:iam::*:user/${aws:username}",
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
                    "Action": "iam:ChangePassword",
                    "Resource": "arn:aws:iam::*:user/${aws:username}",
                },
            ],
        },
    ),
)
```

## Not caught
Principals whose ARN is not known.

## References
- [Grant least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import stack_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-self-modification", family=EFFECTIVE, on=Stack, severity=Severity.HIGH, since="0.1")
def self_modification(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B8")
