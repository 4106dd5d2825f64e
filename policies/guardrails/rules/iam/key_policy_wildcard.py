# SPDX-License-Identifier: Apache-2.0
"""Key policy gives the whole key away.

## What it does
Flags a key policy that allows `kms:*`, or lending by `kms:CreateGrant`, to anyone but the own account's root.

## Why is this bad?
Its holder can read everything under the key, hand it on, and lock everyone out.

## Bad
```python
import json

import pulumi_aws as aws

aws.kms.KeyPolicy(
    "data",
    key_id="0a1b2c3d-0000-0000-0000-000000000000",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:*",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"},
                    "Resource": "*",
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

aws.kms.KeyPolicy(
    "data",
    key_id="0a1b2c3d-0000-0000-0000-000000000000",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:*",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Resource": "*",
                },
                {
                    "Effect": "Allow",
                    "Action": "kms:Decrypt",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"},
                    "Resource": "*",
                },
            ],
        },
    ),
)
```

## Not caught
What identity policies allow by way of the root.

## References
- [Key policies in AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html)
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
    id="iam-key-policy-wildcard",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def key_policy_wildcard(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "E4")
