# SPDX-License-Identifier: Apache-2.0
"""Any branch may deploy to an environment.

## What it does

Flags an environment that admits every branch: without a branch policy, with a pattern that is all wildcard, or for
protected branches where none is protected.

## Why is this bad?

A branch that nobody has reviewed can use the environment's secrets and its role. "Protected branches only" admits all
as long as no branch is protected.

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
      "deployment_branch_policy": null
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

Branch protection of the older kind, which no ruleset shows.

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

__all__ = ["environment_open_to_branches"]


@rule(id="environment-open-to-branches", severity="high", since="0.1", folder=FOLDER)
def environment_open_to_branches(facts: Facts) -> Iterator[Finding]:
    """Say where: any branch may deploy to an environment."""
    for item in facts.environments:
        patterns = item.patterns
        unprotected = patterns == ("(protected)",) and facts.rules is not None and not facts.rules.body
        if patterns is None or not (unprotected or any(set(one) <= set("*/") for one in patterns)):
            continue
        why = "only protected branches, and none is protected" if unprotected else "every branch"
        policy = {"protected_branches": True, "custom_branch_policies": False}
        body = item.replaced(deployment_branch_policy=policy)
        command = call("PUT", f"{facts.repo}/environments/{item.name}", body)
        if unprotected:
            command = facts.added_rule(f"protect {facts.branch}", "non_fast_forward")
        yield environment_open_to_branches.finding(
            item.name,
            item.document.file,
            1,
            f"the environment {item.name} admits {why}",
            remedy=command,
            path=item.document.path,
        )
