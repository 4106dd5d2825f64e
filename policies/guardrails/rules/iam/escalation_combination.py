# SPDX-License-Identifier: Apache-2.0
"""Policy lets its holder escalate by several actions.

## What it does
Flags a minimal set of actions that together give another principal's permissions, all granted by one document:
`iam:PassRole` with `lambda:CreateFunction` and `lambda:InvokeFunction`, and seventy more.

## Why is this bad?
An attacker in such a role is soon an administrator, whatever else the policy withholds.

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
                {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/app"},
                {
                    "Effect": "Allow",
                    "Action": "ec2:RunInstances",
                    "Resource": "arn:aws:ec2:eu-west-1:111122223333:instance/*",
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
                    "Action": "iam:PassRole",
                    "Resource": "arn:aws:iam::111122223333:role/app",
                    "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
                },
                {
                    "Effect": "Allow",
                    "Action": "ec2:RunInstances",
                    "Resource": "arn:aws:ec2:eu-west-1:111122223333:instance/*",
                },
            ],
        },
    ),
)
```

## Not caught
Sets that nobody has published.

## References
- [Known escalation paths](https://pathfinding.cloud)
- [Grant a user permissions to pass a role](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import stack_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-escalation-combination", family=EFFECTIVE, on=Stack, severity=Severity.HIGH, since="0.1")
def escalation_combination(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B2")
