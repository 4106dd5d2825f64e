# SPDX-License-Identifier: Apache-2.0
"""Service control policy allows everything.

## What it does
Tells of a service control policy with a statement that only repeats `FullAWSAccess`.

## Why is this bad?
It limits nothing.

## Bad
```python
import json

import pulumi_aws as aws

aws.organizations.Policy(
    "guard",
    name="guard-dev",
    content=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    ),
)
```

## Good
```python
import json

import pulumi_aws as aws

aws.organizations.Policy(
    "guard",
    name="guard-dev",
    content=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [Service control policies](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html)
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
    id="iam-scp-allows-everything",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.INFO,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def scp_allows_everything(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "H6")
