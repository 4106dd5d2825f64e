# SPDX-License-Identifier: Apache-2.0
"""Rules on IAM documents and what stands for one: what is granted beyond the need, to whom, and how it is written."""

from __future__ import annotations

from guardrails.iam.answers import OPTIONS
from guardrails.iam.taxonomy import STRICT_RULES
from guardrails.rule import Family

__all__ = ["FAMILY"]

FAMILY = Family(
    name="least-privilege",
    problem="Policy grants more than its holder needs",
    remediation="Name the actions that are used and the ARNs they are used on; take the ARNs from the resources.",
    framework="AWS Well-Architected Framework",
    reference="SEC03-BP02 Grant least privilege access",
    tags=("iam", "least-privilege"),
    options=OPTIONS,
    strict=STRICT_RULES,
)
