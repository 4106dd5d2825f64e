# SPDX-License-Identifier: Apache-2.0
"""Rules on CloudWatch alarms: whether somebody is told when a workload fails."""

from __future__ import annotations

from guardrails.rule import Family, Option

__all__ = ["FAMILY"]

FAMILY = Family(
    name="alarm-presence",
    problem="Resource has no alarm that can fire",
    remediation="Add an aws.cloudwatch.MetricAlarm on the resource's own metric and dimension, with an alarm action.",
    framework="AWS Well-Architected Framework",
    reference="OPS08-BP04 Create actionable alerts",
    tags=("cloudwatch", "alarms"),
    options=(Option("ignoreTypes", "texts", "type tokens that need no alarm in this stack", ()),),
)
