# SPDX-License-Identifier: Apache-2.0
"""A required configuration key is set by no stack file.

## What it does

Flags `require`, `require_int` and their like for a key that neither `Pulumi.yaml` nor any of the project's stack files
sets, where there are stack files.

## Why is this bad?

Every stack that the repository knows fails with `Missing required configuration variable`. Often the key is misspelt,
on one side.

## Bad

```python
# file: Pulumi.dev.yaml
# config:
#   sample:cidr: 10.0.0.0/16
import pulumi

config = pulumi.Config()
pulumi.export("cidr", config.require("cidr"))
pulumi.export("zones", config.require_int("zones"))
```

## Good

```python
# file: Pulumi.dev.yaml
# config:
#   sample:cidr: 10.0.0.0/16
import pulumi

config = pulumi.Config()
pulumi.export("cidr", config.require("cidr"))
pulumi.export("zones", config.get_int("zones", 2))
```

## Not caught

Keys that are set by hand, by an environment of Pulumi ESC or in continuous integration: secrets, and projects whose
stack files import an environment, are left alone.

## References

- https://www.pulumi.com/docs/iac/concepts/config/
- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/config.py (`ConfigMissingError`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.configuration import unset_keys
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="config-key-unset", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def config_key_unset(program: Program) -> Iterator[Finding]:
    """Yield each read of a key that nothing sets."""
    for event, key in unset_keys(program):
        message = f"no stack file sets {key}, so the program stops here for every stack"
        remedy = "set it in each stack file, or read it with get and a default"
        yield report(config_key_unset, event.module, event.node, message, remedy=remedy, key=key)
