# SPDX-License-Identifier: Apache-2.0
"""Which resources of the same stack a finding's remedy can name, as the code that a person would write.

``data/iam_arns.json`` (``scripts/refresh_iam.py``) holds what ARNs of a resource type look like. An action that takes
such an ARN is answered by ``repository.arn``, one that takes what lies below it by ``pulumi.Output.concat``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from guardrails.iam.actions import expand
from guardrails.iam.arns import arn_format
from guardrails.iam.reviewed import data_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from guardrails.iam.taxonomy import IamFinding

__all__ = ["Neighbour", "with_neighbours"]

_SHOWN = 3
_BY_ACTION = ("A6", "A7", "A9", "A11", "B1", "B3", "C1", "C2", "C3", "C4")
_BY_SERVICE = ("D9", "E3")
_TAKING_ROLES = ("iam:PassRole", "sts:AssumeRole")
_OTHER_SOURCE = ("apigateway",)
"""Services that call with an ARN other than the one their resources have."""


class Neighbour(Protocol):
    """A resource of the same stack: its type token and its logical name."""

    @property
    def type(self) -> str: ...  # noqa: D102 - said above
    @property
    def name(self) -> str: ...  # noqa: D102 - said above


def with_neighbours(finding: IamFinding, neighbours: Sequence[Neighbour]) -> IamFinding:
    """Add to a finding's remedy which resources of the stack it may mean; where there are none, leave it alone."""
    found: list[str] = []
    if finding.code in _BY_ACTION:
        found = _for_actions(_limited(finding), neighbours)
    elif finding.code in _BY_SERVICE:
        found = _for_service(finding.key.removeprefix("Principal::").partition(".")[0], neighbours)
    if not found:
        return finding
    shown = ", or ".join(found[:_SHOWN]) + (", or …" if len(found) > _SHOWN else "")
    return replace(finding, remedy=f"{finding.remedy}; in this stack: {shown}")


def _limited(finding: IamFinding) -> tuple[str, ...]:
    """Give the actions whose resources the remedy asks for; of an escalation, what takes any role."""
    if finding.code.startswith("B"):
        return tuple(name for name in finding.actions if name in _TAKING_ROLES and finding.severity == "high")
    return finding.actions


def _for_actions(names: Iterable[str], neighbours: Sequence[Neighbour]) -> list[str]:
    formats = {
        tuple(item.text for item in action.formats) for name in names for action in (expand(name) or ()) if ":" in name
    }
    found = []
    for neighbour in _distinct(neighbours):
        codes = dict.fromkeys(code for accepted in sorted(formats) for code in _codes(neighbour, accepted))
        if codes:
            found.append(_said(" and ".join(codes), neighbour))
    return found


def _for_service(prefix: str, neighbours: Sequence[Neighbour]) -> list[str]:
    return [
        _said(f"{_variable(item)}.arn", item)
        for item in _distinct(neighbours)
        for pattern in [_patterns().get(item.type, "")]
        if pattern and arn_format(pattern).may[2] == prefix and prefix not in _OTHER_SOURCE
    ]


def _codes(neighbour: Neighbour, accepted: Iterable[str]) -> list[str]:
    """Give the expressions of a resource's ARN that one action accepts: the ARN itself, or what lies below it."""
    own = _patterns().get(neighbour.type)
    if own is None:
        return []
    name = _variable(neighbour)
    below = sorted(text[len(own) :] for text in accepted if text.startswith(own))
    if "" in below:
        return [f"{name}.arn"]
    return [f'pulumi.Output.concat({name}.arn, "{rest}")' for rest in below if rest[0] in "/:"]


def _said(code: str, neighbour: Neighbour) -> str:
    return f"{code} of {neighbour.type.rpartition(':')[2]} {neighbour.name}"


def _variable(neighbour: Neighbour) -> str:
    """Name a variable as a person would, by the type: ``log_group`` for ``LogGroup``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", neighbour.type.rpartition(":")[2]).lower()


def _distinct(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    """Order by name, so that the order of registration, which may differ from run to run, does not show."""
    return sorted({(item.type, item.name): item for item in neighbours}.values(), key=lambda item: item.name)


@cache
def _patterns() -> dict[str, str]:
    """Give the pattern of a type's ARNs by type token."""
    found: dict[str, str] = data_file("iam_arns.json")["types"]
    return found
