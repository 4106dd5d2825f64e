# SPDX-License-Identifier: Apache-2.0
"""Job assumes a role for which it has no identity token.

## What it does

Flags a step on one of GitHub's machines that exchanges the run's identity token for credentials of a cloud or of Pulumi
Cloud, in a job, or in a call of its workflow, whose permissions are without `id-token: write`.

## Why is this bad?

The step fails, or falls back to whatever else it finds; the next hand then gives the job a key that does not expire, or
`write-all`.

## Bad

```yaml
on:
  push:
    branches: [main]
jobs:
  look:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
        with:
          role-to-assume: arn:aws:iam::123456789012:role/preview
          aws-region: eu-central-1
```

## Good

```yaml
on:
  push:
    branches: [main]
jobs:
  look:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
        with:
          role-to-assume: arn:aws:iam::123456789012:role/preview
          aws-region: eu-central-1
```

## Not caught

Scripts that ask for the token themselves, and machines of one's own, which may have an identity already.

## References

https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.credentials import asks_identity, may_ask_identity
from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["role_without_identity_token"]


@rule(id="role-without-identity-token", severity="medium", since="0.1", folder=FOLDER)
def role_without_identity_token(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: job assumes a role for which it has no identity token."""
    for flow in pipeline.flows:
        for job in flow.jobs.values():
            asking = [] if may_ask_identity(flow, job) else [step for step in job.steps if asks_identity(job, step)]
            for step in asking:
                place = step.step.place
                yield role_without_identity_token.finding(
                    f"{job.key}/{step.step.name}",
                    place.file,
                    place.line,
                    f"`{step.step.name}` of {job.key} needs an identity token, which the job's permissions do not give",
                    remedy="write `id-token: write` under the permissions of the job, and of each job that calls it",
                )
