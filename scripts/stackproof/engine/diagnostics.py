# SPDX-License-Identifier: Apache-2.0
"""What a diagnostic of the analyzer protocol means, whichever engine brought it."""

from __future__ import annotations

import re

from stackproof.model import Diagnostic, Enforcement

__all__ = ["read_diagnostic"]


def read_diagnostic(  # noqa: PLR0913 (the fields of the protocol's message)
    *,
    policy: str,
    urn: str,
    enforcement: Enforcement,
    severity: str,
    description: str,
    message: str,
) -> Diagnostic:
    """Read a diagnostic: a violation, or the SDK's words for a policy that met an unknown.

    The SDKs put the policy's description before every violation (``pulumi_policy/policy.py``), so a description that
    begins like those words makes no refusal of a violation.
    """
    own_words = bool(description) and (message == description or message.startswith(f"{description}\n"))
    return Diagnostic(
        policy=policy,
        urn=urn,
        enforcement=enforcement,
        severity=severity,
        description=description,
        message=message.removeprefix(description).strip() if own_words else message.strip(),
        could_not_run=enforcement == "advisory" and not own_words and _is_refusal(policy, message),
    )


def _is_refusal(policy: str, message: str) -> bool:
    return bool(
        re.match(rf"can't run policy '{re.escape(policy)}'( from policy pack '[^\n]*')? during preview: ", message)
    )
