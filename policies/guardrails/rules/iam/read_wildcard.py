# SPDX-License-Identifier: Apache-2.0
"""Policy allows reading by a wildcard.

## What it does
Flags a partial wildcard that reaches only reads and lists; the severity is medium if it reaches data or credentials.

## Why is this bad?
`Get*` and `List*` come with data that was not thought of, such as `s3:GetObject` beside `s3:GetBucketLocation`.

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
                    "Action": "codecommit:Get*",
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
                    "Action": "codecommit:GetBranch",
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                },
            ],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [IAM JSON policy elements: Action](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html)
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
    id="iam-read-wildcard",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.LOW,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def read_wildcard(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "A5")
