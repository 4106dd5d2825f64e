# SPDX-License-Identifier: Apache-2.0
"""Branch that deploys can be changed without a review.

## What it does

Flags a branch without a rule that asks for a pull request and at least one approval.

## Why is this bad?

Whoever may push, or holds a token that may, deploys what nobody else has read.

## Bad

```json
{
  "rules": [
    {
      "type": "pull_request",
      "parameters": {
        "required_approving_review_count": 0,
        "require_code_owner_review": true
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

Approvals by automation.

## References

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.pipeline.settings_audit.facts import REVIEWED, whole
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["branch_without_review"]


@rule(id="branch-without-review", severity="high", since="0.1", folder=FOLDER)
def branch_without_review(facts: Facts) -> Iterator[Finding]:
    """Say where: branch that deploys can be changed without a review."""
    rules = facts.active("pull_request")
    if rules is None or facts.rules is None:
        return
    if not any(whole(one.get("required_approving_review_count")) >= 1 for one in rules):
        yield branch_without_review.finding(
            facts.branch,
            facts.rules.file,
            1,
            f"the branch {facts.branch} does not require an approved pull request",
            remedy=facts.added_rule(f"review {facts.branch}", "pull_request", REVIEWED),
            path=facts.rules.path,
        )
