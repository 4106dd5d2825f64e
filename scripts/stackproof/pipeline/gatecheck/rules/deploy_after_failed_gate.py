# SPDX-License-Identifier: Apache-2.0
"""Deployment can run although its gate did not pass.

## What it does

Works out, for every gate, aggregator or other update before a deployment, whether its job or step can still run once
that one has failed, was cancelled or was skipped.

## Why is this bad?

`always()`, `failure()` and `!cancelled()` replace the implicit `success()`. What is left of the condition must then
ask for the gate's success itself, and asking whether nothing failed lets a skipped gate through.

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
    if: always()
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
    if: ${{ !cancelled() && needs.policy.result == 'success' }}
    runs-on: ubuntu-24.04
    environment: prod
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - uses: actions/checkout@v7
      - run: stackproof plan apply plan.json --stack prod
```

## Not caught

Results that are handed on in outputs: such a condition counts as one that may hold, and is flagged.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_after_failed_gate"]


@rule(id="deploy-after-failed-gate", severity="critical", since="0.1", folder=FOLDER)
def deploy_after_failed_gate(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: deployment can run although its gate did not pass."""
    for item in (one for one in pipeline.deployments if one.act.updates or one.act.verb == "deploy"):
        if item.temporary:
            continue
        for text, file, gate, result in itertools.chain(pipeline.passed_by(item), pipeline.passed_in_job(item)):
            yield deploy_after_failed_gate.finding(
                item.subject,
                file,
                text.line,
                f"`{item.act.shown}` in {item.subject} can run although {gate} ended in {result}",
                remedy=f"write `if: ${{{{ !cancelled() && needs.{gate}.result == 'success' }}}}`, or no condition",
            )
            break
