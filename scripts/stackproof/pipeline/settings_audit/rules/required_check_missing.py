# SPDX-License-Identifier: Apache-2.0
"""Branch that deploys does not require the gate.

## What it does

Flags a branch whose active rules do not require the aggregator's check.

## Why is this bad?

Every gate may fail and the change is merged, and what is merged is deployed.

## Bad

```json
{
  "rules": [
    {
      "type": "required_status_checks",
      "parameters": {
        "required_status_checks": [
          {
            "context": "lint",
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

Branch protection of the older kind, which no ruleset shows.

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

__all__ = ["required_check_missing"]


@rule(id="required-check-missing", severity="critical", since="0.1", folder=FOLDER)
def required_check_missing(facts: Facts) -> Iterator[Finding]:
    """Say where: branch that deploys does not require the gate."""
    checks = facts.checks()
    if checks is not None and facts.rules is not None and facts.check not in {one.get("context") for one in checks}:
        wanted = {"context": facts.check, "integration_id": ACTIONS_APP}
        parameters = {"required_status_checks": [wanted], "strict_required_status_checks_policy": True}
        yield required_check_missing.finding(
            facts.check,
            facts.rules.file,
            1,
            f"the branch {facts.branch} does not require the check {facts.check}",
            remedy=facts.added_rule(f"require {facts.check}", "required_status_checks", parameters),
            path=facts.rules.path,
        )
