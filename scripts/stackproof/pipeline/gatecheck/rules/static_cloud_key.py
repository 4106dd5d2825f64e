# SPDX-License-Identifier: Apache-2.0
"""Long-lived key of a cloud stands in for an identity token.

## What it does

Flags secrets that hold a static key of AWS, Azure, Google Cloud or Pulumi Cloud, where a workflow hands one to a step,
a job or a called workflow.

## Why is this bad?

Such a key works from anywhere until somebody rotates it. GitHub's identity token lasts for one job and names the
repository, the environment and the branch, so a role can ask for them.

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
      - run: stackproof plan apply plan.json --stack prod
        env:
          AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
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
      - run: stackproof plan apply plan.json --stack prod
```

## Not caught

Keys under names that do not say what they are; keys of other vendors.

## References

https://docs.github.com/en/actions/concepts/security/openid-connect
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.credentials import given_texts, static_key
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["static_cloud_key"]


@rule(id="static-cloud-key", severity="high", since="0.1", folder=FOLDER)
def static_cloud_key(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: long-lived key of a cloud stands in for an identity token."""
    told: set[tuple[str, str]] = set()
    for flow in pipeline.flows:
        for job in flow.jobs.values():
            for name, text, file in given_texts(job):
                secret = static_key(name, text.text)
                if secret and (file, secret) not in told:
                    told.add((file, secret))
                    yield static_cloud_key.finding(
                        f"{job.key}[{secret}]",
                        file,
                        text.line,
                        f"the secret {secret} is a key that does not expire",
                        remedy="let the job assume a role by OIDC (`id-token: write`), and delete the secret",
                    )
