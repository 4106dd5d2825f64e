# SPDX-License-Identifier: Apache-2.0
"""Alarm watches a metric that is switched off.

## What it does
Flags an alarm on a metric that its service publishes only on demand, where the same stack leaves it off: group metrics
of an auto scaling group (`enabledMetrics`), request metrics of a bucket (`BucketMetric`), Container Insights of a
cluster, job metrics of Glue (`--enable-metrics`), additional metrics of a distribution (`MonitoringSubscription`),
metrics of a web ACL (`visibilityConfig`) and of an Athena workgroup.

## Why is this bad?
The alarm is right in every detail and gets no data.

## Bad
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
bucket = aws.s3.Bucket("reports", bucket="reports-dev")
aws.cloudwatch.MetricAlarm(
    "reports-errors",
    name="reports-errors-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=15,
    threshold=0.05,
    namespace="AWS/S3",
    metric_name="5xxErrors",
    dimensions={"BucketName": bucket.bucket, "FilterId": "EntireBucket"},
    period=60,
    statistic="Average",
    alarm_actions=[topic.arn],
)
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Good
```python
import pulumi_aws as aws

topic = aws.sns.Topic("oncall", name="oncall-dev")
bucket = aws.s3.Bucket("reports", bucket="reports-dev")
metric = aws.s3.BucketMetric("reports", name="EntireBucket", bucket=bucket.bucket)
aws.cloudwatch.MetricAlarm(
    "reports-errors",
    name="reports-errors-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=15,
    threshold=0.05,
    namespace="AWS/S3",
    metric_name="5xxErrors",
    dimensions={"BucketName": bucket.bucket, "FilterId": metric.name},
    period=60,
    statistic="Average",
    alarm_actions=[topic.arn],
)
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
```

## Not caught
Switches in another stack or in the account's settings: `alarm-doubtful-metric` tells of those that the stack does not
show. The metrics of single rules inside a web ACL.

## References
- [Metrics that need to be enabled](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.alarm import alarms
from guardrails.alarms.owners import owners
from guardrails.alarms.prerequisites import UNSEEN, off
from guardrails.resources import Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.alarm import CANNOT_FIRE
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="alarm-prerequisite-off", family=CANNOT_FIRE, on=Stack, severity=Severity.HIGH, since="0.1")
def prerequisite_off(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge every metric that is of a resource of the stack; each finding is on the alarm."""
    if not alarms(stack):
        yield NotApplicable("no metric alarm in the stack")
    for owner in owners(stack):
        missing = off(owner.row, owner.reference, owner.resource, stack)
        if owner.match.verdict is False or missing in ("", UNSEEN):
            continue
        if isinstance(owner.match.verdict, Unknown):
            yield CannotTell(owner.match.verdict, owner.alarm.resource.urn)
            continue
        message = f"the alarm {owner.alarm.name} has no data: {missing}"
        remedy = f"switch on what {owner.row.namespace} {owner.reference.metric} needs"
        path = owner.reference.at("metricName")
        yield prerequisite_off.finding(owner.row.requires, path, message, remedy, owner.alarm.resource.urn)
