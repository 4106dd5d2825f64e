# SPDX-License-Identifier: Apache-2.0
"""Endpoint carries everything.

## What it does
Flags an endpoint policy that allows `*` on `*` to everyone, which is its default.

## Why is this bad?
Data leaves through the endpoint to buckets of anybody.

## Bad
```python
import json

import pulumi_aws as aws

aws.ec2.VpcEndpointPolicy(
    "s3",
    vpc_endpoint_id="vpce-0a1b2c3d",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Principal": "*", "Resource": "*"}],
        },
    ),
)
```

## Good
```python
import json

import pulumi_aws as aws

aws.ec2.VpcEndpointPolicy(
    "s3",
    vpc_endpoint_id="vpce-0a1b2c3d",
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

## Not caught
Endpoints without a policy.

## References
- [Control access to VPC endpoints](https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html)
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
    id="iam-endpoint-full-access",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def endpoint_full_access(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "E6")
