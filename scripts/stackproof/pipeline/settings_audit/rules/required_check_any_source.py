# SPDX-License-Identifier: Apache-2.0
"""Required check can be posted by anyone who may write.

## What it does

Flags a required check, the aggregator's, that is not bound to GitHub Actions.

## Why is this bad?

A check is a name. Any token that may write statuses or checks, a workflow's own included, can post that name in green.

## Bad

```json
{
  "rules": [
    {
      "type": "required_status_checks",
      "parameters": {
        "required_status_checks": [
          {
            "context": "gate"
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

Another workflow of the repository that makes a job of the same name.

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

__all__ = ["required_check_any_source"]


@rule(id="required-check-any-source", severity="high", since="0.1", folder=FOLDER)
def required_check_any_source(facts: Facts) -> Iterator[Finding]:
    """Say where: required check can be posted by anyone who may write."""
    found = [one for one in facts.checks() or () if one.get("context") == facts.check]
    if found and facts.rules is not None and not any(one.get("integration_id") == ACTIONS_APP for one in found):
        wanted = {"context": facts.check, "integration_id": ACTIONS_APP}
        parameters = {"required_status_checks": [wanted], "strict_required_status_checks_policy": True}
        yield required_check_any_source.finding(
            facts.check,
            facts.rules.file,
            1,
            f"the required check {facts.check} is not bound to GitHub Actions",
            remedy=facts.added_rule(f"require {facts.check}", "required_status_checks", parameters),
            path=facts.rules.path,
        )
