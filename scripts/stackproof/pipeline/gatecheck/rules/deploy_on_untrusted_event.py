# SPDX-License-Identifier: Apache-2.0
"""Deployment runs on an event that anyone can cause.

## What it does

Flags a deployment that a pull request, a comment, another workflow's run or a push to any branch can start, unless a
condition rules those out. Stacks that a pull request has for itself, or that the
same run destroys, are left alone.

## Why is this bad?

What is deployed then was reviewed by nobody, with the credentials of the deployment.

## Bad

```yaml
on:
  push:
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

What an environment's branch rule refuses: `stackproof settings` tells. For a dispatch see `dispatch-from-any-branch`.

## References

https://docs.github.com/en/actions/reference/security/secure-use
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_on_untrusted_event"]


@rule(id="deploy-on-untrusted-event", severity="critical", since="0.1", folder=FOLDER)
def deploy_on_untrusted_event(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: deployment runs on an event that anyone can cause."""
    for item in pipeline.deployments:
        loose = next((one for one in item.occasions if one.who and one.event != "workflow_dispatch"), None)
        trigger = item.flow.trigger(loose.event) if loose else None
        if loose is not None and trigger is not None and not item.temporary:
            yield deploy_on_untrusted_event.finding(
                f"{item.subject}[{loose.event}]",
                trigger.place.file,
                trigger.place.line,
                f"{loose.who} can start `{item.act.shown}` in {item.subject}",
                remedy="deploy on a push to the protected branch: `branches: [main]`, or a condition that asks for it",
            )
