# SPDX-License-Identifier: Apache-2.0
"""Managed policy is no longer published.

## What it does
Flags an attached AWS managed policy that AWS has withdrawn.

## Why is this bad?
It can be attached no more, and is not kept up to date.

## Bad
```python
import pulumi_aws as aws

aws.iam.RolePolicyAttachment("app", role="app-dev", policy_arn="arn:aws:iam::aws:policy/AWSIoT1ClickFullAccess")
```

## Good
```python
import pulumi_aws as aws

aws.iam.RolePolicyAttachment(
    "app", role="app-dev", policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
```

## Not caught
Policies withdrawn since the table was made.

## References
- [AWS managed policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import attachment_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-deprecated-managed-policy",
    family=FAMILY,
    on=Resource,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def deprecated_managed_policy(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from attachment_answers(resource, settings, "H2")
