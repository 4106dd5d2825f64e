# SPDX-License-Identifier: Apache-2.0
"""Required workflow does not run for pull requests.

## What it does

Flags a workflow that judges what stands in the merge queue, with a policy or preview gate or an aggregator, where no
pull request starts it, nor any other workflow that judges as much.

## Why is this bad?

A pull request enters the queue once its required checks have passed, and this one never reports on it: either nothing
can be merged, or the check is required of nobody and a change is judged when its reviewers have gone.

## Bad

```yaml
on:
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: stackproof preview program --policy-pack policies
```

## Good

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: stackproof preview program --policy-pack policies
```

## Not caught

A workflow that neither pull requests nor the queue start. Whether the workflow for pull requests reports under the
name that is required.

## References

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.occasions import PULL_REQUESTS
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["pull_request_missing"]


@rule(id="pull-request-missing", severity="medium", since="0.1", folder=FOLDER)
def pull_request_missing(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: required workflow does not run for pull requests."""
    started = (trigger.event for flow in pipeline.flows if pipeline.is_counted(flow) for trigger in flow.triggers)
    if any(event in PULL_REQUESTS for event in started):
        return
    for queue in pipeline.queued():
        yield pull_request_missing.finding(
            "pull_request",
            queue.place.file,
            queue.place.line,
            "a workflow that judges the merge queue does not run for pull requests",
            remedy="add the trigger `pull_request:`",
        )
