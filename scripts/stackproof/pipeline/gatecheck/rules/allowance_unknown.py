# SPDX-License-Identifier: Apache-2.0
"""Comment allows a rule that does not exist.

## What it does

Flags a comment `# stackproof: allow[…]` that names no rule of gatecheck.

## Why is this bad?

It lets nothing through, and whoever reads it believes that it does.

## Bad

```yaml
on:
  pull_request:
  # stackproof: allow[merge-queue] there is none here
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: stackproof preview program --policy-pack policies
```

## Good

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: stackproof preview program --policy-pack policies
```

## Not caught

A rule that has been renamed is unknown under its former name.

## References

https://github.com/stackproof/stackproof
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["allowance_unknown"]


@rule(id="allowance-unknown", severity="medium", since="0.1", folder=FOLDER)
def allowance_unknown(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: comment allows a rule that does not exist."""
    for item in pipeline.allowances:
        if item.rule not in pipeline.rules:
            yield allowance_unknown.finding(
                item.rule,
                item.place.file,
                item.place.line,
                f"there is no rule {item.rule or 'without a name'} to allow",
                remedy="correct the rule's id, or remove the comment",
            )
