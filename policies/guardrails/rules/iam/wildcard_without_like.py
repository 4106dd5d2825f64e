# SPDX-License-Identifier: Apache-2.0
"""Condition has a wildcard that its operator takes literally.

## What it does
Flags `*` or `?` in a value of `StringEquals` and its kin.

## Why is this bad?
The test looks for the character itself, so an `Allow` never applies, and a `Deny` neither.

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
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2*"}},
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
                    "Condition": {"StringLike": {"aws:PrincipalOrgID": "o-a1b2*"}},
                },
            ],
        },
    ),
)
```

## Not caught
Values in which the character is meant.

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
    id="iam-wildcard-without-like",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def wildcard_without_like(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "F4")
