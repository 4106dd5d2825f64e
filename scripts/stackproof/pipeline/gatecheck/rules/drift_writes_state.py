# SPDX-License-Identifier: Apache-2.0
"""Scheduled look at drift changes the state, or does not see drift.

## What it does

Flags `pulumi refresh` and `up` that a schedule can start and that keep the stack, and a scheduled
`pulumi preview` without both `--refresh` and `--expect-no-changes`.

## Why is this bad?

`refresh` writes what it finds into the state, so the drift is gone from the next plan and nobody has decided on it. A
plain preview compares the program with the state alone.

## Bad

```yaml
on:
  schedule:
    - cron: '17 4 * * *'
permissions: {}
jobs:
  drift:
    runs-on: ubuntu-24.04
    environment: prod-preview
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - run: pulumi refresh --yes --stack prod
```

## Good

```yaml
on:
  schedule:
    - cron: '17 4 * * *'
permissions: {}
jobs:
  drift:
    runs-on: ubuntu-24.04
    environment: prod-preview
    steps:
      - run: pulumi preview --refresh --expect-no-changes --stack prod
```

## Not caught

Resources that nobody manages, which no preview sees.

## References

https://www.pulumi.com/docs/iac/cli/commands/pulumi_preview/
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

__all__ = ["drift_writes_state"]


@rule(id="drift-writes-state", severity="medium", since="0.1", folder=FOLDER)
def drift_writes_state(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: scheduled look at drift changes the state, or does not see drift."""
    for flow, job, act in pipeline.scheduled():
        kept = not any(item.temporary and item.act is act for item in pipeline.deployments)
        writes = act.verb in {"refresh", "up", "?"} and "deploy" in act.does and kept
        blind = act.verb == "preview" and not (
            ("refresh" in act.words or option(act.words, "--refresh", "-r")) and "--expect-no-changes" in act.words
        )
        if writes or blind:
            why = "writes the state" if writes else "does not see what changed outside of the program"
            yield drift_writes_state.finding(
                job.key,
                act.place.file,
                act.place.line,
                f"`{act.shown}`, which {flow.workflow.name or flow.workflow.file} runs on a schedule, {why}",
                remedy="run `pulumi preview --refresh --expect-no-changes`",
            )
