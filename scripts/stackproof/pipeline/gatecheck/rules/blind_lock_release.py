# SPDX-License-Identifier: Apache-2.0
"""Stack's lock is released without asking whose it is.

## What it does

Flags `pulumi cancel` in a script or session.

## Why is this bad?

It deletes the lock whoever holds it. An update that is still running goes on beside the next one, and both write the
same state.

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
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - uses: actions/checkout@v7
      - run: stackproof plan verify plan.json --stack prod
      - run: pulumi cancel --yes --stack prod
      - run: pulumi up --yes --stack prod --plan plan.bin --policy-pack policies
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
      - run: stackproof plan verify plan.json --stack prod
      - run: pulumi up --yes --stack prod --plan plan.bin --policy-pack policies
```

## Not caught

Locks that a script deletes in the bucket itself.

## References

https://www.pulumi.com/docs/iac/cli/commands/pulumi_cancel/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["blind_lock_release"]


@rule(id="blind-lock-release", severity="high", since="0.1", folder=FOLDER)
def blind_lock_release(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: stack's lock is released without asking whose it is."""
    for flow in pipeline.flows:
        for job in flow.jobs.values():
            for act in job.acts:
                if "unlock" in act.does:
                    yield blind_lock_release.finding(
                        job.key,
                        act.place.file,
                        act.place.line,
                        f"{job.key} releases the stack's lock whoever holds it",
                        remedy="remove it; `stackproof doctor` tells whose it is, and releases one of a run that ended",
                    )
