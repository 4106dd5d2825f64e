# SPDX-License-Identifier: Apache-2.0
"""The program itself asks the network, or waits.

## What it does

Flags HTTP requests, boto3 clients and `time.sleep` in code that runs with the program.

## Why is this bad?

It happens in every preview, also in those of a fork or of a laptop without credentials, before the engine knows
anything, and what it answers is in no state. Waiting in the program delays the registration of resources, and waits
for none of them. Sometimes it is meant, so this is advice.

## Bad

```python
import time

import pulumi_aws as aws

role = aws.iam.Role("role", assume_role_policy="{}")
time.sleep(15)
aws.lambda_.Function("worker", role=role.arn)
```

## Good

```python
import pulumi
import pulumi_aws as aws

role = aws.iam.Role("role", assume_role_policy="{}")
aws.lambda_.Function("worker", role=role.arn, opts=pulumi.ResourceOptions(depends_on=[role]))
```

## Not caught

Other libraries; functions that only a dynamic provider calls are left alone.

## References

- https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/
- https://www.pulumi.com/docs/iac/concepts/functions/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.effects import errands
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="network-in-program", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def network_in_program(program: Program) -> Iterator[Finding]:
    """Yield each errand of a program."""
    for call in errands(program):
        message = f"{call.name} runs in every preview, before the engine knows anything"
        remedy = "use a function or resource of a provider; order resources by depends_on"
        yield report(network_in_program, call.module, call.node, message, remedy=remedy)
