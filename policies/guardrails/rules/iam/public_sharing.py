# SPDX-License-Identifier: Apache-2.0
"""Resource is shared with everyone.

## What it does
Flags a property that opens a resource: a public ACL, a public snapshot or image, a share beyond the organisation, an
authentication type of `NONE`, a role for guests of an identity pool.

## Why is this bad?
Anyone in the world can use it.

## Bad
```python
import pulumi_aws as aws

aws.s3.BucketAcl("reports", bucket="reports-dev", acl="public-read")
```

## Good
```python
import pulumi_aws as aws

aws.s3.BucketAcl("reports", bucket="reports-dev", acl="private")
```

## Not caught
Public access blocks, which may stand in the way.

## References
- [Blocking public access to S3](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.analysis import sharing_answers
from guardrails.resources import Resource
from guardrails.rule import Answer, Enforcement, Settings, Severity, rule
from guardrails.rules.iam import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    id="iam-public-sharing",
    family=FAMILY,
    on=Resource,
    severity=Severity.HIGH,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def public_sharing(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge a resource."""
    yield from sharing_answers(resource, settings, "E7")
