# SPDX-License-Identifier: Apache-2.0
"""Policy is inline.

## What it does
Tells of a policy that stands inside of its principal. It is off unless its level is configured.

## Why is this bad?
It can be neither reused nor versioned.

## Bad
```python
import json

import pulumi_aws as aws

statement = {
    "Effect": "Allow",
    "Action": "codecommit:GitPull",
    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
}
aws.iam.RolePolicy(
    "pull",
    name="pull-dev",
    role="app-dev",
    policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
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
Nothing known.

## References
- [AWS managed policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import inline_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-inline-policy",
    family=FAMILY,
    on=Resource,
    severity=Severity.INFO,
    since="0.1",
    enforcement=Enforcement.DISABLED,
)
def inline_policy(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from inline_answers(resource, settings, "H5")
