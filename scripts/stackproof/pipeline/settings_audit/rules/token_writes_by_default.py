# SPDX-License-Identifier: Apache-2.0
"""Workflows get a token that may write, unless they say otherwise.

## What it does

Flags a repository whose workflows get a writing GITHUB_TOKEN by default, or whose token may approve pull requests.

## Why is this bad?

A workflow that forgets `permissions` can push, release, and post the required check itself; and one that may approve
is the second pair of eyes of whoever can start it.

## Bad

```json
{"workflow": {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": false}}
```

## Good

```json
{"workflow": {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": false}}
```

## Not caught

What single workflows ask for; linters of workflows tell.

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

__all__ = ["token_writes_by_default"]


@rule(id="token-writes-by-default", severity="medium", since="0.1", folder=FOLDER)
def token_writes_by_default(facts: Facts) -> Iterator[Finding]:
    """Say where: workflows get a token that may write, unless they say otherwise."""
    body = facts.workflow.body if facts.workflow else {}
    writes = body.get("default_workflow_permissions") == "write"
    if facts.workflow is not None and (writes or body.get("can_approve_pull_request_reviews") is True):
        wanted = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}
        yield token_writes_by_default.finding(
            "default_workflow_permissions" if writes else "can_approve_pull_request_reviews",
            facts.workflow.file,
            1,
            f"the token of workflows may {'write by default' if writes else 'approve pull requests'}",
            remedy=call("PUT", f"{facts.repo}/actions/permissions/workflow", wanted),
            path=facts.workflow.path,
        )
