# SPDX-License-Identifier: Apache-2.0
"""Exit code of a gate or deployment is lost in its script.

## What it does

Follows every command that judges or updates through its script and flags one whose failure is lost there: `|| true`,
`|| echo`, `set +e`, a pipe without `pipefail`, `&&` before another command, `&`, a substitution, a
conditional that goes on.

## Why is this bad?

The gate says no and the step succeeds. A pipe is the usual case: GitHub sets `pipefail` only where a step says
`shell: bash`.

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
      - run: stackproof preview program --policy-pack policies || true
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

Scripts for PowerShell, Python and other shells; an exit code that a later step looks at. A last `exit 0` after a
command is harmless under `-e`, which GitHub sets, and is flagged only without it.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["gate_exit_code_swallowed"]


@rule(id="gate-exit-code-swallowed", severity="high", since="0.1", folder=FOLDER)
def gate_exit_code_swallowed(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: exit code of a gate or deployment is lost in its script."""
    for gate in pipeline.watched:
        if gate.act.lost:
            yield gate_exit_code_swallowed.finding(
                f"{gate.job.key}/{gate.act.shown}",
                gate.act.place.file,
                gate.act.place.line,
                f"the exit code of `{gate.act.shown}` is lost: {gate.act.lost}",
                remedy="let the command end the script: call it alone, with `shell: bash` where its output is piped",
            )
