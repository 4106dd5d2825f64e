# SPDX-License-Identifier: Apache-2.0
"""A region is written into the program.

## What it does

Flags ARNs with a region, availability zones, and `region` arguments that are constant texts, outside providers.

## Why is this bad?

The stack's region is configuration (`aws:region`). What is written into the program stays behind when the stack moves,
and refers to another region than its neighbours.

## Bad

```python
import pulumi_aws as aws

aws.ec2.Subnet("a", vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone="eu-west-1a")
```

## Good

```python
import pulumi_aws as aws

zones = aws.get_availability_zones(state="available")
aws.ec2.Subnet("a", vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone=zones.names[0])
```

## Not caught

Regions inside longer texts. us-east-1 is left alone: CloudFront, its certificates and Route 53's logs live there
alone. So is what is handed to a provider, since choosing a region is what it is for.

## References

- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
- https://www.pulumi.com/registry/packages/aws/installation-configuration/
- https://www.pulumi.com/registry/packages/aws/api-docs/getavailabilityzones/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.literals import regions
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="hard-coded-region", severity="info", since="0.2", folder=FOLDER, enforcement="advisory")
def hard_coded_region(program: Program) -> Iterator[Finding]:
    """Yield each region in a program's text."""
    for module, node, region in regions(program):
        message = f"the region of {region!r} stands in the program's text"
        remedy = "take it from aws.get_region(), aws.get_availability_zones() or the configuration"
        yield report(hard_coded_region, module, node, message, remedy=remedy, key=region)
