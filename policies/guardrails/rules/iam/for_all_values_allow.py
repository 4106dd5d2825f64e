# SPDX-License-Identifier: Apache-2.0
"""Allow uses ForAllValues.

## What it does
Flags `ForAllValues` in an `Allow`: on a key with one value (high), or without `Null` false beside it (low).

## Why is this bad?
It holds where the key is absent, so that leaving the key out passes the test.

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
                    "Condition": {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
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
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
                },
            ],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [Multivalued context keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="iam-for-all-values-allow", family=FAMILY, on=PolicyDocument, severity=Severity.HIGH, since="0.1")
def for_all_values_allow(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "F1")
