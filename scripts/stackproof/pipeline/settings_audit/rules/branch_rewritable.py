# SPDX-License-Identifier: Apache-2.0
"""Branch that deploys can be rewritten or deleted.

## What it does

Flags a branch whose active rules forbid neither force pushes nor deletion.

## Why is this bad?

The commits that were judged are then not the ones that stay, and a rollback has no ancestor to go to.

## Bad

```json
{"rules": [{"type": "deletion"}]}
```

## Good

```json
{"rules": [{"type": "deletion"}, {"type": "non_fast_forward"}]}
```

## Not caught

Who may bypass the rule.

## References

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["branch_rewritable"]


@rule(id="branch-rewritable", severity="medium", since="0.1", folder=FOLDER)
def branch_rewritable(facts: Facts) -> Iterator[Finding]:
    """Say where: branch that deploys can be rewritten or deleted."""
    for kind, done in (("non_fast_forward", "rewritten"), ("deletion", "deleted")):
        rules = facts.active(kind)
        if rules is not None and not rules and facts.rules is not None:
            yield branch_rewritable.finding(
                kind,
                facts.rules.file,
                1,
                f"the branch {facts.branch} may be {done}",
                remedy=facts.added_rule(f"keep {facts.branch}: {kind}", kind),
                path=facts.rules.path,
            )
