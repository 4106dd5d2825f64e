# SPDX-License-Identifier: Apache-2.0
"""Two runs may deploy the same stack at once.

## What it does

Flags a deploying job in no concurrency group, and a stack that two jobs deploy in two groups.

## Why is this bad?

The second update fails on the first one's lock; on a self-managed backend both may back off, or neither.

## Bad

```yaml
on:
  push:
    branches: [main]
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: stackproof preview program --policy-pack policies
  prod:
    needs: [policy]
    runs-on: ubuntu-24.04
    environment: prod
    steps:
      - uses: actions/checkout@v7
      - run: stackproof plan apply plan.json --stack prod
```

## Good

```yaml
on:
  push:
    branches: [main]
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: stackproof preview program --policy-pack policies
  prod:
    needs: [policy]
    runs-on: ubuntu-24.04
    environment: prod
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - uses: actions/checkout@v7
      - run: stackproof plan apply plan.json --stack prod
```

## Not caught

Groups whose name is an expression that differs from run to run; deployments from elsewhere.

## References

https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["stack_without_concurrency"]


@rule(id="stack-without-concurrency", severity="medium", since="0.1", folder=FOLDER)
def stack_without_concurrency(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: two runs may deploy the same stack at once."""
    groups: dict[str, tuple[str, str]] = {}
    for item in pipeline.deployments:
        place = item.job.job.place
        if not item.job.groups:
            yield stack_without_concurrency.finding(
                item.subject,
                place.file,
                place.line,
                f"{item.subject} deploys (`{item.act.shown}`) in no concurrency group",
                remedy="add `concurrency:` with a group for the stack, `cancel-in-progress: false` and `queue: max`",
            )
            continue
        stack, names = item.act.stack, sorted({group.group.text.lower() for group in item.job.groups})
        if not stack or "$" in stack or stack == "*" or any("${{" in name for name in names):
            continue
        first, where = groups.setdefault(stack, (names[0], item.subject))
        if first not in names:
            yield stack_without_concurrency.finding(
                item.subject,
                place.file,
                item.job.groups[0].place.line,
                f"{item.subject} deploys the stack {stack} in the group {names[0]}, but {where} in {first}",
                remedy=f"use the one group {first} for the stack wherever it is deployed",
            )
