# SPDX-License-Identifier: Apache-2.0
"""Two resources have the same logical name.

## What it does

Flags a second resource of the same type, under parents of the same types, with the same constant name, in a run that
makes both: written twice, made by a function that is called twice, or by a component that exists twice.

## Why is this bad?

A resource's URN consists of the types of its parents, its type and its name; the parents' names are no part of it. The
engine refuses a second resource with the same URN: `Duplicate resource URN` (measured with CLI 3.260). Under the SDK's
mocks the same program passes, so unit tests do not see it.

## Bad

```python
import pulumi
import pulumi_aws as aws


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("example:web:Site", name)
        aws.s3.Bucket("content", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


Site("docs")
Site("blog")
```

## Good

```python
import pulumi
import pulumi_aws as aws


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("example:web:Site", name)
        aws.s3.Bucket(f"{name}-content", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


Site("docs")
Site("blog")
```

## Not caught

Names that are no constants, resources whose parent cannot be told, and conditions that are not seen to imply each
other.

## References

- https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
- https://github.com/pulumi/pulumi/issues/15782
- https://github.com/pulumi/pulumi/issues/9596
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.duplicates import repeated_names
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="duplicate-resource-name", severity="high", since="0.2", folder=FOLDER)
def duplicate_resource_name(program: Program) -> Iterator[Finding]:
    """Yield each resource whose URN is there already."""
    for item, key, message in repeated_names(program):
        remedy = "make the name differ: in a component or function, build it from a name that is handed in"
        yield report(duplicate_resource_name, item.module, item.node, message, remedy=remedy, key=key)
