# SPDX-License-Identifier: Apache-2.0
"""An account id is written into the program.

## What it does

Flags twelve-digit account ids in ARNs and in arguments of resources, where the account is not one that AWS itself
publishes.

## Why is this bad?

The same program deploys to a test account and to production; an id in its text makes one stack point into the account
of another. The own account is `aws.get_caller_identity()`, others belong in the configuration.

## Bad

```python
import pulumi_aws as aws

aws.iam.RolePolicyAttachment("read", role="worker", policy_arn="arn:aws:iam::412098765432:policy/read-logs")
```

## Good

```python
import pulumi
import pulumi_aws as aws

policy = pulumi.Config().require("readLogsPolicyArn")
aws.iam.RolePolicyAttachment("read", role="worker", policy_arn=policy)
```

## Not caught

Ids in files that the program reads. AWS's own accounts (load balancers' logs, AMI owners, ECR of services), the ids
that AWS uses in examples (123456789012 and the like), and layers' ARNs are left alone.

## References

- https://docs.aws.amazon.com/IAM/latest/UserGuide/console-account-id.html
- https://www.pulumi.com/registry/packages/aws/api-docs/getcalleridentity/
- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.literals import account_ids
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="hard-coded-account", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def hard_coded_account(program: Program) -> Iterator[Finding]:
    """Yield each account id in a program's text."""
    for module, node, account in account_ids(program):
        message = f"the account {account} stands in the program's text"
        remedy = "take it from aws.get_caller_identity() or from the configuration"
        yield report(hard_coded_account, module, node, message, remedy=remedy, key=account)
