# SPDX-License-Identifier: Apache-2.0
"""Commit that is deployed is not the one that was judged.

## What it does

Flags a checkout in a deploying job, before it deploys, whose `ref` is neither `github.sha` nor a commit that an earlier
job or step of the run vouches for; and a gate on pull requests that checks out a branch by its name.

## Why is this bad?

A branch or tag moves. What is deployed after an approval is then its new head, which no gate of this run has seen.

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
        with:
          ref: main
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

Scripts that fetch and switch by themselves.

## References

https://github.com/actions/checkout
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import fixed_ref, from_caller, other_commit
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_of_other_commit"]


@rule(id="deploy-of-other-commit", severity="high", since="0.1", folder=FOLDER)
def deploy_of_other_commit(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: commit that is deployed is not the one that was judged."""
    for item in pipeline.deployments:
        for step in item.before():
            ref = other_commit(step, item.job.variants) if step.step.uses is not None else None
            if ref is not None and not item.temporary and not from_caller(item, ref):
                yield deploy_of_other_commit.finding(
                    item.subject,
                    step.step.place.file,
                    ref.line,
                    f"{item.subject} deploys {ref.text.strip()}, which is not the commit that was judged",
                    remedy="leave out `ref`, or hand on the commit that an earlier job has checked",
                )
    for gate in pipeline.gates:
        for step in gate.job.steps[: gate.job.steps.index(gate.step)]:
            ref = fixed_ref(step)
            if ref is not None and pipeline.judges_changes(gate.flow, gate.job):
                yield deploy_of_other_commit.finding(
                    gate.job.key,
                    step.step.place.file,
                    ref.line,
                    f"{gate.job.key} judges {ref.text.strip()}, not the change of the pull request",
                    remedy="leave out `ref`",
                )
