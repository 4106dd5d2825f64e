# SPDX-License-Identifier: Apache-2.0
"""Policy is too large.

## What it does
Flags a document of more characters than AWS takes, white space not counted: 6,144 for a managed policy, 10,240, 5,120
and 2,048 for an inline policy of a role, a group and a user, 2,048 for a trust policy, 5,120 for a service control
policy (with white space).

## Why is this bad?
The deployment fails half-way, after other resources exist.

## Bad
```python
import json

import pulumi_aws as aws

prefix = "arn:aws:codecommit:eu-west-1:111122223333:app-"
statements = [{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": f"{prefix}{i}"} for i in range(100)]
aws.iam.Policy("pull", name="pull-dev", policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
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
The sum of a principal's inline policies: `iam-inline-policies-too-large`.

## References
- [IAM and AWS STS quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-policy-too-large", family=FAMILY, on=PolicyDocument, severity=Severity.HIGH, since="0.1")
def policy_too_large(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "G6")
