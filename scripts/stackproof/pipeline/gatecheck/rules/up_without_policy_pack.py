# SPDX-License-Identifier: Apache-2.0
"""Pulumi runs without a policy pack.

## What it does

Flags `pulumi up`, `update` and `preview`, and `stackproof preview` and `up`, in scripts, nox sessions and
pulumi/actions, without a policy pack.

## Why is this bad?

Policies bind where they run: a gate that judged another commit, or another configuration, says nothing of this
update. With a self-managed backend `--policy-pack` is the only way a policy is asked at all.

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
      - run: pulumi up --yes --stack prod --plan plan.bin
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

Packs that Pulumi Cloud enforces for an organisation are in no file; where that is so, allow this rule with that reason.

## References

https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.commands import option
from stackproof.pipeline.gatecheck.roles import FOLDER, Deployment, Gate
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["up_without_policy_pack"]

_JUDGED = {("pulumi", "up"), ("pulumi", "preview"), ("pulumi", "?"), ("stackproof", "judge")}


@rule(id="up-without-policy-pack", severity="high", since="0.1", folder=FOLDER)
def up_without_policy_pack(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: pulumi runs without a policy pack."""
    runs: tuple[Deployment | Gate, ...] = (*pipeline.deployments, *pipeline.gates)
    for item in runs:
        words = item.act.words
        if (words[0], item.act.verb) not in _JUDGED or "--destroy" in words:
            continue
        if isinstance(item, Deployment) and item.temporary:
            continue
        if not option(words, "--policy-pack"):
            how = "the input `policyPacks`" if item.act.tool == "action" else "`--policy-pack`"
            yield up_without_policy_pack.finding(
                f"{item.job.key}/{item.act.verb}",
                item.act.place.file,
                item.act.place.line,
                f"`{item.act.shown}` in {item.job.key} asks no policy pack",
                remedy=f"add {how} with the pack's folder",
            )
