# SPDX-License-Identifier: Apache-2.0
"""Role takes SAML assertions made for anybody.

## What it does
Flags a trust policy for a SAML provider without a condition on `SAML:aud`.

## Why is this bad?
An assertion for another service of the same provider is taken, too.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Role(
    "app",
    name="app-dev",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithSAML",
                    "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/corp"},
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

aws.iam.Role(
    "app",
    name="app-dev",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithSAML",
                    "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/corp"},
                    "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                },
            ],
        },
    ),
)
```

## Not caught
Nothing known.

## References
- [Create a role for SAML 2.0 federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html)
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
    id="iam-trust-saml-no-audience",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def trust_saml_no_audience(policy: PolicyDocument, settings: Settings) -> Iterator[Answer]:
    """Judge a document."""
    yield from document_answers(policy, settings, "D8")
