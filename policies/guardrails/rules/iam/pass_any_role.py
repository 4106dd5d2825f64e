# SPDX-License-Identifier: Apache-2.0
"""Policy passes any role to any service.

## What it does
Flags `iam:PassRole` on every role, or on all that are named after a service, without an effective
`iam:PassedToService`.

## Why is this bad?
Whoever can pass any role can have a service act with the most powerful one.

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
                {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/*"},
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
                    "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
                },
            ],
        },
    ),
)
```

## Not caught
Roles named by a prefix of one's own.

## References
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


@rule(id="iam-pass-any-role", family=EFFECTIVE, on=Stack, severity=Severity.HIGH, since="0.1")
def pass_any_role(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B3")
