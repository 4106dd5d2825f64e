# SPDX-License-Identifier: Apache-2.0
"""Production deploys without anybody's approval.

## What it does

Flags a production environment that requires no reviewer.

## Why is this bad?

The approval of a person who has seen the plan is what stands between a merged mistake and production.

## Bad

```json
{"environments": [{
  "name": "prod",
  "can_admins_bypass": false,
  "protection_rules": [{"type": "required_reviewers", "prevent_self_review": true, "reviewers": []}],
  "deployment_branch_policy": {"protected_branches": true, "custom_branch_policies": false}
}]}
```

## Good

```json
{
  "environments": [
    {
      "name": "prod",
      "can_admins_bypass": false,
      "protection_rules": [
        {
          "type": "required_reviewers",
          "prevent_self_review": true,
          "reviewers": [
            {
              "type": "Team",
              "reviewer": {
                "id": 7
              }
            }
          ]
        }
      ],
      "deployment_branch_policy": {
        "protected_branches": true,
        "custom_branch_policies": false
      }
    }
  ]
}
```

## Not caught

An environment that is production and is not called so; name it with `--production`.

## References

https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.pipeline.settings_audit.facts import call
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["environment_without_reviewers"]


@rule(id="environment-without-reviewers", severity="high", since="0.1", folder=FOLDER)
def environment_without_reviewers(facts: Facts) -> Iterator[Finding]:
    """Say where: production deploys without anybody's approval."""
    for item in facts.environments:
        rule = item.reviewing
        if not facts.is_production(item) or rule is None or rule.get("reviewers"):
            continue
        body = item.replaced(reviewers=[{"type": "Team", "id": 0}], prevent_self_review=True)
        yield environment_without_reviewers.finding(
            item.name,
            item.document.file,
            1,
            f"the environment {item.name} requires no reviewer",
            remedy=f"with a team's id in place of 0: {call('PUT', f'{facts.repo}/environments/{item.name}', body)}",
            path=item.document.path,
        )
