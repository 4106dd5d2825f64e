# SPDX-License-Identifier: Apache-2.0
"""Physical names: what a resource is called in the AWS account."""

from __future__ import annotations

__all__ = ["CODECOMMIT_REPOSITORY_LIMIT", "EVENT_RULE_LIMIT", "branch_deletion_name", "physical_name"]

#: Characters a repository name may have (CodeCommit API reference, ``CreateRepository``).
CODECOMMIT_REPOSITORY_LIMIT = 100
#: Characters a rule name may have (EventBridge API reference, ``PutRule``).
EVENT_RULE_LIMIT = 64


def physical_name(base: str, environment_suffix: str) -> str:
    """Return the name that tells the stacks of one account apart: ``<base>-<environment suffix>``."""
    return f"{base}-{environment_suffix}"


def branch_deletion_name(repository: str, environment_suffix: str) -> str:
    """Return the name shared by the rule and the alarm that watch a repository for deleted branches.

    It is the longest name that is made from a repository's, so it bounds how long that one may be.
    """
    return physical_name(f"{repository}-branch-deleted", environment_suffix)
