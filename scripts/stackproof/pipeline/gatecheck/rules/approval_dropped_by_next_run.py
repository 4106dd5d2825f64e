# SPDX-License-Identifier: Apache-2.0
"""Next run drops a deployment that waits for approval.

## What it does

Flags a deployment to an environment in a concurrency group without `queue: max`.

## Why is this bad?

By default a group keeps one run waiting and cancels it when a newer one comes. Who approves then finds the run gone,
and its commit is never deployed on its own.

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
    concurrency: {group: deploy-prod, cancel-in-progress: false}
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

Whether the environment asks for approval: `stackproof settings` tells.

## References

https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import may_be_true
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["approval_dropped_by_next_run"]


@rule(id="approval-dropped-by-next-run", severity="medium", since="0.1", folder=FOLDER)
def approval_dropped_by_next_run(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: next run drops a deployment that waits for approval."""
    for item in pipeline.deployments:
        for group in item.job.groups if item.job.environment is not None and not item.temporary else ():
            cancels = group.cancel is not None and may_be_true(group.cancel, item.job.variants, item.occasions)
            if not cancels and (group.queue is None or group.queue.text != "max"):
                yield approval_dropped_by_next_run.finding(
                    item.subject,
                    group.place.file,
                    group.place.line,
                    f"a newer run cancels {item.subject} while it waits in the group {group.group.text}",
                    remedy="add `queue: max` to the group",
                )
