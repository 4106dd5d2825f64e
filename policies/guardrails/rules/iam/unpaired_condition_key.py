# SPDX-License-Identifier: Apache-2.0
"""Condition lacks the key that gives another its meaning.

## What it does
Flags `aws:VpcSourceIp` without `aws:SourceVpc` or `aws:SourceVpce`, and `dynamodb:Attributes` without
`dynamodb:Select`.

## Why is this bad?
Private addresses are the same in every network; a query without `Select` returns all attributes.

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
                    "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}},
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
                    "Condition": {
                        "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"},
                        "StringEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"},
                    },
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
    id="iam-unpaired-condition-key",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def unpaired_condition_key(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "F10")
