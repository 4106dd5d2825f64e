# SPDX-License-Identifier: Apache-2.0
"""Update leaves out the preview that a plan is checked in.

## What it does

Flags `pulumi up` with `--skip-preview`, `-f`, `--target` or `--exclude` and their kin, and pulumi/actions with
`command: up`, which always skips it.

## Why is this bad?

A plan is checked in the update's own preview, before anything changes. Without that phase a refusal comes half-way,
and with targets something else is deployed than what was judged.

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
      - run: stackproof plan verify plan.json --stack prod
      - run: pulumi up --yes --stack prod --plan plan.bin --skip-preview --policy-pack policies
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
      - run: stackproof plan verify plan.json --stack prod
      - run: pulumi up --yes --stack prod --plan plan.bin --policy-pack policies
```

## Not caught

Programs that drive Pulumi by its Automation API, which skips the preview too.

## References

https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.judgement import bypass
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["deploy_bypasses_plan_check"]


@rule(id="deploy-bypasses-plan-check", severity="high", since="0.1", folder=FOLDER)
def deploy_bypasses_plan_check(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: update leaves out the preview that a plan is checked in."""
    for item in pipeline.deployments:
        if item.act.verb != "up" or item.temporary:
            continue
        flag = bypass(item.act.words)
        if flag or item.act.tool == "action":
            why = f"`{flag}`" if flag else "pulumi/actions, which skips the preview phase,"
            yield deploy_bypasses_plan_check.finding(
                item.subject,
                item.act.place.file,
                item.act.place.line,
                f"{why} lets {item.subject} update what no preview of this very run has shown",
                remedy="call `pulumi up --yes --plan FILE --policy-pack DIR` without it, or `stackproof plan apply`",
            )
