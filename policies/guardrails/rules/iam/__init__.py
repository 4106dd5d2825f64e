# SPDX-License-Identifier: Apache-2.0
"""Rules on IAM documents and what stands for one: what is granted beyond the need, to whom, and how it is written."""

from __future__ import annotations

from guardrails.iam.keys import EXEMPT_SERVICES
from guardrails.iam.taxonomy import STRICT_RULES
from guardrails.rule import Family, Option

__all__ = ["EFFECTIVE", "FAMILY"]

_LISTED = ", ".join(sorted(STRICT_RULES))
_OPTIONS = (
    Option("accountId", "text", "the own account's id; without it, findings about foreign accounts are no violations"),
    Option("trustedAccounts", "texts", "ids of accounts that are trusted like the own one", ()),
    Option(
        "boundaryPaths", "texts", "paths of IAM, such as /ci/, whose roles and users need a permissions boundary", ()
    ),
    Option("profile", "choice", f"strict makes mandatory: {_LISTED}", "default", ("default", "strict")),
    Option("exemptServices", "texts", "services that need no source condition", EXEMPT_SERVICES),
)
"""What the analysis can be told, by every family of it."""

FAMILY = Family(
    name="least-privilege",
    problem="Policy grants more than its holder needs",
    remediation="Name the actions that are used and the ARNs they are used on; take the ARNs from the resources.",
    framework="AWS Well-Architected Framework",
    reference="SEC03-BP02 Grant least privilege access",
    tags=("iam", "least-privilege"),
    options=_OPTIONS,
    strict=STRICT_RULES,
)
EFFECTIVE = Family(
    name="effective-permissions",
    problem="Principal can do or become more than it needs",
    remediation="Take the permissions apart, name the roles that are passed, and bound who creates principals.",
    framework="AWS Well-Architected Framework",
    reference="SEC03-BP05 Define permission guardrails for your organization",
    tags=("iam", "least-privilege", "privilege-escalation"),
    options=_OPTIONS,
    strict=STRICT_RULES,
)
