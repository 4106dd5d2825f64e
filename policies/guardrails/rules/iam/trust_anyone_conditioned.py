# SPDX-License-Identifier: Apache-2.0
"""Role trusts everyone, and a condition alone keeps strangers out.

## What it does
Flags a trust policy that lets in `*` under a condition that restricts it.

## Why is this bad?
One edit of the condition opens the role to the world.

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
                    "Action": "sts:AssumeRole",
                    "Principal": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
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
Nothing known.

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
    id="iam-trust-anyone-conditioned",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def trust_anyone_conditioned(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "D2")
