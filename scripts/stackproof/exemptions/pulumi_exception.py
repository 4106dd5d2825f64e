# SPDX-License-Identifier: Apache-2.0
"""Pulumi's own form of an exemption: the body of the request that creates a policy exception in Pulumi Cloud.

Source: ``CreatePolicyExceptionRequest`` of the REST API (pulumi.com/docs/reference/cloud-rest-api/schema, as of CLI
3.274): a pack, a reason, entries of policies and URNs, and a whole number of hours until it ends.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from stackproof.exemptions.entry import Draft

__all__ = ["render"]

_LONGEST_REASON = 2048
_HOUR = 3600


def render(draft: Draft, now: dt.datetime) -> str:
    """Write the request as JSON; it ends with the last day, UTC, rounded down to whole hours from ``now``.

    Raises:
        UsageError: the finding is not from a report, which alone tells policy and URN, or Pulumi does not take it.

    """
    subject = draft.subject
    if not subject.policy:
        raise UsageError("Pulumi exempts a policy on a URN, which the report alone tells; name the finding by its id")
    end = dt.datetime.combine(draft.expires + dt.timedelta(days=1), dt.time(), dt.UTC)
    hours = int((end - now).total_seconds()) // _HOUR
    reason = f"{draft.reason} (owner {draft.owner})"
    if hours < 1:
        raise UsageError(f"--expires {draft.expires}: Pulumi takes no exception of less than an hour; name a later day")
    if len(reason) > _LONGEST_REASON:
        raise UsageError(f"--reason is too long: Pulumi takes {_LONGEST_REASON} characters; say it in fewer")
    body = {
        "policyPack": subject.pack,
        "reason": reason,
        "match": [{"policies": [subject.policy], "targets": [subject.urn]}],
        "expiresInSeconds": hours * _HOUR,
    }
    return json.dumps(body, indent=2)
