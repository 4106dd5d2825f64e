# SPDX-License-Identifier: Apache-2.0
"""Aggregator succeeds although a gate was skipped or cancelled.

## What it does

Works out whether the aggregator fails for each result of each job it needs that is not success, from the conditions
of its steps and what its scripts compare. All of `needs`, handed to a script as JSON, is taken for judged unless
the script looks for failure alone.

## Why is this bad?

A gate that was skipped or cancelled has judged nothing. `contains(needs.*.result, 'failure')` does not see it.

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
    if: always()
    runs-on: ubuntu-24.04
    steps:
      - if: contains(needs.*.result, 'failure')
        run: exit 1
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

What a called script makes of the results.

## References

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import accepted, always_holds
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["aggregator_accepts_skips"]

_WORDS = {"failure": "failing", "skipped": "skipped", "cancelled": "cancelled"}


@rule(id="aggregator-accepts-skips", severity="high", since="0.1", folder=FOLDER)
def aggregator_accepts_skips(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: aggregator succeeds although a gate was skipped or cancelled."""
    for flow in pipeline.flows:
        for job in pipeline.aggregators(flow):
            if not pipeline.is_gating(flow) or job.job.condition is None or not always_holds(job.job.condition, flow):
                continue
            missed = next(iter(accepted(job)), None)
            if missed is not None:
                need, result = missed
                yield aggregator_accepts_skips.finding(
                    job.key,
                    job.job.place.file,
                    job.job.place.line,
                    f"{job.key} succeeds although {need} was {_WORDS[result]}",
                    remedy="hand `${{ toJSON(needs) }}` to a script that fails unless every result is success",
                )
