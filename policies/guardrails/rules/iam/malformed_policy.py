# SPDX-License-Identifier: Apache-2.0
"""Policy is malformed, and AWS will reject it.

## What it does
Flags a document that IAM refuses: no JSON, a key twice in one object, a wrong type, an element that is missing,
foreign or contradicts another, a principal where none belongs, an operator that does not exist, a character beyond
U+00FF.

## Why is this bad?
The deployment fails half-way, after other resources exist; and what cannot be read cannot be judged.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "pull",
    name="pull-dev",
    policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:GetObject"}]},
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
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports-dev/*"},
            ],
        },
    ),
)
```

## Not caught
Sizes, which are judged by `iam-policy-too-large`.

## References
- [Grammar of the IAM JSON policy language](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-malformed-policy", family=FAMILY, on=PolicyDocument, severity=Severity.HIGH, since="0.1")
def malformed_policy(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "G8")
