# SPDX-License-Identifier: Apache-2.0
"""Who may publish to the alarm topic.

It stands apart from the topic because it names the rules and alarms that publish, and those name the topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from infra.alarm_topic import AlarmTopic
    from infra.repository_alarm import RepositoryAlarm

__all__ = ["AlarmTopicPolicy", "AlarmTopicPolicyArgs"]


@dataclass(frozen=True, slots=True)
class AlarmTopicPolicyArgs:
    """What an `AlarmTopicPolicy` is built from: the topic, and the components that speak to it."""

    topic: AlarmTopic
    repository_alarms: tuple[RepositoryAlarm, ...]


class AlarmTopicPolicy(pulumi.ComponentResource):
    """The resource policy that lets exactly the stack's own rules and alarms publish.

    Both statements are bound to source ARN and account, against a confused deputy. AWS documents this for CloudWatch
    alarms; for EventBridge its guide warns that a condition may stop delivery to SNS. The statement is bound all the
    same: a deletion is reported by the alarms, which do not depend on that delivery.
    """

    def __init__(self, name: str, args: AlarmTopicPolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("stackproof:index:AlarmTopicPolicy", name, None, opts)
        rule_arns = [alarm.rule_arn for alarm in args.repository_alarms]
        alarm_arns = [args.topic.alarm_arn, *(arn for alarm in args.repository_alarms for arn in alarm.alarm_arns)]
        document = {
            "Version": "2012-10-17",
            "Statement": [
                _publish("PublishEvents", "events.amazonaws.com", rule_arns, args.topic),
                _publish("PublishAlarms", "cloudwatch.amazonaws.com", alarm_arns, args.topic),
            ],
        }
        aws.sns.TopicPolicy(
            name,
            arn=args.topic.arn,
            policy=pulumi.Output.json_dumps(document),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _publish(sid: str, service: str, source_arns: list[pulumi.Output[str]], topic: AlarmTopic) -> dict[str, object]:
    """Return the statement that lets ``service`` publish on behalf of the resources ``source_arns``."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": topic.arn,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": source_arns},
            "StringEquals": {"aws:SourceAccount": topic.owner},
        },
    }
