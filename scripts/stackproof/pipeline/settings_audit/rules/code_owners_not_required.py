# SPDX-License-Identifier: Apache-2.0
"""Nobody in particular must review the pipeline itself.

## What it does

Flags a branch whose pull requests need no review by code owners.

## Why is this bad?

Workflows, the noxfile, the policy pack and the lock decide what the gate is. A change to them that anyone may approve
opens it.

## Bad

```json
{
  "rules": [
    {
      "type": "pull_request",
      "parameters": {
        "required_approving_review_count": 1,
        "require_code_owner_review": false
      }
    }
  ]
}
```

## Good

```json
{
  "rules": [
    {
      "type": "pull_request",
      "parameters": {
        "required_approving_review_count": 1,
        "require_code_owner_review": true
      }
    }
  ]
}
```

## Not caught

Whether CODEOWNERS names those files.

## References

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.pipeline.settings_audit.facts import REVIEWED
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["code_owners_not_required"]


@rule(id="code-owners-not-required", severity="medium", since="0.1", folder=FOLDER)
def code_owners_not_required(facts: Facts) -> Iterator[Finding]:
    """Say where: nobody in particular must review the pipeline itself."""
    rules = facts.active("pull_request")
    if rules and facts.rules is not None and not any(one.get("require_code_owner_review") is True for one in rules):
        yield code_owners_not_required.finding(
            facts.branch,
            facts.rules.file,
            1,
            f"pull requests to {facts.branch} need no review by code owners",
            remedy=facts.added_rule(f"owners of {facts.branch}", "pull_request", REVIEWED),
            path=facts.rules.path,
        )
