# SPDX-License-Identifier: Apache-2.0
"""An Output is used where Python needs the value itself.

## What it does

Flags arithmetic and order (`+`, `*`, `<`), `int()`, `open()`, paths, `str.join`, keys of dictionaries, arguments of
well-known functions of the standard library, a method of the value called on the Output (`arn.split(":")`), and
`Output.get()`.

## Why is this bad?

The value is not there yet. An attribute of an Output is again an Output and cannot be called; the rest raises
`TypeError` too, and `get()` raises during every preview and update.

## Bad

```python
import pulumi
import pulumi_aws as aws

role = aws.iam.Role("role", assume_role_policy="{}")
pulumi.export("account", role.arn.split(":")[4])
```

## Good

```python
import pulumi
import pulumi_aws as aws

role = aws.iam.Role("role", assume_role_policy="{}")
pulumi.export("account", role.arn.apply(lambda arn: arn.split(":")[4]))
```

## Not caught

Functions of other libraries; methods called on attributes of resources of packages other than pulumi_aws.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.__getattr__`, `Output.get`)
- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/
- https://github.com/pulumi/pulumi/issues/2366
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.uses import plain_needs
from stackproof.lint.values import Output
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="output-as-plain-value", severity="high", since="0.2", folder=FOLDER)
def output_as_plain_value(program: Program) -> Iterator[Finding]:
    """Yield each Output that something plain is asked of."""
    for module in program.modules():
        for value, message in plain_needs(program, module):
            if program.facts.ever(value, Output):
                remedy = "do it inside apply, on the value that the function gets"
                yield report(output_as_plain_value, module, value, message, remedy=remedy)
