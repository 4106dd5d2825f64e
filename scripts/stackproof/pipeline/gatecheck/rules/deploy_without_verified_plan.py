# SPDX-License-Identifier: Apache-2.0
"""Production is updated without the plan that was approved.

## What it does

Flags an update of a production stack, by its name or its environment's, with no `stackproof plan verify`, check of a
digest or attestation before it in the job, or without a plan.

## Why is this bad?

Between approval and update the state, the commit or the plan's file can change. What is applied is then not what the
reviewer saw.

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

Production stacks under other names; verification in programs that are not known.

## References

https://www.pulumi.com/docs/iac/concepts/update-plans/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.commands import option
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_without_verified_plan"]


@rule(id="deploy-without-verified-plan", severity="medium", since="0.1", folder=FOLDER)
def deploy_without_verified_plan(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: production is updated without the plan that was approved."""
    for item in pipeline.deployments:
        if item.act.verb not in {"up", "?"} or item.temporary or not item.is_production:
            continue
        verified = any("verify" in act.does for step in item.before() for act in step.acts) or pipeline.verified_here(
            item
        )
        if verified and option(item.act.words, "--plan"):
            continue
        lacks = "the plan is not verified before it" if option(item.act.words, "--plan") else "it is given no plan"
        yield deploy_without_verified_plan.finding(
            item.subject,
            item.act.place.file,
            item.act.place.line,
            f"`{item.act.shown}` updates production in {item.subject}, and {lacks}",
            remedy="save a plan in the preview that is approved, and run `stackproof plan apply` on it",
        )
