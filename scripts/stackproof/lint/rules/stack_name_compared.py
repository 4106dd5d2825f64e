# SPDX-License-Identifier: Apache-2.0
"""The stack's name decides what is deployed.

## What it does

Flags `pulumi.get_stack()` compared with constant texts.

## Why is this bad?

The name then is configuration that no stack file shows: a new stack silently gets the other side, and the same choice
is made again elsewhere. A key in each stack's file says it openly. Opinions differ, so this is a remark.

## Bad

```python
import pulumi
import pulumi_aws as aws

size = "m5.large" if pulumi.get_stack() == "prod" else "t3.micro"
aws.ec2.Instance("web", instance_type=size)
```

## Good

```python
import pulumi
import pulumi_aws as aws

size = pulumi.Config().require("size")
aws.ec2.Instance("web", instance_type=size)
```

## Not caught

Names taken apart, or looked up in a dictionary.

## References

- https://www.pulumi.com/docs/iac/concepts/config/
- https://www.pulumi.com/docs/iac/concepts/stacks/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.configuration import compared_stack_names
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="stack-name-compared", severity="info", since="0.2", folder=FOLDER, enforcement="advisory")
def stack_name_compared(program: Program) -> Iterator[Finding]:
    """Yield each comparison of the stack's name."""
    for module, node in compared_stack_names(program):
        message = "the stack's name decides here, which no stack file shows"
        remedy = "read the decision from the stack's configuration"
        yield report(stack_name_compared, module, node, message, remedy=remedy)
