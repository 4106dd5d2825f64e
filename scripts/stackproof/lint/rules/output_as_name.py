# SPDX-License-Identifier: Apache-2.0
"""An Output is used as a logical name or export key.

## What it does

Flags an Output as the name of a resource, a component or a stack output.

## Why is this bad?

Names are part of the URN, by which the engine knows a resource from one run to the next, so they must be there before
anything is created. The SDK raises `TypeError: Expected resource name to be a string`.

## Bad

```python
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
aws.ec2.Subnet(vpc.id, vpc_id=vpc.id, cidr_block="10.0.0.0/24")
```

## Good

```python
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
aws.ec2.Subnet("vpc-a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
```

## Not caught

A name that is an Output only for values from outside the program.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/resource.py (`Resource.__init__`)
- https://www.pulumi.com/docs/iac/concepts/resources/names/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, in_program, report
from stackproof.lint.values import Output, definitely
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="output-as-name", severity="high", since="0.2", folder=FOLDER)
def output_as_name(program: Program) -> Iterator[Finding]:
    """Yield each resource or export whose name is an Output."""
    named = [(item, item.name) for item in program.facts.constructions]
    keyed = [(item, item.key) for item in program.facts.exports]
    seen = set()
    for event, name in (*named, *keyed):
        if definitely(name, Output) and event.node not in seen and in_program(event):
            seen.add(event.node)
            message = "the name is an Output, but names must be known before anything is created"
            remedy = "name it by a text: a constant, or what the configuration says"
            yield report(output_as_name, event.module, event.node, message, remedy=remedy)
