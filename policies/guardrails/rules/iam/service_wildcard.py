# SPDX-License-Identifier: Apache-2.0
"""Policy allows every action of a service.

## What it does
Flags an action of an identity policy's `Allow` that takes in a whole service (`s3:*`, `s3:?*`) or all of them (`*`),
whatever the resource. A statement that makes an administrator is left to `iam-admin-access`.

## Why is this bad?
A service's full set holds the actions that change permissions, delete data and switch logging off, and it grows with
every launch: the policy says more tomorrow than was reviewed today.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.RolePolicy(
    "mirror",
    name="mirror-dev",
    role="mirror-dev",
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

aws.iam.RolePolicy(
    "mirror",
    name="mirror-dev",
    role="mirror-dev",
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
Statements under a condition that can be false. Partial wildcards such as `iam:Put*`, also where they come to nearly
everything. A service spelled out action by action. `NotAction`.

## References
- [IAM JSON policy elements: Action](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.iam.grants import admin_grants, allows
from guardrails.iam.patterns import spans_service
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.iam import FAMILY
from guardrails.values import Unknown

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
def service_wildcard(policy: PolicyDocument, _settings: Settings) -> Iterator[Answer]:
    """Judge one identity document."""
    if policy.kind != "identity":
        yield NotApplicable("not an identity policy")
        return
    reported = {grant.element.steps for grant in admin_grants(policy.document) if not grant.doubts}
    for statement, doubts in allows(policy.document):
        for action in statement.actions or ():
            if isinstance(action.value, Unknown):
                yield CannotTell(action.value)
            elif spans_service(action.value) and action.steps not in reported:
                if doubts:
                    yield CannotTell(doubts[0])
                    continue
                yield service_wildcard.finding(
                    f"Action::{action.value.lower()}",
                    action.steps,
                    f"the action {action.value} allows all that a service can do, now and later",
                    "list the actions that are used",
                )
