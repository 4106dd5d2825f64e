# SPDX-License-Identifier: Apache-2.0
"""Condition tests aws:SourceIp against a private address.

## What it does
Flags a private network in `aws:SourceIp`.

## Why is this bad?
The key holds the public address; requests from a network's inside have `aws:VpcSourceIp`.

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
                    "Action": "codecommit:GitPush",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                    "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
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
                    "Action": "codecommit:GitPush",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                    "Condition": {"IpAddress": {"aws:SourceIp": "198.51.101.0/24"}},
                },
            ],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [Global condition context keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)
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
    id="iam-private-source-ip",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def private_source_ip(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "F7")
