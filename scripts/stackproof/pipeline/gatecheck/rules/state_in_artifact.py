# SPDX-License-Identifier: Apache-2.0
"""State of a stack is kept where readers of a public repository find it.

## What it does

Flags a step of a job that deploys or previews that uploads a stack's state as an artifact, by its path, unless a
condition asks for a private repository, or the file is encrypted by its name.

## Why is this bad?

Who may read a repository may read its artifacts. A state holds every output of every resource; only what Pulumi
knows to be secret is encrypted in it.

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
      - run: stackproof plan apply plan.json --stack prod
      - if: ${{ !cancelled() }}
        uses: actions/upload-artifact@v7
        with:
          name: state-prod
          path: build/state-*.json
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
      - if: ${{ !cancelled() && github.event.repository.private }}
        uses: actions/upload-artifact@v7
        with:
          name: state-prod
          path: build/state-*.json
```

## Not caught

A state under another name, or inside of a folder that is uploaded as a whole.

## References

https://docs.github.com/en/actions/how-tos/manage-workflow-runs/download-workflow-artifacts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import kept_state
from stackproof.pipeline.gatecheck.roles import FOLDER, step_runs
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["state_in_artifact"]


@rule(id="state-in-artifact", severity="high", since="0.1", folder=FOLDER)
def state_in_artifact(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: state of a stack is kept where readers of a public repository find it."""
    for flow in pipeline.flows:
        for job in flow.jobs.values():
            for step in job.steps if job.acts else ():
                path = kept_state(step)
                if path is not None and step_runs(job, step, {"github.event.repository.private": False}) is not False:
                    yield state_in_artifact.finding(
                        f"{job.key}/{step.step.name}",
                        step.step.place.file,
                        (step.step.condition or path).line,
                        f"{job.key} uploads a stack's state, {path.text.strip()}, for all readers of the repository",
                        remedy="add `github.event.repository.private` to the condition, or encrypt the file first",
                    )
