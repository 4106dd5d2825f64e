# SPDX-License-Identifier: Apache-2.0
"""An Output is iterated, unpacked or measured.

## What it does

Flags an Output in a `for`, a comprehension, an unpacking, a star, `in`, `len()` and what iterates (`list`, `sorted`,
`zip`, `enumerate` and so on).

## Why is this bad?

How many items there are is known only once the resource exists. The SDK raises `TypeError: 'Output' object is not
iterable`, so the program stops there.

## Bad

```python
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
endpoint = aws.ec2.VpcEndpoint("s3", vpc_id=vpc.id, service_name="com.amazonaws.eu-west-1.s3")
rules = [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [cidr]} for cidr in endpoint.cidr_blocks]
aws.ec2.SecurityGroup("group", vpc_id=vpc.id, egress=rules)
```

## Good

```python
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
endpoint = aws.ec2.VpcEndpoint("s3", vpc_id=vpc.id, service_name="com.amazonaws.eu-west-1.s3")
rule = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": endpoint.cidr_blocks}
aws.ec2.SecurityGroup("group", vpc_id=vpc.id, egress=[rule])
```

## Not caught

Iteration in code outside the program that an Output is handed to.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.__iter__`)
- https://github.com/pulumi/pulumi/issues/3849
- https://github.com/pulumi/pulumi/pull/7288
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.uses import iterations
from stackproof.lint.values import Output
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="output-iterated", severity="high", since="0.2", folder=FOLDER)
def output_iterated(program: Program) -> Iterator[Finding]:
    """Yield each Output that is iterated."""
    for module in program.modules():
        for value in iterations(program, module):
            if program.facts.ever(value, Output):
                message = "an Output cannot be iterated or measured: the SDK raises TypeError"
                remedy = "work on the items inside apply, or loop over the configuration that makes them"
                yield report(output_iterated, module, value, message, remedy=remedy)
