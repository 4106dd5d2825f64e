# SPDX-License-Identifier: Apache-2.0
"""Policy names a service that does not exist.

## What it does
Tells of a prefix that no service has, or that AWS has retired.

## Why is this bad?
The action does nothing.

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
                    "Action": "codecomit:GitPull",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
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
Services newer than the action data.

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
    id="iam-unknown-service",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.INFO,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def unknown_service(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "G2")
