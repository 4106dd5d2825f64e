# SPDX-License-Identifier: Apache-2.0
"""Comment allows what is not there.

## What it does

Flags a comment that allows a rule, with a reason, where that rule finds nothing.

## Why is this bad?

What it was written for is gone; left where it is, it would let through the next finding on that line.

## Bad

```yaml
on:
  pull_request:
  # stackproof: allow[merge-group-missing] there is no queue yet
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

A comment on one of several findings on the same line lets all of that rule through.

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

__all__ = ["allowance_unused"]


@rule(id="allowance-unused", severity="low", since="0.1", folder=FOLDER)
def allowance_unused(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: comment allows what is not there."""
    for item in pipeline.allowances:
        if item.reason and item.rule in pipeline.rules and not item.used:
            yield allowance_unused.finding(
                item.rule,
                item.place.file,
                item.place.line,
                f"{item.rule} finds nothing here that could be allowed",
                remedy="remove the comment",
            )
