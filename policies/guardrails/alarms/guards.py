# SPDX-License-Identifier: Apache-2.0
"""Resources that need no alarm of their own: dead-letter queues, and topics that only carry alarm notifications."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from guardrails.alarms.alarm import METRIC_ALARM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.resources import Resource, Stack
    from guardrails.values import Value

__all__ = ["needs_none"]

_QUEUE = "aws:sqs/queue:Queue"
_TOPIC = "aws:sns/topic:Topic"
_DEAD_LETTERS = ("redrivePolicy", "deadLetterConfig", "deadLetterConfigs")
_ALARM_ACTIONS = ("alarmActions", "okActions", "insufficientDataActions")
_TOPIC_EXTRAS = frozenset({"aws:sns/topicSubscription:TopicSubscription", "aws:sns/topicPolicy:TopicPolicy"})
_ALARMS = frozenset({METRIC_ALARM, "aws:cloudwatch/compositeAlarm:CompositeAlarm"})


def needs_none(resource: Resource, stack: Stack) -> bool:
    """Say whether a resource needs no alarm because of what it is for."""
    if resource.type == _QUEUE:
        return any(key in _DEAD_LETTERS for _, key in _uses(resource, stack, _DEAD_LETTERS))
    if resource.type == _TOPIC:
        users = [(user, key) for user, key in stack.users(resource.urn) if user.type not in _TOPIC_EXTRAS]
        carried = list(_uses(resource, stack, _ALARM_ACTIONS))
        return bool(carried) and all(user.type in _ALARMS and key in _ALARM_ACTIONS for user, key in users)
    return False


def _uses(resource: Resource, stack: Stack, keys: tuple[str, ...]) -> Iterator[tuple[Resource, str]]:
    """Yield who names a resource in some properties: by recorded dependency, or by the ARN written in the text."""
    yield from ((user, key) for user, key in stack.users(resource.urn) if key in keys)
    arn = resource.properties.get("arn")
    for user in stack.resources if isinstance(arn, str) else ():
        for key in keys:
            if user is not resource and _mentions(user.properties.get(key), str(arn)):
                yield user, key


def _mentions(value: Value, arn: str) -> bool:
    if isinstance(value, str):
        return value == arn or json.dumps(arn) in value
    if isinstance(value, dict):
        return any(_mentions(item, arn) for item in value.values())
    return isinstance(value, list) and any(_mentions(item, arn) for item in value)
