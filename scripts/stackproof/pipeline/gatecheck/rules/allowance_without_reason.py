# SPDX-License-Identifier: Apache-2.0
"""Comment allows a finding and does not say why.

## What it does

Flags a comment `# stackproof: allow[rule]` after which no reason stands. It lets nothing through.

## Why is this bad?

An exception that nobody can judge is one that stays for ever.

## Bad

```yaml
on:
  pull_request:
  # stackproof: allow[merge-group-missing]
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

Whether the reason is a good one.

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

__all__ = ["allowance_without_reason"]


@rule(id="allowance-without-reason", severity="medium", since="0.1", folder=FOLDER)
def allowance_without_reason(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: comment allows a finding and does not say why."""
    for item in pipeline.allowances:
        if not item.reason and item.rule in pipeline.rules:
            yield allowance_without_reason.finding(
                item.rule,
                item.place.file,
                item.place.line,
                f"the comment allows {item.rule} without a reason",
                remedy="write the reason after the brackets",
            )
