# SPDX-License-Identifier: Apache-2.0
"""A stack output is exported inside apply, where it is lost.

## What it does

Flags `pulumi.export` in a function that `apply` calls.

## Why is this bad?

The stack's outputs are registered when the program has run; functions given to `apply` run later. The call succeeds,
and the output is missing (measured with CLI 3.260 and SDK 3.272, in an update).

## Bad

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
bucket.arn.apply(lambda arn: pulumi.export("arn", arn))
```

## Good

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
pulumi.export("arn", bucket.arn)
```

## Not caught

An export in a function outside the program.

## References

- https://github.com/pulumi/pulumi/issues/10782
- https://github.com/pulumi/docs/issues/11953
- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/stack.py (`Stack._finish`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, in_program, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="export-in-apply", severity="high", since="0.2", folder=FOLDER)
def export_in_apply(program: Program) -> Iterator[Finding]:
    """Yield each export that comes too late."""
    seen = set()
    for item in program.facts.exports:
        if item.way.via("apply") and item.node not in seen and in_program(item):
            seen.add(item.node)
            message = "the stack's outputs are registered before apply calls this, so the output is missing"
            remedy = "export the Output that apply gives, under a key that is always there"
            yield report(export_in_apply, item.module, item.node, message, remedy=remedy)
