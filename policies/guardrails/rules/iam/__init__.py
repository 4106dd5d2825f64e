# SPDX-License-Identifier: Apache-2.0
"""Rules on identity policies: what a policy grants beyond the need."""

from __future__ import annotations

from guardrails.rule import Family

__all__ = ["FAMILY"]

FAMILY = Family(
    name="least-privilege",
    problem="Policy grants more than its holder needs",
    remediation="Name the actions that are used and the ARNs they are used on; take the ARNs from the resources.",
    framework="AWS Well-Architected Framework",
    reference="SEC03-BP02 Grant least privilege access",
    tags=("iam", "least-privilege"),
)
