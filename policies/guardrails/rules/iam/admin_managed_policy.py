# SPDX-License-Identifier: Apache-2.0
"""Managed policy of AWS gives far more than is needed.

## What it does
Flags an attached AWS managed policy that makes an administrator (mandatory), or that opens a service in full
(advisory), by a table made from the policies' text. One that the table does not have is told as unknown.

## Why is this bad?
AWS writes them for every customer, and adds to them without notice.

## Bad
```python
import pulumi_aws as aws

aws.iam.RolePolicyAttachment("app", role="app-dev", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")
```

## Good
```python
import pulumi_aws as aws

aws.iam.RolePolicyAttachment(
    "app", role="app-dev", policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
```

## Not caught
What AWS has changed since the table was made.

## References
- [AWS managed policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import attachment_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-admin-managed-policy", family=FAMILY, on=Resource, severity=Severity.HIGH, since="0.1")
def admin_managed_policy(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from attachment_answers(resource, settings, "H1")
