# SPDX-License-Identifier: Apache-2.0
"""The SNS topic that carries the stack's alarms to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.naming import physical_name

if TYPE_CHECKING:
    from infra.settings import SubscriptionSettings

__all__ = ["AlarmTopic", "AlarmTopicArgs"]

_PERIOD_SECONDS = 300


@dataclass(frozen=True, slots=True)
class AlarmTopicArgs:
    """What an `AlarmTopic` is built from."""

    environment_suffix: str
    subscriptions: tuple[SubscriptionSettings, ...]


class AlarmTopic(pulumi.ComponentResource):
    """A topic, its subscriptions, and an alarm by which the subscribers that work hear of one that does not.

    The topic is not encrypted under ``alias/aws/sns``: the policy of that key lets neither CloudWatch nor EventBridge
    publish. ``arn`` is the topic's ARN, ``owner`` its account id, ``alarm_arn`` the ARN of the alarm.
    """

    arn: pulumi.Output[str]
    owner: pulumi.Output[str]
    alarm_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("stackproof:index:AlarmTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(name, name=physical_name(name, args.environment_suffix), opts=child)
        for index, subscription in enumerate(args.subscriptions):
            aws.sns.TopicSubscription(
                # not the endpoint: it may be secret, and a URN never is
                f"{name}-{index}",
                topic=topic.arn,
                protocol=subscription.protocol,
                endpoint=subscription.endpoint,
                opts=child,
            )
        self.arn = topic.arn
        self.owner = topic.owner
        self.alarm_arn = self._alarm(name, args.environment_suffix, topic).arn
        self.register_outputs({"arn": self.arn, "owner": self.owner, "alarmArn": self.alarm_arn})

    def _alarm(self, name: str, environment_suffix: str, topic: aws.sns.Topic) -> aws.cloudwatch.MetricAlarm:
        """Return the alarm on messages that the topic could not deliver to a subscriber."""
        return aws.cloudwatch.MetricAlarm(
            f"{name}-undelivered",
            name=physical_name(f"{name}-undelivered", environment_suffix),
            alarm_description="A subscriber of the alarm topic did not get a message.",
            namespace="AWS/SNS",
            metric_name="NumberOfNotificationsFailed",
            dimensions={"TopicName": topic.name},
            statistic="Sum",
            period=_PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[topic.arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
