# SPDX-License-Identifier: Apache-2.0
"""Policy makes its holder an administrator.

## What it does
Flags a statement of an identity policy that allows every action on every resource: `*` on `*`, or a `NotAction` or
`NotResource` that leaves IAM untouched. A `Deny` in the same document clears it only if it takes all of `iam:*` away.

## Why is this bad?
Whoever takes over one such role owns the account: every store can be read, every trail switched off, every other
principal created or changed.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "everything",
    name="everything-dev",
    policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
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
                    "Action": ["codecommit:GitPull"],
                    "Resource": "arn:aws:codecommit:eu-west-1:111122223333:app-dev",
                },
            ],
        },
    ),
)
```

## Not caught
Statements under a condition that can be false. Grants that add up over several statements or policies, service by
service. Permission boundaries and service control policies are not seen. AWS managed policies attached by ARN.

## References
- [Grant least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.iam.grants import admin_grants
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-admin-access",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.CRITICAL,
    since="0.1",
    frameworks=("AWS FSBP IAM.1", "CIS AWS 1.16"),
)
def admin_access(policy: PolicyDocument, _settings: Settings) -> Iterator[Answer]:
    """Judge one identity document."""
    if policy.kind != "identity":
        yield NotApplicable("not an identity policy")
        return
    for grant in admin_grants(policy.document):
        if grant.doubts:
            yield CannotTell(grant.doubts[0])
            continue
        yield admin_access.finding(
            grant.key,
            grant.element.steps,
            "the statement allows every action on every resource",
            "list the actions that are used and the ARNs they are used on",
        )
