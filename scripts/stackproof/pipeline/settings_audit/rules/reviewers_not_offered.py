# SPDX-License-Identifier: Apache-2.0
"""GitHub offers no required reviewers for this repository.

## What it does

Flags a private repository on a plan without required reviewers (Free, Pro, Team) that has environments.

## Why is this bad?

The environment exists and the workflow names it, yet GitHub asks nobody. The workflow looks guarded and is not.

## Bad

```json
{"repository": {"private": true}, "organisation": {"plan": {"name": "team"}}}
```

## Good

```json
{"repository": {"private": true}, "organisation": {"plan": {"name": "enterprise"}}}
```

## Not caught

Plans that change; what GitHub offers is asked of its documentation, not of the account.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["reviewers_not_offered"]


@rule(id="reviewers-not-offered", severity="high", since="0.1", folder=FOLDER)
def reviewers_not_offered(facts: Facts) -> Iterator[Finding]:
    """Say where: gitHub offers no required reviewers for this repository."""
    if facts.reviewers_offered is False and facts.organisation is not None:
        yield reviewers_not_offered.finding(
            facts.plan,
            facts.organisation.file,
            1,
            f"{facts.slug} is private and the plan {facts.plan} has no required reviewers for private repositories",
            remedy="move to GitHub Enterprise, make the repository public, or approve by an issue",
            path=facts.organisation.path,
        )
