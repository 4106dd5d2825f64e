# SPDX-License-Identifier: Apache-2.0
"""An awaitable is used as if it were an Output or its value.

## What it does

Flags `.apply`, iteration and text of a coroutine, a coroutine as a logical name, one coroutine used for several
inputs, and the future of a thread as an input.

## Why is this bad?

An awaitable is a legal input, but it is no Output: it has no `apply`, and a coroutine runs once, so the second input
that awaits it fails with `cannot reuse already awaited coroutine`. A `concurrent.futures.Future` is no awaitable at
all, and the SDK refuses it.

## Bad

```python
import pulumi_aws as aws


async def find_name() -> str:
    return "logs"


name = find_name()
aws.s3.Bucket("one", bucket=name)
aws.s3.Bucket("two", bucket=name)
```

## Good

```python
import pulumi
import pulumi_aws as aws


async def find_name() -> str:
    return "logs"


name = pulumi.Output.from_input(find_name())
aws.s3.Bucket("one", bucket=name)
aws.s3.Bucket("two", bucket=name)
```

## Not caught

Awaitables from functions outside the program.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.from_input`)
- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/rpc.py (`serialize_property`)
- https://github.com/pulumi/pulumi/issues/2940
- https://docs.python.org/3/library/asyncio-task.html#awaitables
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.awaitables import misused_awaitables
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="awaitable-misused", severity="high", since="0.2", folder=FOLDER)
def awaitable_misused(program: Program) -> Iterator[Finding]:
    """Yield each use of an awaitable that fails."""
    for module, node, message in misused_awaitables(program):
        remedy = "make an Output of it once, with pulumi.Output.from_input, and use that"
        yield report(awaitable_misused, module, node, message, remedy=remedy)
