# SPDX-License-Identifier: Apache-2.0
"""Deployment does not wait for a policy gate.

## What it does

Flags an update whose job neither needs, directly or through others, a job that judges policies or the aggregator,
nor judges them in an earlier step.

## Why is this bad?

Tests alone do not say what a change would do to the cloud. A pack that is given to `pulumi up` judges while the
update is under way, and what it cannot read yet it lets through.

## Bad

```yaml
on:
  push:
    branches: [main]
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: pytest
  prod:
    needs: [test]
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

Gates in workflows of other repositories; checks that branch protection asks for on the commit.

## References

https://www.pulumi.com/docs/insights/policy/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER, gate_kinds
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_without_policy"]


@rule(id="deploy-without-policy", severity="high", since="0.1", folder=FOLDER)
def deploy_without_policy(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: deployment does not wait for a policy gate."""
    for item in pipeline.deployments:
        if not (item.act.updates or item.act.verb == "deploy") or item.temporary:
            continue
        before = item.flow.ancestors(item.job.key)
        summing = {job.key for job in pipeline.aggregators(item.flow)}
        judged = any("policy" in gate_kinds(job) or job.key in summing for job in before)
        earlier = any("policy" in act.does for step in item.before() for act in step.acts)
        if not judged and not earlier:
            yield deploy_without_policy.finding(
                item.subject,
                item.act.place.file,
                item.act.place.line,
                f"`{item.act.shown}` in {item.subject} waits for no job that judges policies",
                remedy=f"add the policy job, or `{pipeline.settings.aggregator}` over all gates, to its `needs`",
            )
