# SPDX-License-Identifier: Apache-2.0
"""A test imports the program before its mocks and configuration are set.

## What it does

Flags the import of a module that makes resources, calls functions of providers or reads required configuration when it
is imported, in a test or `conftest.py`, before `pulumi.runtime.set_mocks` (and `set_all_config` or `set_config`, where
the test sets it) has run. Module level, functions, fixtures and `conftest.py` files above the test are considered.

## Why is this bad?

What a module does when it is imported, it does once. Without mocks the SDK raises (`Program run without the Pulumi
engine available`) or a required key is missing, and whether that happens depends on which test is imported first.

## Bad

```python
# file: tests/test_network.py
# with: network.py
import network
import pulumi


class Cloud(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Cloud())


def test_the_network_is_there() -> None:
    assert network.vpc is not None
```

## Good

```python
# file: tests/test_network.py
# with: network.py
import pulumi


class Cloud(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Cloud())

import network


def test_the_network_is_there() -> None:
    assert network.vpc is not None
```

## Not caught

Mocks that a plugin of pytest or a helper outside the test's folders sets.

## References

- https://www.pulumi.com/docs/iac/guides/testing/unit/
- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/mocks.py (`set_mocks`)
- https://github.com/pulumi/pulumi/pull/3738
- https://github.com/pulumi/pulumi/pull/4670
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.testing import early_imports
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="program-imported-before-mocks", severity="high", since="0.2", folder=FOLDER)
def program_imported_before_mocks(program: Program) -> Iterator[Finding]:
    """Yield each import that comes too early."""
    for module, node, name, missing in early_imports(program):
        message = f"importing {name} already {missing} here"
        remedy = "set mocks and configuration first: above the import, or at the top of a conftest.py"
        yield report(program_imported_before_mocks, module, node, message, remedy=remedy, key=name)
