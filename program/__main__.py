# SPDX-License-Identifier: Apache-2.0
"""The sample stack: settings in, components built, exports out."""

from __future__ import annotations

import pulumi

from infra.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.alarm_topic_policy import AlarmTopicPolicy, AlarmTopicPolicyArgs
from infra.contributor_role import ContributorRole, ContributorRoleArgs
from infra.github_trust import GithubTrust, GithubTrustArgs
from infra.repository import Repository, RepositoryArgs
from infra.repository_alarm import RepositoryAlarm, RepositoryAlarmArgs
from infra.settings import load_settings

suffix, branches = (cfg := load_settings(pulumi.Config())).environment_suffix, cfg.protected_branches
topic = AlarmTopic("repository-alarms", AlarmTopicArgs(suffix, cfg.alarm_subscriptions))
arns = {entry.name: Repository(entry.name, RepositoryArgs(suffix, entry)).arn for entry in cfg.repositories}
watches = (RepositoryAlarm(k, RepositoryAlarmArgs(suffix, k, arn, branches, topic.arn)) for k, arn in arns.items())
AlarmTopicPolicy("repository-alarms", AlarmTopicPolicyArgs(topic, tuple(watches)))
access = ContributorRoleArgs(suffix, cfg.contributors, tuple(arns.values()), branches, cfg.kms_key_arns)
pulumi.export("repositoryArns", arns)
pulumi.export("contributorRoleArn", ContributorRole("repository-contributor", access).arn)
pulumi.export("alarmTopicArn", topic.arn)
pulumi.export("deliveryRoleArns", [GithubTrust("delivery", GithubTrustArgs(suffix, one)).arns for one in cfg.delivery])
