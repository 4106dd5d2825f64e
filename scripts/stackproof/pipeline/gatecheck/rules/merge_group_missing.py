# SPDX-License-Identifier: Apache-2.0
"""Required workflow does not run for the merge queue.

## What it does

Flags a workflow that judges pull requests, with a policy or preview gate or an aggregator, and has no trigger
`merge_group`, unless another that judges as much is started by the queue alone.

## Why is this bad?

Once a merge queue is switched on, its check stays pending and the queue stands still without a word; and without a
queue, what is merged was never judged together with what was merged before it.

## Bad

```yaml
on:
  pull_request:
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

Whether there is a merge queue: `stackproof settings` tells. Whether a workflow for the queue alone reports under the
name that is required.

## References

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["merge_group_missing"]


@rule(id="merge-group-missing", severity="low", since="0.1", folder=FOLDER)
def merge_group_missing(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: required workflow does not run for the merge queue."""
    if any(True for _ in pipeline.queued()):
        return
    for flow in pipeline.required():
        trigger = flow.trigger("pull_request")
        if trigger is not None and flow.trigger("merge_group") is None:
            yield merge_group_missing.finding(
                "merge_group",
                trigger.place.file,
                trigger.place.line,
                "a workflow that judges pull requests does not run for the merge queue",
                remedy="add the trigger `merge_group:`",
            )
