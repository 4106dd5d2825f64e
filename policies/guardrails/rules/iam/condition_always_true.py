# SPDX-License-Identifier: Apache-2.0
"""Condition is always true, or never.

## What it does
Flags a test that every request passes, or that none can: dates that are decided, values that contradict each other,
wildcards on keys that are always there.

## Why is this bad?
The statement says something else than it does.

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
                    "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
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
            ],
        },
    ),
)
```

## Not caught
Everything that depends on more than the document.

## References
- [IAM JSON policy elements: Condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)
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
    id="iam-condition-always-true",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def condition_always_true(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "F12")
