# SPDX-License-Identifier: Apache-2.0
"""Policy is malformed, and AWS will reject it.

## What it does
Flags an identity policy that IAM refuses: no JSON, a key twice in one object, a wrong type, an element that is
missing, foreign or contradicts another, a principal where none belongs, a character beyond U+00FF.

## Why is this bad?
The deployment fails half-way, after other resources exist; and what cannot be read cannot be judged.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "read",
    name="read-dev",
    policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:GetObject"}]}),
)
```

## Good
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "read",
    name="read-dev",
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
Actions and condition keys that do not exist, operators that IAM does not know, ARNs of the wrong form, size limits.
Trust and resource policies.

## References
- [Grammar of the IAM JSON policy language](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, NotApplicable, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-malformed-policy", family=FAMILY, on=PolicyDocument, severity=Severity.HIGH, since="0.1")
def malformed_policy(policy: PolicyDocument, _settings: Settings) -> Iterator[Answer]:
    """Judge one identity document."""
    if policy.kind != "identity":
        yield NotApplicable("not an identity policy")
        return
    for problem in policy.document.problems:
        yield malformed_policy.finding(
            problem.key,
            problem.steps,
            problem.message,
            "write the document by the grammar of the IAM policy language",
        )
