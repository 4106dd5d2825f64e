# SPDX-License-Identifier: Apache-2.0
"""Resources that need no alarm of their own, or only one: members, dead-letter queues, topics that carry alarms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from guardrails.alarms.alarm import COMPOSITE_ALARM, METRIC_ALARM
from guardrails.alarms.coverage import group_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.resources import Resource, Stack
    from guardrails.values import Value

__all__ = ["DEAD_LETTER_METRICS", "EVENT_RULE", "is_dead_letter_queue", "is_disabled", "needs_none"]

DEAD_LETTER_METRICS = ("ApproximateNumberOfMessagesVisible",)
"""What tells of a dead-letter queue: whatever is in it should not be."""

EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
_QUEUE = "aws:sqs/queue:Queue"
_TOPIC = "aws:sns/topic:Topic"
_DEAD_LETTERS = ("redrivePolicy", "deadLetterConfig", "deadLetterConfigs", "deadLetterTargetArn")
_ALARM_ACTIONS = ("alarmActions", "okActions", "insufficientDataActions")
_TOPIC_EXTRAS = frozenset(
    {
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicDataProtectionPolicy:TopicDataProtectionPolicy",
    }
)
_NAMING_SERVICES = ("aws:sqs/", "aws:sns/", "aws:lambda/", "aws:cloudwatch/", "aws:scheduler/")
_ALARMS = frozenset({METRIC_ALARM, COMPOSITE_ALARM})


def needs_none(resource: Resource, stack: Stack) -> bool:
    """Say whether a resource needs no alarm because of what it is for, or since its cluster or group is judged."""
    if resource.type == _TOPIC:
        users = [(user, key) for user, key in stack.users(resource.urn) if user.type not in _TOPIC_EXTRAS]
        carried = list(_uses(resource, stack, _ALARM_ACTIONS))
        return bool(carried) and all(user.type in _ALARMS and key in _ALARM_ACTIONS for user, key in users)
    if resource.type == EVENT_RULE and is_disabled(resource):
        return True
    return any(True for _ in group_of(resource, stack))


def is_disabled(rule: Resource) -> bool:
    """Say whether an event rule is switched off, in either of the two ways."""
    return rule.properties.get("state") == "DISABLED" or rule.properties.get("isEnabled") is False


def is_dead_letter_queue(resource: Resource, stack: Stack) -> bool:
    """Say whether a queue takes what another could not deliver."""
    return resource.type == _QUEUE and any(True for _ in _uses(resource, stack, _DEAD_LETTERS))


def _uses(resource: Resource, stack: Stack, keys: tuple[str, ...]) -> Iterator[tuple[Resource, str]]:
    """Yield who names a resource in some properties: by recorded dependency, or by the ARN written in the text."""
    yield from ((user, key) for user, key in stack.users(resource.urn) if key in keys)
    arn = resource.properties.get("arn")
    if isinstance(arn, str):
        texts = stack.derive(_texts)
        yield from ((user, key) for user, key in texts.get(arn, ()) if key in keys and user is not resource)


def _texts(stack: Stack) -> Mapping[str, list[tuple[Resource, str]]]:
    """Index the ARNs in the properties that can make a queue or topic one that needs less, by ARN."""
    found: dict[str, list[tuple[Resource, str]]] = {}
    for user in stack.resources:
        for key in (*_DEAD_LETTERS, *_ALARM_ACTIONS) if _may_name(user) else ():
            for arn in _arns(user.properties.get(key)):
                found.setdefault(arn, []).append((user, key))
    return found


def _may_name(user: Resource) -> bool:
    return user.type.startswith(_NAMING_SERVICES)


def _arns(value: Value) -> Iterator[str]:
    """Yield the texts of a value, and those inside a text that is JSON."""
    if isinstance(value, str):
        yield value
        if value.startswith("{"):
            yield from _inside(value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _arns(item)


def _inside(text: str) -> Iterator[str]:
    try:
        yield from _arns(json.loads(text))
    except ValueError:
        return
