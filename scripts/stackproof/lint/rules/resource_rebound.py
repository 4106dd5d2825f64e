# SPDX-License-Identifier: Apache-2.0
"""A name of a resource is bound to another resource before it was used.

## What it does

Flags a variable or attribute that holds a resource and is bound to another one, in the same block, without having been
read; only where the name is read afterwards.

## Why is this bad?

Both resources are registered, but only the second can be reached by the name. Whatever follows (a policy, a
dependency, an export) is about the second, also where the first was meant. It is what remains of a copied block.

## Bad

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
bucket = aws.s3.Bucket("assets")
pulumi.export("bucket", bucket.id)
```

## Good

```python
import pulumi
import pulumi_aws as aws

logs = aws.s3.Bucket("logs")
assets = aws.s3.Bucket("assets")
pulumi.export("bucket", assets.id)
```

## Not caught

Names that were read in between, and names in different blocks.

## References

- https://pylint.readthedocs.io/en/stable/user_guide/messages/warning/redefined-variable-type.html
- https://www.pulumi.com/docs/iac/concepts/resources/names/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.rebinding import rebound
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="resource-rebound", severity="medium", since="0.2", folder=FOLDER)
def resource_rebound(program: Program) -> Iterator[Finding]:
    """Yield each binding that hides a resource."""
    for module, target, line in rebound(program):
        message = f"this hides the resource bound to the same name in line {line}, which nothing has used"
        remedy = "give each resource a name of its own"
        yield report(resource_rebound, module, target, message, remedy=remedy)
