# SPDX-License-Identifier: Apache-2.0
"""Author of a change can skip its gate.

## What it does

Flags a condition on a gate job or step that reads what the author of a change decides: labels, title, body, draft,
branch name, commit message, actor; and inputs of a dispatch where a deployment follows.

## Why is this bad?

A skipped job counts as passed for branch protection, so a label is enough to merge what no policy has seen.

## Bad

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  policy:
    if: ${{ !contains(github.event.pull_request.labels.*.name, 'skip-policy') }}
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

Values that an earlier job computes from the same contexts.

## References

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER, reads
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["gate_skipped_by_author"]


@rule(id="gate-skipped-by-author", severity="high", since="0.1", folder=FOLDER)
def gate_skipped_by_author(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: author of a change can skip its gate."""
    for gate in pipeline.gates:
        texts = [(text, gate.job.job.place.file) for _, text in gate.job.conditions]
        texts += [(text, step.place.file) for step in gate.step.chain for text in [step.condition] if text is not None]
        for text, file in texts:
            read = next((name for name in reads(text) if pipeline.decided_by_author(gate, name)), None)
            if read is not None:
                yield gate_skipped_by_author.finding(
                    f"{gate.job.key}[{read}]",
                    file,
                    text.line,
                    f"`{gate.act.shown}` in {gate.job.key} is skipped by what the author of a change decides: `{read}`",
                    remedy="remove the condition; an exception belongs in a reviewed file",
                )
