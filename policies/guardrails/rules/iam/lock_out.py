# SPDX-License-Identifier: Apache-2.0
"""Resource policy locks everyone out.

## What it does
Flags an unconditional `Deny` for everyone, of everything or of changing the policy.

## Why is this bad?
Only the account's root user can take it back.

## Bad
```python
import json

import pulumi_aws as aws

aws.s3.BucketPolicy(
    "reports",
    bucket="reports-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Action": "s3:*",
                    "Principal": "*",
                    "Resource": ["arn:aws:s3:::reports-dev", "arn:aws:s3:::reports-dev/*"],
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

aws.s3.BucketPolicy(
    "reports",
    bucket="reports-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Action": "s3:*",
                    "Principal": "*",
                    "Resource": ["arn:aws:s3:::reports-dev", "arn:aws:s3:::reports-dev/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        },
    ),
)
```

## Not caught
Conditions that happen to hold for everyone.

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
    id="iam-lock-out",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def lock_out(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "E5")
