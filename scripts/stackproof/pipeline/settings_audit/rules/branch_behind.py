# SPDX-License-Identifier: Apache-2.0
"""Change is merged without having been judged together with what came before.

## What it does

Flags a branch that neither has a merge queue nor asks that a change be up to date.

## Why is this bad?

Two changes that are each proven can violate a policy together.

## Bad

```json
{
  "rules": [
    {
      "type": "required_status_checks",
      "parameters": {
        "strict_required_status_checks_policy": false,
        "required_status_checks": [
          {
            "context": "gate",
            "integration_id": 15368
          }
        ]
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
      "type": "required_status_checks",
      "parameters": {
        "strict_required_status_checks_policy": true,
        "required_status_checks": [
          {
            "context": "gate",
            "integration_id": 15368
          }
        ]
      }
    }
  ]
}
```

## Not caught

What a deployment's own gate finds after the merge.

## References

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.pipeline.settings_audit.facts import ACTIONS_APP
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["branch_behind"]


@rule(id="branch-behind", severity="low", since="0.1", folder=FOLDER)
def branch_behind(facts: Facts) -> Iterator[Finding]:
    """Say where: change is merged without having been judged together with what came before."""
    queues, rules = facts.active("merge_queue"), facts.active("required_status_checks")
    strict = any(one.get("strict_required_status_checks_policy") is True for one in rules or ())
    if rules and not queues and not strict and facts.rules is not None:
        wanted = {"context": facts.check, "integration_id": ACTIONS_APP}
        parameters = {"required_status_checks": [wanted], "strict_required_status_checks_policy": True}
        yield branch_behind.finding(
            facts.branch,
            facts.rules.file,
            1,
            f"a change may be merged to {facts.branch} that was judged on an older state of it",
            remedy=facts.added_rule(f"{facts.branch} up to date", "required_status_checks", parameters),
            path=facts.rules.path,
        )
