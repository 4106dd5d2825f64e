# SPDX-License-Identifier: Apache-2.0
"""Whoever starts a deployment to production may approve it.

## What it does

Flags a production environment whose reviewers may approve their own deployments.

## Why is this bad?

One account is then enough to change the program, start the deployment and approve it.

## Bad

```json
{
  "environments": [
    {
      "name": "prod",
      "can_admins_bypass": false,
      "protection_rules": [
        {
          "type": "required_reviewers",
          "prevent_self_review": false,
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

Two accounts of one person.

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

__all__ = ["environment_self_review"]


@rule(id="environment-self-review", severity="high", since="0.1", folder=FOLDER)
def environment_self_review(facts: Facts) -> Iterator[Finding]:
    """Say where: whoever starts a deployment to production may approve it."""
    for item in facts.environments:
        rule = item.reviewing or {}
        if not facts.is_production(item) or not rule.get("reviewers") or rule.get("prevent_self_review") is True:
            continue
        command = call("PUT", f"{facts.repo}/environments/{item.name}", item.replaced(prevent_self_review=True))
        yield environment_self_review.finding(
            item.name,
            item.document.file,
            1,
            f"reviewers of the environment {item.name} may approve their own deployments",
            remedy=command,
            path=item.document.path,
        )
