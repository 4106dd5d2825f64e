# SPDX-License-Identifier: Apache-2.0
"""A component makes a resource that is not its child.

## What it does

Flags resources made while a component is being constructed, without `parent` among their options.

## Why is this bad?

Without `parent=self` the resource belongs to the stack: it does not inherit the component's providers, aliases and
protection, whoever depends on the component does not wait for it, and its name collides with names elsewhere.

## Bad

```python
import pulumi
import pulumi_aws as aws


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("example:web:Site", name)
        self.bucket = aws.s3.Bucket(f"{name}-content")
        self.register_outputs({"bucket": self.bucket.id})


Site("docs")
```

## Good

```python
import pulumi
import pulumi_aws as aws


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("example:web:Site", name)
        self.bucket = aws.s3.Bucket(f"{name}-content", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"bucket": self.bucket.id})


Site("docs")
```

## Not caught

Options that are handed in and may name a parent; which parent it is.

## References

- https://www.pulumi.com/docs/iac/concepts/resources/options/parent/
- https://github.com/pulumi/docs/pull/18005
- https://github.com/pulumi/docs/issues/15319
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.components import orphans
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="component-child-without-parent", severity="medium", since="0.2", folder=FOLDER)
def component_child_without_parent(program: Program) -> Iterator[Finding]:
    """Yield each resource that a component makes for the stack."""
    for item, message in orphans(program):
        remedy = "add parent=self to its options, and let its class hand options on to its base"
        yield report(component_child_without_parent, item.module, item.node, message, remedy=remedy)
