# SPDX-License-Identifier: Apache-2.0
"""A component never calls register_outputs.

## What it does

Flags classes derived from `pulumi.ComponentResource` that register no outputs, in their constructor or what it calls.

## Why is this bad?

The call says that the component is complete. Without it its outputs are not in the state, tools show it as being
created for ever, and stack policies see it empty.

## Bad

```python
import pulumi
import pulumi_aws as aws


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("example:web:Site", name)
        aws.s3.Bucket(f"{name}-content", opts=pulumi.ResourceOptions(parent=self))


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

A call that only some ways through the constructor reach.

## References

- https://www.pulumi.com/docs/iac/concepts/components/
- https://github.com/pulumi/docs/pull/15190
- https://github.com/pulumi/pulumi/issues/2653
- https://github.com/alan-turing-institute/data-safe-haven/issues/2544
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.components import without_outputs
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="component-without-outputs", severity="low", since="0.2", folder=FOLDER)
def component_without_outputs(program: Program) -> Iterator[Finding]:
    """Yield each component that is never complete."""
    for module, node in without_outputs(program):
        message = f"the component {node.name} never calls register_outputs, so it is never complete"
        remedy = "end its constructor with self.register_outputs({...})"
        yield report(component_without_outputs, module, node, message, remedy=remedy, key=node.name)
