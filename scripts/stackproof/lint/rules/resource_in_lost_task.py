# SPDX-License-Identifier: Apache-2.0
"""Resources are made in a coroutine or task that nobody awaits.

## What it does

Flags a coroutine that makes resources and is never awaited, and a task of one that nothing holds on to.

## Why is this bad?

A coroutine that is not awaited does not run at all. A task may run, but Pulumi waits for registrations and Outputs,
not for tasks: whatever the task would have made after its first pause is silently missing, with exit code 0 (measured
with CLI 3.260 and SDK 3.272), and where it was made before, it is deleted.

## Bad

```python
import asyncio

import pulumi_aws as aws


async def deploy() -> None:
    await asyncio.sleep(1)
    aws.s3.Bucket("logs")


asyncio.ensure_future(deploy())
```

## Good

```python
import asyncio

import pulumi
import pulumi_aws as aws


async def deploy() -> None:
    await asyncio.sleep(1)
    aws.s3.Bucket("logs")


async def main() -> None:
    await asyncio.gather(deploy())


pulumi.run(main)
```

## Not caught

A task that is stored and then forgotten.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/stack.py (`wait_for_rpcs`)
- https://github.com/pulumi/pulumi/issues/3991
- https://github.com/pulumi/pulumi/issues/6762
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.awaitables import lost_tasks
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="resource-in-lost-task", severity="high", since="0.2", folder=FOLDER)
def resource_in_lost_task(program: Program) -> Iterator[Finding]:
    """Yield each call whose coroutine is lost."""
    for module, node, message in lost_tasks(program):
        remedy = "await it in the function that is handed to pulumi.run"
        yield report(resource_in_lost_task, module, node, message, remedy=remedy)
