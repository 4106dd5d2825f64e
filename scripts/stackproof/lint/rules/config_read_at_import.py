# SPDX-License-Identifier: Apache-2.0
"""A module reads configuration when it is imported.

## What it does

Flags `pulumi.Config` read at the top level of modules other than the program's entry.

## Why is this bad?

Whoever imports the module needs the whole configuration: a test cannot import it before its configuration is set,
cannot use it with two configurations, and a missing key fails far from where it is used. Many programs are written
that way, so this is advice.

## Bad

```python
# file: network.py
import pulumi

config = pulumi.Config()
CIDR = config.require("cidr")
```

## Good

```python
# file: network.py
import pulumi


def load_cidr(config: pulumi.Config) -> str:
    return config.require("cidr")
```

## Not caught

Configuration read in a function that the module calls when it is imported from outside.

## References

- https://www.pulumi.com/docs/iac/concepts/config/
- https://www.pulumi.com/docs/iac/guides/testing/unit/
- https://github.com/pulumi/pulumi/issues/16042
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.configuration import read_at_import
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="config-read-at-import", severity="info", since="0.2", folder=FOLDER, enforcement="advisory")
def config_read_at_import(program: Program) -> Iterator[Finding]:
    """Yield the first read at the top level of each module."""
    for event in read_at_import(program):
        message = "importing this module needs the stack's configuration"
        remedy = "read it in the entry, or in a function that is given the Config, and hand the values on"
        yield report(config_read_at_import, event.module, event.node, message, remedy=remedy, key="config")
