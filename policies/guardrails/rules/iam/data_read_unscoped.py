# SPDX-License-Identifier: Apache-2.0
"""Policy reads the data of every resource.

## What it does
Flags an action that returns data, such as `s3:GetObject`, `dynamodb:Scan` or `secretsmanager:GetSecretValue`, on every
resource of its type. The list is reviewed.

## Why is this bad?
The grant reaches every such resource of the account, those of other teams with them.

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
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:*",
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
            ],
        },
    ),
)
```

## Not caught
Reads that the list does not have.

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
    id="iam-data-read-unscoped",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def data_read_unscoped(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "C1")
