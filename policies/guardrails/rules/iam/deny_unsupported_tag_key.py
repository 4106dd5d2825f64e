# SPDX-License-Identifier: Apache-2.0
"""Deny tests a tag that its actions do not have.

## What it does
Flags a `Deny` under a tag key that none of its actions has.

## Why is this bad?
It denies nothing.

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
                    "Action": "codecommit:GitPull",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                },
                {
                    "Effect": "Deny",
                    "Action": "sts:GetCallerIdentity",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:ResourceTag/team": "other"}},
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
                    "Action": "codecommit:GitPull",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                },
                {
                    "Effect": "Deny",
                    "Action": "codecommit:GitPush",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:ResourceTag/team": "other"}},
                },
            ],
        },
    ),
)
```

## Not caught
Tag support newer than the action data.

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
    id="iam-deny-unsupported-tag-key",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def deny_unsupported_tag_key(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "F11")
