# SPDX-License-Identifier: Apache-2.0
"""A condition asks an Output, which is always true.

## What it does

Flags an Output where Python asks whether something is true (`if`, `while`, `and`, `or`, `not`, `assert`, a conditional
expression), and an Output compared with `==`, `!=` or `in` with a plain value.

## Why is this bad?

The condition is about the Output as an object, not about the value that it will have: it is always true, and a
comparison with a plain value always says that they differ. One side of the condition is dead, silently.

## Bad

```python
import pulumi_aws as aws

zone = aws.route53.Zone("zone", name="example.com")
if zone.name == "example.com":
    aws.route53.Record("www", zone_id=zone.id, name="www", type="A", ttl=60, records=["192.0.2.1"])
```

## Good

```python
import pulumi
import pulumi_aws as aws

name = pulumi.Config().require("zone")
zone = aws.route53.Zone("zone", name=name)
if name == "example.com":
    aws.route53.Record("www", zone_id=zone.id, name="www", type="A", ttl=60, records=["192.0.2.1"])
```

## Not caught

An Output that may also be `None`: asking whether it is there is right. A value that is an Output on some ways only.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (no `__bool__`, no `__eq__`)
- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/
- https://github.com/pulumi/eslint-plugin-pulumi
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.uses import comparisons, conditions
from stackproof.lint.values import Output
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="output-as-condition", severity="high", since="0.2", folder=FOLDER)
def output_as_condition(program: Program) -> Iterator[Finding]:
    """Yield each Output that is asked for its truth, or compared."""
    for module in program.modules():
        for value in conditions(program, module):
            if program.facts.always(value, Output):
                message = "an Output is always true, whatever its value will be"
                remedy = "decide inside apply, or on the configuration that the value comes from"
                yield report(output_as_condition, module, value, message, remedy=remedy)
        for value, other in comparisons(program, module):
            if program.facts.always(value, Output) and not program.facts.of(other):
                message = "an Output never equals a plain value, whatever its value will be"
                remedy = "compare inside apply, or compare the configuration that the value comes from"
                yield report(output_as_condition, module, value, message, remedy=remedy)
