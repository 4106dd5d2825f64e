# SPDX-License-Identifier: Apache-2.0
"""Compute role is an administrator.

## What it does
Flags a role that a service runs code with (`ec2`, `lambda`, `ecs-tasks` …) and that is, or can become, an
administrator by all that is attached to it. So is such a role that an instance profile, an identity pool of Cognito,
a profile of Roles Anywhere or a stack of CloudFormation lends.

## Why is this bad?
A flaw in the code is a flaw in the account.

## Bad
```python
import json

import pulumi_aws as aws

trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
}
role = aws.iam.Role("app", name="app-dev", assume_role_policy=json.dumps(trust))
aws.iam.RolePolicyAttachment("app", role=role.name, policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")
```

## Good
```python
import json

import pulumi_aws as aws

trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
}
role = aws.iam.Role("app", name="app-dev", assume_role_policy=json.dumps(trust))
aws.iam.RolePolicyAttachment(
    "app", role=role.name, policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
```

## Not caught
Policies attached in another stack.

## References
- [Grant least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege)
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
    id="iam-compute-role-admin",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def compute_role_admin(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "H7")
