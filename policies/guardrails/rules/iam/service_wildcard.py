# SPDX-License-Identifier: Apache-2.0
"""Policy allows every action of a service.

## What it does
Flags an action of an `Allow` that takes in a whole service (`s3:*`, `s3:?*`) or all of them (`*`), whatever the
resource. A statement that makes an administrator is left to `iam-admin-access`.

## Why is this bad?
A service's full set holds the actions that change permissions, delete data and switch logging off, and it grows with
every launch: the policy says more tomorrow than was reviewed today.

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
                    "Action": "codecommit:*",
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
                    "Action": ["codecommit:GitPull", "codecommit:GitPush"],
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                },
            ],
        },
    ),
)
```

## Not caught
A service spelled out action by action. `NotAction`, which is judged by `iam-allow-not-action`.

## References
- [IAM JSON policy elements: Action](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import document_answers
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-service-wildcard",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.HIGH,
    since="0.1",
    frameworks=("AWS FSBP IAM.21",),
)
def service_wildcard(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "A2")
