# SPDX-License-Identifier: Apache-2.0
"""Report is left out when what it reports on fails.

## What it does

Flags a step after a gate or an update in the same job that publishes a report (SARIF, test results, a comment, the
job's summary, a record, a state) and is skipped once that one has failed.

## Why is this bad?

The report is wanted exactly then: without it the reader has a red cross and a log.

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
      - run: stackproof preview program --policy-pack policies --output report.md
      - run: cat report.md >> "$GITHUB_STEP_SUMMARY"
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
      - run: stackproof preview program --policy-pack policies --output report.md
      - if: ${{ !cancelled() }}
        run: cat report.md >> "$GITHUB_STEP_SUMMARY"
```

## Not caught

Reports that a gate's own action publishes, such as the comment of pulumi/actions, which comes only on success.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import reports, runs_after_failure
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["report_only_on_success"]


@rule(id="report-only-on-success", severity="low", since="0.1", folder=FOLDER)
def report_only_on_success(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: report is left out when what it reports on fails."""
    for gate in pipeline.watched:
        after = gate.job.steps[gate.job.steps.index(gate.step) + 1 :]
        for step in after:
            if reports(step) and not runs_after_failure(gate, step):
                place = step.step.place
                yield report_only_on_success.finding(
                    f"{gate.job.key}/{step.step.name}",
                    place.file,
                    place.line,
                    f"the report `{step.step.name}` of {gate.job.key} is left out when `{gate.act.shown}` fails",
                    remedy="write `if: ${{ !cancelled() }}` on the step",
                )
