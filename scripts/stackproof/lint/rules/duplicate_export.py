# SPDX-License-Identifier: Apache-2.0
"""Two stack outputs have the same key.

## What it does

Flags a second `pulumi.export` with the key of an earlier one, in a run that does both, and a constant key in a loop.

## Why is this bad?

Exports are a dictionary: the later value replaces the earlier one, without a word. Whoever reads the stack's outputs
gets the wrong one.

## Bad

```python
import pulumi
import pulumi_aws as aws

logs = aws.s3.Bucket("logs")
assets = aws.s3.Bucket("assets")
pulumi.export("bucket", logs.id)
pulumi.export("bucket", assets.id)
```

## Good

```python
import pulumi
import pulumi_aws as aws

logs = aws.s3.Bucket("logs")
assets = aws.s3.Bucket("assets")
pulumi.export("logs", logs.id)
pulumi.export("assets", assets.id)
```

## Not caught

Keys that are no constants; exports under two conditions that are not seen to exclude or to imply each other.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/stack.py (`Stack.output`)
- https://www.pulumi.com/docs/iac/concepts/stacks/#outputs
- https://github.com/pulumi/pulumi/issues/9547
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.duplicates import repeated_exports
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="duplicate-export", severity="medium", since="0.2", folder=FOLDER)
def duplicate_export(program: Program) -> Iterator[Finding]:
    """Yield each export that replaces another."""
    for item, key, message in repeated_exports(program):
        remedy = "give each output a key of its own, or export one list or dictionary"
        yield report(duplicate_export, item.module, item.node, message, remedy=remedy, key=key)
