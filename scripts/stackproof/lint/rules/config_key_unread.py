# SPDX-License-Identifier: Apache-2.0
"""A stack file sets a key that no code reads.

## What it does

Flags keys of the project's own namespace in stack files that the program never reads, where all its reads are of
constant keys.

## Why is this bad?

The setting has no effect, whatever it promises: it is misspelt, or left over from code that is gone.

## Bad

```python
# file: Pulumi.dev.yaml
# config:
#   sample:cidr: 10.0.0.0/16
#   sample:zones: "2"
import pulumi

pulumi.export("cidr", pulumi.Config().require("cidr"))
```

## Good

```python
# file: Pulumi.dev.yaml
# config:
#   sample:cidr: 10.0.0.0/16
import pulumi

pulumi.export("cidr", pulumi.Config().require("cidr"))
```

## Not caught

Keys of other namespaces; programs that read keys which are no constants, or hand a Config to code outside.

## References

- https://www.pulumi.com/docs/iac/concepts/config/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.configuration import unread_keys
from stackproof.lint.program import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="config-key-unread", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def config_key_unread(program: Program) -> Iterator[Finding]:
    """Yield each setting that nothing reads."""
    for file, line, key in unread_keys(program):
        message = f"no code reads {key}, so the setting has no effect"
        remedy = "correct the key, or remove the line"
        yield config_key_unread.finding(key, file, line, message, remedy=remedy)
