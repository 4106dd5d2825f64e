# SPDX-License-Identifier: Apache-2.0
"""Gate or deployment may fail as a job without anyone noticing.

## What it does

Flags `continue-on-error` on a job that tests, judges policies, previews, sums up gates or updates a stack, on one
that calls it, or on one it needs, unless it is known to be false.

## Why is this bad?

The job's result, which others see as `needs.<job>.result`, becomes success, so neither an aggregator nor a
deployment can tell that it failed.

## Bad

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    continue-on-error: true
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

A job whose gate is a command that is not known; name it under `gate-commands`.

## References

https://github.com/actions/runner/issues/1161
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import may_be_true
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["gate_job_continue_on_error"]


@rule(id="gate-job-continue-on-error", severity="high", since="0.1", folder=FOLDER)
def gate_job_continue_on_error(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: gate or deployment may fail as a job without anyone noticing."""
    for flow in pipeline.flows:
        for job, variants in pipeline.counted(flow):
            text = job.continue_on_error
            if text is not None and may_be_true(text, variants):
                yield gate_job_continue_on_error.finding(
                    job.id,
                    job.place.file,
                    text.line,
                    f"`continue-on-error` lets the job {job.id} fail while its result says success",
                    remedy="remove the key; if the failure is expected, make the job not needed by the gate",
                )
