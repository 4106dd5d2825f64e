# SPDX-License-Identifier: Apache-2.0
"""Policy creates service-linked roles of any service.

## What it does
Flags `iam:CreateServiceLinkedRole` on every service-linked role, without `iam:AWSServiceName`.

## Why is this bad?
It switches on services that nobody reviewed, each with a role of its own.

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
                    "Action": "iam:CreateServiceLinkedRole",
                    "Resource": "arn:aws:iam::*:role/aws-service-role/*",
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
                    "Action": "iam:CreateServiceLinkedRole",
                    "Resource": "arn:aws:iam::111122223333:role/aws-service-role/*",
                    "Condition": {"StringEquals": {"iam:AWSServiceName": "es.amazonaws.com"}},
                },
            ],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [Service-linked roles](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html)
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
    id="iam-any-service-linked-role",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def any_service_linked_role(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B5")
