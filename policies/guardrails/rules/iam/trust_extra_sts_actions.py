# SPDX-License-Identifier: Apache-2.0
"""Trust policy allows more than taking the role.

## What it does
Flags `sts:*` and other wildcards in a trust policy, and `sts:TagSession` or `sts:SetSourceIdentity` for principals that
need neither.

## Why is this bad?
Session tags decide on access wherever policies use them.

## Bad
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
                {
                    "Effect": "Allow",
                    "Action": ["sts:AssumeRole", "sts:TagSession"],
                    "Principal": {"Service": "ec2.amazonaws.com"},
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
Principals that do need tags.

## References
- [IAM JSON policy elements: Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-trust-extra-sts-actions",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def trust_extra_sts_actions(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "D10")
