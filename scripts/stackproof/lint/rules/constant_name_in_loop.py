# SPDX-License-Identifier: Apache-2.0
"""A loop makes several resources under one name.

## What it does

Flags a resource with a constant logical name in a loop or comprehension, also in a function or component that the loop
calls.

## Why is this bad?

The second pass registers the same URN again, and the engine refuses it: `Duplicate resource URN`. With a single item
the program works, so it fails when the second is added.

## Bad

```python
import pulumi_aws as aws

for zone in ("a", "b"):
    aws.ec2.Subnet("subnet", vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone=f"eu-west-1{zone}")
```

## Good

```python
import pulumi_aws as aws

for zone in ("a", "b"):
    aws.ec2.Subnet(f"subnet-{zone}", vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone=f"eu-west-1{zone}")
```

## Not caught

Names that change, but not with every pass. A resource under a condition inside the loop, which may hold once only.

## References

- https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
- https://github.com/pulumi/pulumi/issues/15782
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.duplicates import looped_names
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="constant-name-in-loop", severity="high", since="0.2", folder=FOLDER)
def constant_name_in_loop(program: Program) -> Iterator[Finding]:
    """Yield each resource that a loop makes under a constant name."""
    for item, name, message in looped_names(program):
        remedy = "build the name from the item of the loop"
        yield report(constant_name_in_loop, item.module, item.node, message, remedy=remedy, key=name)
