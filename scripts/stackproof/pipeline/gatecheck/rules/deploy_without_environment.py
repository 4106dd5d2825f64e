# SPDX-License-Identifier: Apache-2.0
"""Deployment runs in no environment that could ask for approval.

## What it does

Flags a deploying job, not one whose stack is a pull request's own or destroyed again, that names no
environment and needs no job that does and only approves; or whose environment is an expression that is neither a choice
nor a literal.

## Why is this bad?

Approval by a person, the branches allowed and the secrets of production hang on the environment. One whose name can
be anything is created on first use, with no rules at all.

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

Whether the environment has rules: `stackproof settings` tells. An input of a reusable workflow that only other
repositories call.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import is_approval, is_bounded
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_without_environment"]


@rule(id="deploy-without-environment", severity="medium", since="0.1", folder=FOLDER)
def deploy_without_environment(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: deployment runs in no environment that could ask for approval."""
    for item in pipeline.deployments:
        if item.temporary:
            continue
        text = item.job.environment
        before = item.flow.ancestors(item.job.key)
        approved = any(is_approval(job) for job in before)
        if text is None and not approved:
            yield deploy_without_environment.finding(
                item.subject,
                item.job.job.place.file,
                item.job.job.place.line,
                f"{item.subject} deploys (`{item.act.shown}`) in no environment",
                remedy="add `environment:` with the stack's name, and give it reviewers and a branch rule",
            )
        elif text is not None and not is_bounded(text, item):
            yield deploy_without_environment.finding(
                item.subject,
                item.job.job.place.file,
                text.line,
                f"the environment of {item.subject}, {text.text.strip()}, can be any text",
                remedy="take it from an input of type `choice` or `environment`, or from a matrix that is written out",
            )
