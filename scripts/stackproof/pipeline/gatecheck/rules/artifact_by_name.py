# SPDX-License-Identifier: Apache-2.0
"""Deployment takes an artifact by its name.

## What it does

Flags a download before a deployment, in the same job, that asks for an artifact by name rather than by
`artifact-ids`, takes the latest of another run, or softens `digest-mismatch`.

## Why is this bad?

Any job that may upload can put another artifact under that name between approval and deployment. An id names exactly
one upload, and the digest is checked against it.

## Bad

```yaml
on:
  push:
    branches: [main]
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: stackproof preview program --policy-pack policies
  prod:
    needs: [policy]
    runs-on: ubuntu-24.04
    environment: prod
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - uses: actions/checkout@v7
      - uses: actions/download-artifact@v8
        with:
          name: plan
      - run: stackproof plan apply plan.json --stack prod
```

## Good

```yaml
on:
  push:
    branches: [main]
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: stackproof preview program --policy-pack policies
  prod:
    needs: [policy]
    runs-on: ubuntu-24.04
    environment: prod
    concurrency: {group: deploy-prod, cancel-in-progress: false, queue: max}
    steps:
      - uses: actions/checkout@v7
      - uses: actions/download-artifact@v8
        with:
          artifact-ids: ${{ needs.policy.outputs.plan }}
      - run: stackproof plan apply plan.json --stack prod
```

## Not caught

Downloads by scripts.

## References

https://github.com/actions/download-artifact
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import loose_download
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["artifact_by_name"]

_STATED = ("digest-mismatch", "name")


@rule(id="artifact-by-name", severity="medium", since="0.1", folder=FOLDER)
def artifact_by_name(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: deployment takes an artifact by its name."""
    for item in pipeline.deployments:
        for step in item.before():
            uses = step.step.uses
            why = loose_download(uses.text, step.step.with_) if uses is not None else ""
            if uses is not None and why:
                line = next((text.line for name, text in step.step.with_.items() if name in _STATED), uses.line)
                yield artifact_by_name.finding(
                    item.subject,
                    step.step.place.file,
                    line,
                    f"{item.subject} deploys an artifact that {why}",
                    remedy="hand on the upload's output `artifact-id`, and download it by `artifact-ids`",
                )
