# SPDX-License-Identifier: Apache-2.0
"""The alarm on the deletion of a protected branch of one repository.

CodeCommit publishes no CloudWatch metrics. It does send an event to EventBridge when a reference is deleted, and
EventBridge counts in ``AWS/Events`` what each rule did with the events it matched, so that is what can be alarmed on.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.naming import branch_deletion_name, physical_name

__all__ = ["RepositoryAlarm", "RepositoryAlarmArgs"]

_PERIOD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RepositoryAlarmArgs:
    """What a `RepositoryAlarm` is built from; ``repository`` is the repository's name without the suffix."""

    environment_suffix: str
    repository: str
    repository_arn: pulumi.Input[str]
    protected_branches: tuple[str, ...]
    topic_arn: pulumi.Input[str]


class RepositoryAlarm(pulumi.ComponentResource):
    """An EventBridge rule, its target and two alarms on what the rule did; all of them speak to one topic.

    EventBridge publishes the event itself, which says who deleted which branch. The first alarm says that it
    happened: ``Invocations`` counts deliveries that failed, too. The second one says that the event was not delivered.
    ``rule_arn`` and ``alarm_arns`` are what the topic has to let publish.
    """

    rule_arn: pulumi.Output[str]
    alarm_arns: tuple[pulumi.Output[str], ...]

    def __init__(self, name: str, args: RepositoryAlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("stackproof:index:RepositoryAlarm", name, None, opts)
        rule = self._rule(name, args)
        aws.cloudwatch.EventTarget(
            f"{name}-branch-deleted",
            rule=rule.name,
            arn=args.topic_arn,
            target_id="alarm-topic",
            opts=pulumi.ResourceOptions(parent=self),
        )
        deleted = self._alarm(
            f"{name}-branch-deleted",
            metric="Invocations",
            physical=branch_deletion_name(args.repository, args.environment_suffix),
            description=f"A protected branch of the repository {args.repository} was deleted.",
            rule=rule,
            topic_arn=args.topic_arn,
        )
        undelivered = self._alarm(
            f"{name}-branch-deletion-undelivered",
            metric="FailedInvocations",
            physical=physical_name(f"{args.repository}-branch-deletion-undelivered", args.environment_suffix),
            description=f"EventBridge could not deliver a branch deletion of the repository {args.repository}.",
            rule=rule,
            topic_arn=args.topic_arn,
        )
        self.rule_arn = rule.arn
        self.alarm_arns = (deleted.arn, undelivered.arn)
        self.register_outputs({"ruleArn": self.rule_arn, "alarmArns": list(self.alarm_arns)})

    def _rule(self, name: str, args: RepositoryAlarmArgs) -> aws.cloudwatch.EventRule:
        """Return the rule that matches the deletion of a protected branch.

        The fields are those of a "CodeCommit Repository State Change" event (CodeCommit user guide, monitoring events).
        """
        pattern = {
            "source": ["aws.codecommit"],
            "detail-type": ["CodeCommit Repository State Change"],
            "resources": [args.repository_arn],
            "detail": {
                "event": ["referenceDeleted"],
                "referenceType": ["branch"],
                "referenceName": list(args.protected_branches),
            },
        }
        return aws.cloudwatch.EventRule(
            f"{name}-branch-deleted",
            name=branch_deletion_name(args.repository, args.environment_suffix),
            description=f"Deletion of a protected branch of the repository {args.repository}",
            event_pattern=pulumi.Output.json_dumps(pattern),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alarm(  # noqa: PLR0913 - each argument is one property in which the two alarms differ
        self,
        name: str,
        *,
        metric: str,
        physical: str,
        description: str,
        rule: aws.cloudwatch.EventRule,
        topic_arn: pulumi.Input[str],
    ) -> aws.cloudwatch.MetricAlarm:
        """Return an alarm that fires as soon as the rule's ``metric`` leaves zero.

        EventBridge publishes a data point only when something happened, so missing data means that nothing did.
        """
        return aws.cloudwatch.MetricAlarm(
            name,
            name=physical,
            alarm_description=description,
            namespace="AWS/Events",
            metric_name=metric,
            dimensions={"RuleName": rule.name},
            statistic="Sum",
            period=_PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
