# SPDX-License-Identifier: Apache-2.0
"""Resource is open to everyone.

## What it does
Flags a resource policy, or a permission, that lets in `*` without a condition that fixes an account, an organisation
or a network, and without a `Deny` beside it that keeps strangers out. Writing makes it critical; a public-access block
that the stack makes before the policy lowers it.

## Why is this bad?
Anyone in the world can read, fill or delete it.

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
                    "Principal": "*",
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
                    "Principal": "*",
                    "Resource": "arn:aws:s3:::reports-dev/*",
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
                },
            ],
        },
    ),
)
```

## Not caught
Public-access blocks that are registered after the policy: let the policy depend on the block.

## References
- [Blocking public access to S3](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)
- [IAM JSON policy elements: Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import sharing_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-public-resource", family=FAMILY, on=Resource, severity=Severity.HIGH, since="0.1", exempt=Severity.HIGH)
def public_resource(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from sharing_answers(resource, settings, "E1")
