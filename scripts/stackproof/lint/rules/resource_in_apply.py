# SPDX-License-Identifier: Apache-2.0
"""A resource is made inside apply, where previews do not see it.

## What it does

Flags resources made in a function that `apply` calls.

## Why is this bad?

While the value is unknown, as in the first preview, the function does not run: the preview shows too little, policies
judge too little, and a replacement of what the value comes from looks like a deletion of what the function makes. At
times there is no other way, so this is advice.

## Bad

```python
import pulumi_aws as aws

zone = aws.route53.Zone("zone", name="example.com")


def delegate(servers: list[str]) -> None:
    aws.route53.Record("ns", zone_id="Z1", name="example.com", type="NS", ttl=60, records=servers)


zone.name_servers.apply(delegate)
```

## Good

```python
import pulumi_aws as aws

zone = aws.route53.Zone("zone", name="example.com")
aws.route53.Record("ns", zone_id="Z1", name="example.com", type="NS", ttl=60, records=zone.name_servers)
```

## Not caught

Functions outside the program.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.apply`)
- https://github.com/pulumi/pulumi/issues/10233
- https://github.com/pulumi/pulumi/issues/16140
- https://github.com/pulumi/pulumi/issues/15265
- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/apply/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, in_program, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="resource-in-apply", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def resource_in_apply(program: Program) -> Iterator[Finding]:
    """Yield each resource that is made late."""
    seen = set()
    for item in program.facts.constructions:
        if item.way.via("apply") and item.node not in seen and not item.read and in_program(item):
            seen.add(item.node)
            message = "the resource is missing from previews in which the value of apply is unknown"
            remedy = "make it outside, and hand the Output to it as an input"
            yield report(resource_in_apply, item.module, item.node, message, remedy=remedy)
