# SPDX-License-Identifier: Apache-2.0
"""Workflows may use actions by a tag that moves.

## What it does

Flags a repository that does not require actions to be named by a full commit.

## Why is this bad?

Linters of workflows see what is in files now; the setting refuses a run that would use anything else.

## Bad

```json
{"actions": {"enabled": true, "allowed_actions": "all", "sha_pinning_required": false}}
```

## Good

```json
{"actions": {"enabled": true, "allowed_actions": "all", "sha_pinning_required": true}}
```

## Not caught

What a pinned action downloads when it runs.

## References

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository
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

__all__ = ["actions_not_pinned"]


@rule(id="actions-not-pinned", severity="low", since="0.1", folder=FOLDER)
def actions_not_pinned(facts: Facts) -> Iterator[Finding]:
    """Say where: workflows may use actions by a tag that moves."""
    body = facts.actions.body if facts.actions else {}
    if facts.actions is not None and body.get("sha_pinning_required") is False:
        wanted = {"enabled": True, "allowed_actions": body.get("allowed_actions", "all"), "sha_pinning_required": True}
        yield actions_not_pinned.finding(
            "sha_pinning_required",
            facts.actions.file,
            1,
            "workflows may use actions that are not pinned to a commit",
            remedy=call("PUT", f"{facts.repo}/actions/permissions", wanted),
            path=facts.actions.path,
        )
