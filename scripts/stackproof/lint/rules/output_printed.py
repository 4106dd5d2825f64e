# SPDX-License-Identifier: Apache-2.0
"""An Output is printed or logged instead of its value.

## What it does

Flags an Output given to `print`, to `logging` or to `pulumi.log`, by itself or in a text.

## Why is this bad?

What appears is a warning of several lines, or the name of a Python object. The value is seen by exporting it, or by
logging inside `apply`, where secrets have to be left out.

## Bad

```python
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
print(f"bucket: {bucket.id}")
```

## Good

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
pulumi.export("bucket", bucket.id)
```

## Not caught

A logger that is handed in from outside the program.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.__str__`)
- https://github.com/pulumi/pulumi/issues/4650
- https://github.com/pulumi/pulumi/issues/9913
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.uses import printed
from stackproof.lint.values import Output
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="output-printed", severity="medium", since="0.2", folder=FOLDER)
def output_printed(program: Program) -> Iterator[Finding]:
    """Yield each Output that is printed."""
    for module in program.modules():
        for value in printed(program, module):
            if program.facts.ever(value, Output):
                message = "what is printed is a warning about Outputs, not the value"
                remedy = "export it, or log inside apply and leave secrets out"
                yield report(output_printed, module, value, message, remedy=remedy)
