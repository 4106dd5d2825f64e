# SPDX-License-Identifier: Apache-2.0
"""What a plan may not do on its own: destroy what is protected, or much, or be told to allow what it never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.pipeline.plan.operations import Operation
    from stackproof.settings import PlanLimits

__all__ = ["breaches"]


def breaches(operations: tuple[Operation, ...], allowed: tuple[str, ...], limits: PlanLimits) -> Iterator[str]:
    """Say in words which destructive operations need an override that is not there, and which overrides are idle."""
    destroyed = {item.urn: item for item in operations if item.destructive}
    rest = {urn: item for urn, item in destroyed.items() if urn not in allowed}
    for urn, item in sorted(rest.items()):
        if item.type in limits.protected_types:
            yield f"{item.op} of {urn}, whose type is protected; if that is meant: --allow-destroy '{urn}'"
    if len(rest) > limits.most_deletions:
        many = f"{len(rest)} resources would be destroyed, and {limits.most_deletions} may be"
        yield f"{many}; allow those that are meant by --allow-destroy, or plan in smaller steps"
    for urn in sorted(set(allowed) - destroyed.keys()):
        yield f"--allow-destroy names {urn}, which this plan does not destroy; correct the URN or leave it out"
