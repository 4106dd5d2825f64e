# SPDX-License-Identifier: Apache-2.0
"""Role trusts a principal that the stack does not make.

## What it does
Tells of a principal of the own account in a trust policy that no resource of the stack makes. Off unless it is
configured: most principals are made elsewhere, and on purpose.

## Why is this bad?
If it is deleted and made anew, or was never there, the trust is not what it seems.

## Bad
```python
import json

import pulumi_aws as aws

trust = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}}
    ],
}
aws.iam.Role("app", name="app-dev", assume_role_policy=json.dumps(trust))
```

## Good
```python
import json

import pulumi_aws as aws

aws.iam.Role(
    "app",
    name="app-dev",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}},
            ],
        },
    ),
)
```

## Not caught
Principals of other stacks that are there.

## References
- [IAM JSON policy elements: Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)
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
    id="iam-trust-unknown-principal",
    family=EFFECTIVE,
    on=Stack,
    severity=Severity.INFO,
    since="0.1",
    enforcement=Enforcement.DISABLED,
)
def trust_unknown_principal(stack: Stack, settings: Settings) -> Iterator[Answer]:
    """Judge a stack."""
    yield from stack_answers(stack, settings, "D11")
