# SPDX-License-Identifier: Apache-2.0
"""What must be switched on before a service publishes a metric, and whether the same stack switches it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.values import Unknown, Value, unknowns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from guardrails.alarms.alarm import Reference
    from guardrails.alarms.table import Row
    from guardrails.resources import Resource, Stack

__all__ = ["UNSEEN", "off"]

UNSEEN = "?"
"""The answer where the switch is not in the stack, so that it can be on elsewhere."""

_CODES = (401, 403, 404, 502, 503, 504)
_SUBSCRIBED = frozenset({"CacheHitRate", "OriginLatency", *(f"{code}ErrorRate" for code in _CODES)})
_METRIC = "aws:s3/bucketMetric:BucketMetric"
_SUBSCRIPTION = "aws:cloudfront/monitoringSubscription:MonitoringSubscription"
_CLUSTER = "aws:ecs/cluster:Cluster"
_ADDON = "aws:eks/addon:Addon"


def off(row: Row, reference: Reference, resource: Resource, stack: Stack) -> str:
    """Say what is missing for the metric to have data: ``""`` nothing, ``UNSEEN`` it cannot be seen from here."""
    check = _CHECKS.get(row.requires)
    return check(reference, resource, stack) if check else ""


def _enabled_metrics(reference: Reference, group: Resource, _stack: Stack) -> str:
    enabled = group.properties.get("enabledMetrics")
    if unknowns(enabled) or (isinstance(enabled, list) and reference.metric in enabled):
        return ""
    return f"enabledMetrics of the group {group.name} does not list {reference.metric}"


def _glue(_reference: Reference, job: Resource, _stack: Stack) -> str:
    arguments = job.properties.get("defaultArguments")
    if isinstance(arguments, Unknown) or (isinstance(arguments, dict) and "--enable-metrics" in arguments):
        return ""
    return f"defaultArguments of the job {job.name} has no --enable-metrics"


def _bucket_metric(reference: Reference, bucket: Resource, stack: Stack) -> str:
    dimensions = reference.dimensions
    wanted = dimensions.get("FilterId") if not isinstance(dimensions, Unknown) else dimensions
    for item in stack.of_type(_METRIC):
        name = item.properties.get("name")
        if _is_on(item, "bucket", bucket, bucket.properties.get("bucket")) and (
            isinstance(wanted, Unknown) or isinstance(name, Unknown) or name == wanted
        ):
            return ""
    return f"no BucketMetric of that name stands on the bucket {bucket.name}"


def _web_acl(_reference: Reference, acl: Resource, _stack: Stack) -> str:
    shown = _switch(acl, "visibilityConfig", "cloudwatchMetricsEnabled")
    return f"visibilityConfig.cloudwatchMetricsEnabled of {acl.name} is false" if shown is False else ""


def _athena(_reference: Reference, workgroup: Resource, _stack: Stack) -> str:
    shown = _switch(workgroup, "configuration", "publishCloudwatchMetricsEnabled")
    return f"configuration.publishCloudwatchMetricsEnabled of {workgroup.name} is false" if shown is False else ""


def _container_insights(_reference: Reference, service: Resource, stack: Stack) -> str:
    own = service.properties.get("cluster")
    for cluster in stack.of_type(_CLUSTER):
        marks = [cluster.properties.get(key) for key in ("name", "arn", "id")]
        if cluster.urn in service.property_dependencies.get("cluster", ()) or (isinstance(own, str) and own in marks):
            settings = cluster.properties.get("settings")
            on = isinstance(settings, Unknown) or any(
                isinstance(item, Unknown) or item.get("value") in ("enabled", "enhanced") or unknowns(item)
                for item in _settings(settings)
            )
            return "" if on else f"settings of the cluster {cluster.name} does not enable containerInsights"
    return UNSEEN


def _settings(value: Value) -> Iterator[dict[str, Value] | Unknown]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, Unknown) or (isinstance(item, dict) and item.get("name") in ("containerInsights", None)):
            yield item


def _addon(_reference: Reference, cluster: Resource, stack: Stack) -> str:
    for item in stack.of_type(_ADDON):
        if item.properties.get("addonName") == "amazon-cloudwatch-observability" and _is_on(
            item,
            "clusterName",
            cluster,
            cluster.properties.get("name"),
        ):
            return ""
    return UNSEEN


def _monitoring_subscription(reference: Reference, distribution: Resource, stack: Stack) -> str:
    if reference.metric not in _SUBSCRIBED:
        return ""
    own = distribution.properties.get("id")
    if any(_is_on(item, "distributionId", distribution, own) for item in stack.of_type(_SUBSCRIPTION)):
        return ""
    return f"the distribution {distribution.name} has no MonitoringSubscription"


def _switch(resource: Resource, block: str, key: str) -> Value:
    content = resource.properties.get(block)
    return content.get(key) if isinstance(content, dict) else None


def _is_on(item: Resource, prop: str, owner: Resource, own: Value) -> bool:
    value = item.properties.get(prop)
    if owner.urn in item.property_dependencies.get(prop, ()):
        return True
    return isinstance(value, str) and value == own


_CHECKS: Mapping[str, Callable[[Reference, Resource, Stack], str]] = {
    "enabledMetrics": _enabled_metrics,
    "glueMetrics": _glue,
    "bucketMetric": _bucket_metric,
    "webAclMetrics": _web_acl,
    "athenaMetrics": _athena,
    "containerInsights": _container_insights,
    "observabilityAddon": _addon,
    "monitoringSubscription": _monitoring_subscription,
}
