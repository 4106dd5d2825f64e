# SPDX-License-Identifier: Apache-2.0
"""Rules on CloudWatch alarms: whether somebody is told when a workload fails, and whether an alarm can fire at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.alarms.metrics import catalogue
from guardrails.alarms.table import judged_types, rows
from guardrails.rule import Family, Option, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CANNOT_FIRE", "EXTRA_METRICS", "FAMILY"]

EXTRA_METRICS = Option("extraMetrics", "lists", "metrics beside those of the tables, by namespace", {})


def _presence_amiss(settings: Settings) -> Iterator[tuple[str, str]]:
    judged = judged_types()
    for key in ("ignoreTypes", "demandTypes", "requiredMetrics"):
        for token in sorted(set(settings[key]) - judged):
            yield key, f"{token} is no type token that an alarm can be demanded for (as aws:sqs/queue:Queue)"
    for token in sorted(set(settings["ignoreTypes"]) & {*settings["demandTypes"], *settings["requiredMetrics"]}):
        yield "ignoreTypes", f"{token} is demanded by another property of this file"
    extra = {name for names in settings["extraMetrics"].values() for name in names}
    for token, names in settings["requiredMetrics"].items():
        known = {name for row in rows(token) for name in row.metrics} | extra
        for name in sorted(set(names) - known) if token in judged else ():
            yield "requiredMetrics", f"{name} does not tell of a {token}; what does is {', '.join(sorted(known))}"


FAMILY = Family(
    name="alarm-presence",
    problem="Resource has no alarm that can fire",
    remediation="Add an aws.cloudwatch.MetricAlarm on the resource's own metric and dimension, with an alarm action.",
    framework="AWS Well-Architected Framework",
    reference="OPS08-BP04 Create actionable alerts",
    tags=("cloudwatch", "alarms"),
    options=(
        Option("ignoreTypes", "texts", "type tokens that need no alarm in this stack", ()),
        Option("demandTypes", "texts", "type tokens that need one though they need none by default", ()),
        Option(
            "coverage",
            "choice",
            "`one` alarm on a metric that tells of the resource's health, or each metric that AWS has `recommended`",
            "one",
            ("one", "recommended"),
        ),
        Option("requiredMetrics", "lists", "the metrics that each need an alarm, by type token", {}),
        EXTRA_METRICS,
        Option("ephemeralStacks", "texts", "names of stacks that need no alarms, with `*`, such as `pr-*`", ()),
    ),
    amiss=_presence_amiss,
)


def _catalogue_amiss(settings: Settings) -> Iterator[tuple[str, str]]:
    known = catalogue()
    for name in sorted(set(settings["extraNamespaces"]) & known.absent):
        yield "extraNamespaces", f"{name} is known not to exist"
    for key in ("extraMetrics", "extraDimensions"):
        for name in sorted(settings[key]):
            if name not in known.namespaces and name not in settings["extraNamespaces"]:
                yield key, f"the namespace {name} is not known; name it under extraNamespaces too"


CANNOT_FIRE = Family(
    name="alarm-cannot-fire",
    problem="Alarm can never fire, or never as it is meant",
    remediation="Give the alarm a metric, dimensions, a threshold and periods that CloudWatch has data for.",
    framework="AWS Well-Architected Framework",
    reference="OPS08-BP04 Create actionable alerts",
    tags=("cloudwatch", "alarms"),
    options=(
        Option("extraNamespaces", "texts", "namespaces beside those of the table", ()),
        EXTRA_METRICS,
        Option("extraDimensions", "lists", "dimension keys beside those of the table, by namespace", {}),
    ),
    amiss=_catalogue_amiss,
)
