# SPDX-License-Identifier: Apache-2.0
"""Resource is open to a service on anybody's behalf.

## What it does
Flags a resource policy or a permission for a service without `aws:SourceAccount`, `aws:SourceArn` or the like. A
bucket's ARN names no account, so that for `s3` it is not enough.

## Why is this bad?
A stranger may have the service use the resource for him (the confused deputy).

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
                    "Action": "s3:PutObject",
                    "Principal": {"Service": "cloudtrail.amazonaws.com"},
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
                    "Action": "s3:PutObject",
                    "Principal": {"Service": "cloudtrail.amazonaws.com"},
                    "Resource": "arn:aws:s3:::reports-dev/*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}},
                },
            ],
        },
    ),
)
```

## Not caught
Which services support the keys.

## References
- [The confused deputy problem](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import sharing_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-service-confused-deputy", family=FAMILY, on=Resource, severity=Severity.HIGH, since="0.1")
def service_confused_deputy(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from sharing_answers(resource, settings, "E3")
