# SPDX-License-Identifier: Apache-2.0
"""A gate is missing from what the required check stands for.

## What it does

Flags a gate whose failure the aggregator would not see, and a workflow of several gates on pull requests that has no
aggregator.

## Why is this bad?

Branch protection requires checks by name. A gate that the required one does not stand for may fail and the change is
merged all the same.

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
    needs: [test]
    if: always()
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

Gates in other workflows; each is expected to be required by a check of its own.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import is_seen
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["aggregator_incomplete"]


@rule(id="aggregator-incomplete", severity="high", since="0.1", folder=FOLDER)
def aggregator_incomplete(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: a gate is missing from what the required check stands for."""
    for flow in pipeline.flows:
        gates = {gate.job.key: gate.job for gate in pipeline.gates if gate.flow is flow}
        judging = [job for job in gates.values() if pipeline.judges_changes(flow, job)]
        summing = tuple(pipeline.aggregators(flow))
        trigger = flow.trigger("pull_request") or flow.trigger("pull_request_target")
        if (
            not summing
            and trigger is not None
            and len(judging) > 1
            and any(flow is item for item in pipeline.required())
        ):
            yield aggregator_incomplete.finding(
                "",
                trigger.place.file,
                trigger.place.line,
                f"no job sums up the gates {', '.join(job.key for job in judging)}, so each may go unrequired",
                remedy=f"add a job `{pipeline.settings.aggregator}` that needs them all and runs `if: always()`",
            )
        for job in judging if summing else ():
            if job not in summing and not any(is_seen(flow, one, job.key) for one in summing):
                yield aggregator_incomplete.finding(
                    job.key,
                    job.job.place.file,
                    job.job.place.line,
                    f"the gate {job.key} may fail and {summing[0].key} succeeds",
                    remedy=f"add {job.job.id} to the `needs` of {summing[0].job.id}",
                )
