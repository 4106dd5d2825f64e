# SPDX-License-Identifier: Apache-2.0
"""A component's type token is not of the form package:module:Type.

## What it does

Flags type tokens of components that do not consist of three parts with a colon between them, or that claim the package
of a provider (`aws:…`).

## Why is this bad?

The token is part of every URN under the component, and what policies and aliases match. The engine takes any text
(measured with CLI 3.260), so nothing says that it is odd until a tool that takes it apart does, and changing it later
replaces all that is under the component unless an alias is given.

## Bad

```python
import pulumi


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("Site", name)
        self.register_outputs({})


Site("docs")
```

## Good

```python
import pulumi


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("example:web:Site", name)
        self.register_outputs({})


Site("docs")
```

## Not caught

Tokens that are no constants.

## References

- https://www.pulumi.com/docs/iac/concepts/components/
- https://www.pulumi.com/docs/iac/using-pulumi/pulumi-packages/schema/
- https://www.pulumi.com/docs/iac/concepts/resources/names/#types
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.components import odd_tokens
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="component-type-token", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def component_type_token(program: Program) -> Iterator[Finding]:
    """Yield each component with an odd type token."""
    for module, node, token, message in odd_tokens(program):
        remedy = "write it as package:module:Type, with a package name of your own"
        yield report(component_type_token, module, node, message, remedy=remedy, key=token)
