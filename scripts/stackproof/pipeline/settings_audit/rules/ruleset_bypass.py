# SPDX-License-Identifier: Apache-2.0
"""Somebody may pass by the rules of the branch.

## What it does

Flags a ruleset of the branch that has bypass actors.

## Why is this bad?

The gate is then required of everybody else. A bypass is used most on the day when it does most harm.

## Bad

```json
{
  "rulesets": [
    {
      "id": 1,
      "bypass_actors": [
        {
          "actor_id": 5,
          "actor_type": "RepositoryRole",
          "bypass_mode": "always"
        }
      ]
    }
  ]
}
```

## Good

```json
{"rulesets": [{"id": 1, "bypass_actors": []}]}
```

## Not caught

Who may edit the ruleset.

## References

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
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

__all__ = ["ruleset_bypass"]


@rule(id="ruleset-bypass", severity="high", since="0.1", folder=FOLDER)
def ruleset_bypass(facts: Facts) -> Iterator[Finding]:
    """Say where: somebody may pass by the rules of the branch."""
    for item in facts.rulesets:
        if item.bypassing:
            kinds = ", ".join(sorted({str(one.get("actor_type")) for one in item.bypassing}))
            yield ruleset_bypass.finding(
                str(item.id),
                item.document.file,
                1,
                f"the ruleset {item.document.body.get('name', item.id)} can be bypassed by {kinds}",
                remedy=call("PUT", item.endpoint, {"bypass_actors": []}),
                path=item.document.path,
            )
