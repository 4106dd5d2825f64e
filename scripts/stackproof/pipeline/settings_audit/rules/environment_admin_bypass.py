# SPDX-License-Identifier: Apache-2.0
"""Administrators may deploy past an environment's rules.

## What it does

Flags a production environment whose rules an administrator may bypass, as is the default.

## Why is this bad?

An administrator's token or session is enough to deploy without approval, and little is left to see of it.

## Bad

```json
{
  "environments": [
    {
      "name": "prod",
      "can_admins_bypass": true,
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

An administrator can switch the rule off; the organisation's audit log tells.

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

__all__ = ["environment_admin_bypass"]


@rule(id="environment-admin-bypass", severity="medium", since="0.1", folder=FOLDER)
def environment_admin_bypass(facts: Facts) -> Iterator[Finding]:
    """Say where: administrators may deploy past an environment's rules."""
    for item in facts.environments:
        if not facts.is_production(item) or item.admins_bypass is not True:
            continue
        command = call("PUT", f"{facts.repo}/environments/{item.name}", item.replaced(can_admins_bypass=False))
        yield environment_admin_bypass.finding(
            item.name,
            item.document.file,
            1,
            f"administrators may bypass the rules of the environment {item.name}",
            remedy=command,
            path=item.document.path,
        )
