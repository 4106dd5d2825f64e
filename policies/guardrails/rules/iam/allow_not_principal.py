# SPDX-License-Identifier: Apache-2.0
"""Policy lets in everyone except some principals.

## What it does
Flags `Allow` with `NotPrincipal` in a trust or resource policy.

## Why is this bad?
Everyone else is let in, anonymous callers with them.

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
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/guest"},
                    "Resource": "arn:aws:s3:::reports-dev/*",
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
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
                    "Resource": "arn:aws:s3:::reports-dev/*",
                },
            ],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [IAM JSON policy elements: NotPrincipal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-allow-not-principal", family=FAMILY, on=PolicyDocument, severity=Severity.HIGH, since="0.1", exempt=None)
def allow_not_principal(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "A10")
