# SPDX-License-Identifier: Apache-2.0
"""Job for pull requests holds credentials.

## What it does

Flags a job of a pipeline that checks out what an outsider's pull request brings and has `id-token: write`,
`contents: write` or `actions: write`, or reads a secret other than GITHUB_TOKEN, unless a condition keeps forks out.

## Why is this bad?

The change under review runs in that job and can take what it holds; and on a fork's pull request, where secrets are
empty, the gate breaks. Stackproof judges without any.

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
      - run: stackproof preview program --policy-pack policies
        env:
          REGISTRY_PASSWORD: ${{ secrets.REGISTRY_PASSWORD }}
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

Credentials that a called workflow of another repository asks for by itself; people who may push to a branch here.

## References

https://docs.github.com/en/actions/reference/security/secure-use
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.credentials import held_credentials
from stackproof.pipeline.gatecheck.occasions import PULL_REQUESTS, occasions
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["pull_request_holds_credentials"]


@rule(id="pull-request-holds-credentials", severity="high", since="0.1", folder=FOLDER)
def pull_request_holds_credentials(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: job for pull requests holds credentials."""
    for flow in pipeline.flows:
        asked = [
            one for trigger in flow.triggers for one in occasions(trigger) if one.event in PULL_REQUESTS and one.who
        ]
        if not asked or not pipeline.is_pipeline(flow):
            continue
        for job in flow.jobs.values():
            held = next((one for facts in asked for one in held_credentials(job, facts)), None)
            if held is not None:
                what, place = held
                yield pull_request_holds_credentials.finding(
                    job.key,
                    place.file,
                    place.line,
                    f"{job.key} runs the change of a pull request and holds {what}",
                    remedy="judge without credentials, or move what needs them behind an environment after the merge",
                )
