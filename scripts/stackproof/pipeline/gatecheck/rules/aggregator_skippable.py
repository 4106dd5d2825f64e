# SPDX-License-Identifier: Apache-2.0
"""Aggregator can be skipped, and skipped counts as passed.

## What it does

Flags the job that sums up the gates if its condition does not hold whatever became of them; only `always()` does.

## Why is this bad?

Without `always()` it is skipped as soon as one gate fails, and branch protection takes a skipped check for passed.
`!cancelled()` has the same hole for a cancelled run.

## Bad

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: nox -s test
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: nox -s policy
  gate:
    needs: [test, policy]
    runs-on: ubuntu-24.04
    steps:
      - run: python3 scripts/gate.py
        env:
          NEEDS: ${{ toJSON(needs) }}
```

## Good

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: nox -s test
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: nox -s policy
  gate:
    needs: [test, policy]
    if: always()
    runs-on: ubuntu-24.04
    steps:
      - run: python3 scripts/gate.py
        env:
          NEEDS: ${{ toJSON(needs) }}
```

## Not caught

A condition on the job that calls the aggregator's workflow.

## References

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import always_holds
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["aggregator_skippable"]


@rule(id="aggregator-skippable", severity="high", since="0.1", folder=FOLDER)
def aggregator_skippable(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: aggregator can be skipped, and skipped counts as passed."""
    for flow in pipeline.flows:
        for job in pipeline.aggregators(flow):
            text = job.job.condition
            if not pipeline.is_gating(flow) or (text is not None and always_holds(text, flow)):
                continue
            yield aggregator_skippable.finding(
                job.key,
                job.job.place.file,
                text.line if text is not None else job.job.place.line,
                f"{job.key}, which sums up the gates, is skipped when one of them fails or the run is cancelled",
                remedy="write `if: always()`",
            )
