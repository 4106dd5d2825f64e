# SPDX-License-Identifier: Apache-2.0
"""The program draws a random value or asks for the time.

## What it does

Flags `random`, `secrets`, `uuid.uuid1` and `uuid.uuid4`, `os.urandom`, and `datetime.now`, `utcnow`, `today` and
`time.time` in code that runs with the program.

## Why is this bad?

A program runs for every preview and every update, and its values go into the desired state: each run wants another
one, so something changes or is replaced each time, and a preview does not show what the update does. The providers
`random` and `time` keep their value in the state.

## Bad

```python
import random

import pulumi_aws as aws

suffix = random.randint(1000, 9999)
aws.s3.Bucket("logs", bucket=f"logs-{suffix}")
```

## Good

```python
import pulumi
import pulumi_aws as aws
import pulumi_random as random

suffix = random.RandomId("suffix", byte_length=2)
aws.s3.Bucket("logs", bucket=pulumi.Output.concat("logs-", suffix.hex))
```

## Not caught

Values from other libraries. A generator that is given a fixed seed, and times that are only measured, are left alone.

## References

- https://www.pulumi.com/registry/packages/random/
- https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/
- https://www.pulumi.com/registry/packages/time/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.effects import chances
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="random-in-program", severity="medium", since="0.2", folder=FOLDER)
def random_in_program(program: Program) -> Iterator[Finding]:
    """Yield each call that gives another value every time."""
    for call in chances(program):
        message = f"{call.name} gives another value in every preview and update"
        remedy = "use a resource of pulumi_random or pulumiverse_time, which keeps its value in the state"
        yield report(random_in_program, call.module, call.node, message, remedy=remedy)
