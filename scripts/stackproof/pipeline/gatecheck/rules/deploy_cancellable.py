# SPDX-License-Identifier: Apache-2.0
"""Newer run cancels a deployment under way.

## What it does

Flags `cancel-in-progress` on a concurrency group that a deploying job runs in, its own, its workflow's or its
caller's, unless it is false whenever that job runs.

## Why is this bad?

A cancelled `pulumi up` is killed after ten seconds: it leaves its lock, and operations of which nobody knows whether
they happened.

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
    concurrency: {group: deploy-prod, cancel-in-progress: true}
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

Somebody who cancels a run by hand.

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

__all__ = ["deploy_cancellable"]


@rule(id="deploy-cancellable", severity="high", since="0.1", folder=FOLDER)
def deploy_cancellable(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: newer run cancels a deployment under way."""
    for item in pipeline.deployments:
        for group in item.job.groups:
            if group.cancel is not None and may_be_true(group.cancel, item.job.variants, item.occasions):
                yield deploy_cancellable.finding(
                    item.subject,
                    group.place.file,
                    group.cancel.line,
                    f"`cancel-in-progress` ends {item.subject} in the middle of `{item.act.shown}`",
                    remedy="write `cancel-in-progress: false` and `queue: max`",
                )
