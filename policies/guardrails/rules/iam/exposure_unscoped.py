# SPDX-License-Identifier: Apache-2.0
"""Policy can share or publish every resource.

## What it does
Flags an action that changes who may use a resource, such as `s3:PutBucketPolicy` or `kms:PutKeyPolicy`, on every
resource of its type.

## Why is this bad?
One call opens a bucket, a key or an image to everyone.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "pull",
    name="pull-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sns:AddPermission",
                    "Resource": "arn:aws:sns:eu-west-1:111122223333:*",
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

aws.iam.Policy(
    "pull",
    name="pull-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sns:AddPermission",
                    "Resource": "arn:aws:sns:eu-west-1:111122223333:oncall-dev",
                },
            ],
        },
    ),
)
```

## Not caught
Actions that the reviewed list does not have.

## References
- [Service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html)
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
    id="iam-exposure-unscoped",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def exposure_unscoped(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "C3")
