# SPDX-License-Identifier: Apache-2.0
"""A resource is made off the program's event loop, where the SDK refuses it.

## What it does

Flags resources made by code that runs under `asyncio.run`, `run_until_complete`, in a thread or in an executor, and
every `asyncio.run` that a program reaches when it is run.

## Why is this bad?

Pulumi runs the program inside an event loop of its own. There `asyncio.run` and `run_until_complete` raise
`RuntimeError`, and the program fails. A thread has no loop, so the constructor raises `There is no current event loop
in thread`: in a bare thread that is a traceback among the output and nothing else, the update succeeds with exit code
0, and the resource is missing (measured with CLI 3.260 and SDK 3.272).

## Bad

```python
import asyncio

import pulumi_aws as aws


async def deploy() -> None:
    aws.s3.Bucket("logs")


asyncio.run(deploy())
```

## Good

```python
import pulumi
import pulumi_aws as aws


async def deploy() -> None:
    aws.s3.Bucket("logs")


pulumi.run(deploy)
```

## Not caught

Loops and threads that a library starts. Programs of the Automation API choose their own process, and are left alone.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/stack.py (`run`, `run_pulumi_func`)
- https://github.com/pulumi/pulumi/issues/12172
- https://github.com/pulumi/pulumi/issues/10635
- https://github.com/pulumi/pulumi/issues/7663
- https://docs.python.org/3/library/asyncio-runner.html#asyncio.run
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.awaitables import off_the_loop
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="resource-off-the-loop", severity="high", since="0.2", folder=FOLDER)
def resource_off_the_loop(program: Program) -> Iterator[Finding]:
    """Yield each call that takes resources off the loop."""
    for module, node, message in off_the_loop(program):
        remedy = "make resources in the program's own flow; hand an async main to pulumi.run, and threads only data"
        yield report(resource_off_the_loop, module, node, message, remedy=remedy)
