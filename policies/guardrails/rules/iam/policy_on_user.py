# SPDX-License-Identifier: Apache-2.0
"""Policy stands on a user.

## What it does
Flags a policy that is attached to, or stands in, a user, and a permission set that is assigned to one.

## Why is this bad?
Users collect permissions over the years; a group or a role shows who may do what.

## Bad
```python
import pulumi_aws as aws

aws.iam.UserPolicyAttachment("ann", user="ann-dev", policy_arn="arn:aws:iam::111122223333:policy/pull-dev")
```

## Good
```python
import pulumi_aws as aws

aws.iam.GroupPolicyAttachment(
    "staff", group="staff-dev", policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
```

## Not caught
Nothing known.

## References
- [Grant least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import inline_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-policy-on-user",
    family=FAMILY,
    on=Resource,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def policy_on_user(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from inline_answers(resource, settings, "H3")
