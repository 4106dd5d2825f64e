# SPDX-License-Identifier: Apache-2.0
"""Required workflow never reports for changes its filter leaves out.

## What it does

Looks at the pull request trigger of a workflow that holds a policy or preview gate, or an aggregator, and flags the
filters `paths`, `paths-ignore` and `branches-ignore`.

## Why is this bad?

A workflow that is filtered out leaves its required check pending for ever, so people drop the requirement; and what
the filter leaves out reaches the main branch unjudged.

## Bad

```yaml
on:
  pull_request:
    paths: ['program/**']
  merge_group:
permissions: {}
jobs:
  policy:
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

Whether branch protection really requires the workflow is not in any file; `stackproof settings` tells.

## References

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["required_workflow_path_filter"]

_FILTERS = ("paths", "paths-ignore", "branches-ignore")


@rule(id="required-workflow-path-filter", severity="high", since="0.1", folder=FOLDER)
def required_workflow_path_filter(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: required workflow never reports for changes its filter leaves out."""
    for flow in pipeline.required():
        for trigger in flow.triggers:
            for name in _FILTERS if trigger.event in {"pull_request", "pull_request_target"} else ():
                key = trigger.options.key(name) if trigger.options else None
                if key is not None:
                    yield required_workflow_path_filter.finding(
                        f"{trigger.event}.{name}",
                        trigger.place.file,
                        key.line,
                        f"`{name}` keeps a workflow that judges changes from running for some of them",
                        remedy=f"remove `{name}` from `{trigger.event}`; let each job decide what to look at",
                    )
