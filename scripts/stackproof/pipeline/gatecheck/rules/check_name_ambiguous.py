# SPDX-License-Identifier: Apache-2.0
"""Name of the required check is not unique.

## What it does

Flags an aggregator whose check has a name that another job on pull requests has too, that an expression makes, or
that a matrix multiplies.

## Why is this bad?

Branch protection knows checks by name alone: another job of the same name can satisfy it.

## Bad

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  test:
    name: gate
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

Checks that other apps post; `stackproof settings` tells whether the check is bound to GitHub Actions.

## References

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import check_name
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.follow import FlowJob
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["check_name_ambiguous"]


@rule(id="check-name-ambiguous", severity="medium", since="0.1", folder=FOLDER)
def check_name_ambiguous(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: name of the required check is not unique."""
    others = list(pipeline.checks())
    for flow in pipeline.flows:
        for job in pipeline.aggregators(flow) if pipeline.is_on_changes(flow) else ():
            name = check_name(job)
            same = next((other for other, taken in others if taken == name and other.job is not job.job), job)
            why = _ambiguous(job, same)
            if why:
                yield check_name_ambiguous.finding(
                    job.key,
                    same.job.place.file,
                    (same.job.name or same.job.place).line,
                    f"the check name {name} does not stand for {job.key} alone: {why}",
                    remedy="give each job a literal name that no other job has",
                )


def _ambiguous(job: FlowJob, same: FlowJob) -> str:
    if same is not job:
        return f"{same.key} has the same"
    if "${{" in check_name(job):
        return "an expression makes it"
    return "a matrix multiplies it" if job.job.has_matrix else ""
