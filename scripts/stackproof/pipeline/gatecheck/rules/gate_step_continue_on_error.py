# SPDX-License-Identifier: Apache-2.0
"""Gate or deployment may fail as a step without failing its job.

## What it does

Flags `continue-on-error` on a step that tests, judges policies, previews or updates, or on the composite action it
stands in, unless it is known to be false, or a later step fails the job by that step's `outcome`.

## Why is this bad?

The step fails, the job succeeds, and everything behind it takes the change for judged.

## Bad

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
      - continue-on-error: true
        run: stackproof preview program --policy-pack policies
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

An `outcome` that is handed on in an output and looked at elsewhere.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepscontinue-on-error
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import fails_later, may_be_true
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["gate_step_continue_on_error"]


@rule(id="gate-step-continue-on-error", severity="high", since="0.1", folder=FOLDER)
def gate_step_continue_on_error(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: gate or deployment may fail as a step without failing its job."""
    for gate in pipeline.watched:
        for step in gate.step.chain:
            text = step.continue_on_error
            if text is not None and may_be_true(text, gate.job.variants) and not fails_later(gate.job, gate.step):
                yield gate_step_continue_on_error.finding(
                    f"{gate.job.key}/{step.name}",
                    step.place.file,
                    text.line,
                    f"`continue-on-error` lets `{gate.act.shown}` fail while the job {gate.job.key} succeeds",
                    remedy="remove the key; what must run after a failure gets `if: ${{ !cancelled() }}` instead",
                )
