# SPDX-License-Identifier: Apache-2.0
"""Inline policies are too large together.

## What it does
Flags a role, group or user whose inline policies have more characters together than AWS takes, white space not counted:
10,240, 5,120 and 2,048.

## Why is this bad?
Each of them is within the limit, and the deployment fails at the last one, after other resources exist.

## Bad
```python
import json

import pulumi_aws as aws

user = aws.iam.User("robot", name="robot-dev")
prefix = "arn:aws:codecommit:eu-west-1:111122223333:app"
for half in ("a", "b"):
    names = [f"{prefix}-{half}-{i}" for i in range(20)]
    statements = [{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": names}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    aws.iam.UserPolicy(half, user=user.name, policy=policy)
```

## Good
```python
import json

import pulumi_aws as aws

group = aws.iam.Group("robots", name="robots-dev")
for half in ("a", "b"):
    statement = {
        "Effect": "Allow",
        "Action": "codecommit:GitPull",
        "Resource": f"arn:aws:codecommit:eu-west-1:111122223333:app-{half}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.iam.GroupPolicy(half, group=group.name, policy=policy)
```

## Not caught
Inline policies of other stacks; the unknown parts of documents.

## References
- [IAM and AWS STS quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from guardrails.analysis import stack_answers
from guardrails.resources import Stack
from guardrails.rule import Answer, Finding, Settings, Severity, rule
from guardrails.rules.iam import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-inline-policies-too-large", family=EFFECTIVE, on=Stack, severity=Severity.HIGH, since="0.1")
def inline_policies_too_large(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    for answer in stack_answers(stack, settings, "G6"):
        yield replace(answer, rule="iam-inline-policies-too-large") if isinstance(answer, Finding) else answer
