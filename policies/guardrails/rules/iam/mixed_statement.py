# SPDX-License-Identifier: Apache-2.0
"""Statement mixes actions with and without resources.

## What it does
Flags `Resource: "*"` that some actions of the statement need, as they accept no resource, and that is forced on the
others.

## Why is this bad?
The actions that could be limited are not.

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
                    "Action": ["codecommit:GitPush", "codecommit:ListRepositories"],
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
                },
                {"Effect": "Allow", "Action": "codecommit:ListRepositories", "Resource": "*"},
            ],
        },
    ),
)
```

## Not caught
Whole services, which are reported as such.

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
    id="iam-mixed-statement",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def mixed_statement(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "A11")
