# SPDX-License-Identifier: Apache-2.0
"""Principal escalates by several policies together.

## What it does
Flags a minimal set of actions that no single document of a principal completes, but all of them do: inline policies,
attachments, groups.

## Why is this bad?
Each policy looks harmless, and was reviewed alone.

## Bad
```python
import json

import pulumi_aws as aws

trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}
role = aws.iam.Role("builder", name="builder-dev", assume_role_policy=json.dumps(trust))
for name, action, resource in (
    ("pass", "iam:PassRole", "arn:aws:iam::111122223333:role/app"),
    ("start", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*"),
):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    aws.iam.RolePolicy(
        name,
        name=f"{name}-dev",
        role=role.name,
        policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
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
                {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/app"},
            ],
        },
    ),
)
```

## Not caught
Policies attached in another stack.

## References
- [Known escalation paths](https://pathfinding.cloud)
- [Policy evaluation logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import stack_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-escalation-across-policies", family=EFFECTIVE, on=Stack, severity=Severity.HIGH, since="0.1")
def escalation_across_policies(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B7")
