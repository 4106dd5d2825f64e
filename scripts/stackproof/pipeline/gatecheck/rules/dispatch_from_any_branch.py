# SPDX-License-Identifier: Apache-2.0
"""Deployment can be dispatched from any branch.

## What it does

Flags a deployment of a workflow with `workflow_dispatch` if no condition asks for the branch it is started from.

## Why is this bad?

Who may write to the repository can start the workflow as it stands on a branch that nobody has reviewed, with its
program, its gate and its steps. The branch rule of an environment, where there is one, is then all that is in the way.

## Bad

```yaml
on:
  push:
    branches: [main]
  workflow_dispatch:
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

## Good

```yaml
on:
  push:
    branches: [main]
  workflow_dispatch:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: stackproof preview program --policy-pack policies
  prod:
    needs: [policy]
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    environment: prod
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - uses: actions/checkout@v7
      - run: stackproof plan apply plan.json --stack prod
```

## Not caught

The branch rule of the environment, which is in no file: `stackproof settings` tells.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["dispatch_from_any_branch"]


@rule(id="dispatch-from-any-branch", severity="low", since="0.1", folder=FOLDER)
def dispatch_from_any_branch(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: deployment can be dispatched from any branch."""
    for item in pipeline.deployments:
        loose = any(one.who and one.event == "workflow_dispatch" for one in item.occasions)
        trigger = item.flow.trigger("workflow_dispatch")
        if loose and trigger is not None and not item.temporary:
            yield dispatch_from_any_branch.finding(
                item.subject,
                trigger.place.file,
                trigger.place.line,
                f"`{item.act.shown}` in {item.subject} can be dispatched from any branch",
                remedy="add `github.ref == 'refs/heads/main'` to the job's condition",
            )
