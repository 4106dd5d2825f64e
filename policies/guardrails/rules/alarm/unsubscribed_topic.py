# SPDX-License-Identifier: Apache-2.0
"""Alarm notifies a topic that nobody is subscribed to.

## What it does
Flags an SNS topic of the stack that alarms act on and that has no subscription in it; a chat channel configuration
counts as one. Topics of other stacks are left alone.

## Why is this bad?
The alarm fires, the message is published, and there is nobody to read it.

## Bad
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
aws.cloudwatch.MetricAlarm(
    "open-orders",
    name="open-orders-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
    alarm_actions=[topic.arn],
)
```

## Good
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
aws.cloudwatch.MetricAlarm(
    "open-orders",
    name="open-orders-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=5,
    threshold=300,
    namespace="Shop",
    metric_name="OpenOrders",
    period=60,
    statistic="Maximum",
    alarm_actions=[topic.arn],
)
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Not caught
Subscriptions that were never confirmed. A topic that people subscribe to by hand or in another stack is flagged, hence
only advice.

## References
- [Subscribing to a topic](https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import COMPOSITE_ALARM, METRIC_ALARM
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, Enforcement, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.resources import Resource

_TOPIC = "aws:sns/topic:Topic"
_HEARS = {
    "aws:sns/topicSubscription:TopicSubscription": "topic",
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": "snsTopicArns",
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": "snsTopicArns",
}
"""What hears a topic, and the property that names the topic."""


@rule(
    id="alarm-unsubscribed-topic",
    family=CANNOT_FIRE,
    on=Stack,
    severity=Severity.MEDIUM,
    since="0.1",
    enforcement=Enforcement.ADVISORY,
)
def unsubscribed_topic(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every topic of the stack that an alarm acts on; each finding is on the topic."""
    carried = {topic.urn: names for topic in stack.of_type(_TOPIC) if (names := _alarms_on(topic, stack))}
    if not carried:
        yield NotApplicable("no topic of the stack carries alarms")
    for urn, names in carried.items():
        topic = stack.by_urn[urn]
        heard = [_names(item, key, topic) for token, key in _HEARS.items() for item in stack.of_type(token)]
        unclear = [] if True in heard else list(_open(stack))
        for item, unknown in unclear:
            yield CannotTell(unknown, item.urn)
        if True not in heard and not unclear:
            several = f" and {len(names) - 1} more" if len(names) > 1 else ""
            message = f"the topic {topic.name} carries the alarm {names[0]}{several}, and has no subscription here"
            remedy = "add a TopicSubscription with the topic's ARN, or make sure that somebody is subscribed elsewhere"
            yield unsubscribed_topic.finding("subscription", (), message, remedy, urn)


def _open(stack: Stack) -> Iterator[tuple[Resource, Unknown]]:
    """Yield the subscriptions whose topic is not known, and of which no dependency tells it either."""
    for token, key in _HEARS.items():
        for item in stack.of_type(token):
            value = item.properties.get(key)
            if isinstance(value, Unknown) and not item.property_dependencies.get(key):
                yield item, value


def _alarms_on(topic: Resource, stack: Stack) -> list[str]:
    alarms = stack.of_type(METRIC_ALARM, COMPOSITE_ALARM)
    return [item.name for item in alarms if _names(item, "alarmActions", topic)]


def _names(user: Resource, key: str, topic: Resource) -> bool:
    """Say whether a property names a topic: by recorded dependency, or by the ARN written out."""
    if topic.urn in user.property_dependencies.get(key, ()):
        return True
    arn, given = topic.properties.get("arn"), user.properties.get(key)
    return isinstance(arn, str) and (arn == given or (isinstance(given, list) and arn in given))
