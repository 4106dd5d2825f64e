# SPDX-License-Identifier: Apache-2.0
"""Principal passes or takes an administrator's role.

## What it does
Flags a principal of the stack that may pass or take a role which the stack itself shows to be, or to become, an
administrator, also through another role.

## Why is this bad?
It is an administrator by one more step.

## Bad
```python
import json

import pulumi_aws as aws

everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}
admin = aws.iam.Role("admin", name="admin-dev", assume_role_policy=json.dumps(trust))
aws.iam.RolePolicy("admin", name="admin-dev", role=admin.name, policy=json.dumps(everything))
aws.iam.Policy(
    "starter",
    name="starter-dev",
    policy=admin.arn.apply(
        lambda arn: json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": arn}]}
        )
    ),
)
```

## Good
```python
import json

import pulumi_aws as aws

trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}
app = aws.iam.Role("app", name="app-dev", assume_role_policy=json.dumps(trust))
aws.iam.Policy(
    "starter",
    name="starter-dev",
    policy=app.arn.apply(
        lambda arn: json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": arn}]}
        )
    ),
)
```

## Not caught
Roles of other stacks. Broad patterns, which `iam-pass-any-role` reports.

## References
- [Grant a user permissions to pass a role](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html)
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
    id="iam-pass-admin-role",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def pass_admin_role(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "B4")
