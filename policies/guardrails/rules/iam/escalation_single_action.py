# SPDX-License-Identifier: Apache-2.0
"""Policy lets its holder escalate by one action.

## What it does
Flags an effective action that alone gives another principal's permissions, such as `iam:PutRolePolicy`,
`iam:CreateAccessKey` or `lambda:UpdateFunctionCode`. What it is granted on lowers the finding and never silences it;
a `Deny`, a boundary or a condition that can never hold does.

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
                {
                    "Effect": "Allow",
                    "Action": "iam:PutRolePolicy",
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
Actions whose danger lies in the configuration of what they are used on.

## References
- [Known escalation paths](https://pathfinding.cloud)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import stack_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-escalation-single-action", family=EFFECTIVE, on=Stack, severity=Severity.HIGH, since="0.1")
def escalation_single_action(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B1")
