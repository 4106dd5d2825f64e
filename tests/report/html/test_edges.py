# SPDX-License-Identifier: Apache-2.0
"""Who acts on whom: what an alarm watches and tells, what a principal reaches, what merely uses what."""

from __future__ import annotations

from dataclasses import replace

from tests.report.html.stacks import ALARM, FULL, ROLE, TOPIC
from tests.report.stack import KEY, QUEUE, READER, REPO, RICH, resource

from stackproof.model import NO_REACH, Preview, Resource
from stackproof.report.html.edges import Edge, edges_of
from stackproof.wire import secret


def alone(*resources: Resource) -> Preview:
    return replace(RICH, resources=(*RICH.resources, *resources), reach=NO_REACH)


def test_every_kind_is_told_apart() -> None:
    assert set(edges_of(FULL)) == {
        Edge(READER, REPO, "uses", "policy"),
        Edge(ROLE, READER, "uses", "inlinePolicies"),
        Edge(ALARM, TOPIC, "tells", "alarmActions"),
        Edge(ALARM, QUEUE, "watches", "QueueName"),
        Edge(ROLE, REPO, "grants", "do everything on conditions"),
        Edge(ROLE, QUEUE, "grants", "read and write"),
    }


def test_a_dimension_written_out_finds_its_resource() -> None:
    """By what the resource is called, where the alarm does not read an output."""
    queue = resource(f"{QUEUE}-late", 2, inputs={"name": "late-prod"})
    alarm = resource(ALARM, 3, inputs={"namespace": "AWS/SQS", "dimensions": {"QueueName": "late-prod"}})
    assert Edge(ALARM, queue.urn, "watches", "QueueName") in edges_of(alone(queue, alarm))


def test_of_two_of_one_name_the_metrics_service_decides() -> None:
    queue = resource(f"{QUEUE}-a", 2, inputs={"name": "late-prod"})
    key = resource(f"{KEY}-a", 2, inputs={"name": "late-prod"})
    alarm = resource(ALARM, 3, inputs={"namespace": "AWS/SQS", "dimensions": {"QueueName": "late-prod"}})
    watched = [edge.target for edge in edges_of(alone(queue, key, alarm)) if edge.kind == "watches"]
    assert watched == [queue.urn]


def test_a_name_that_several_share_and_no_service_tells_apart_is_no_edge() -> None:
    twins = [resource(f"{KEY}-{number}", 2, inputs={"name": "twin"}) for number in range(2)]
    alarm = resource(ALARM, 3, inputs={"namespace": "Own", "dimensions": {"Name": "twin"}})
    assert [edge for edge in edges_of(alone(*twins, alarm)) if edge.kind == "watches"] == []


def test_a_secret_dimension_is_left_alone() -> None:
    queue = resource(f"{QUEUE}-a", 2, inputs={"name": "late-prod"})
    alarm = resource(ALARM, 3, inputs={"namespace": "AWS/SQS", "dimensions": secret({"QueueName": "late-prod"})})
    assert [edge for edge in edges_of(alone(queue, alarm)) if edge.kind == "watches"] == []


def test_a_rule_watches_what_its_pattern_reads() -> None:
    rule = resource(
        "urn:pulumi:prod::shop::aws:cloudwatch/eventRule:EventRule::gone",
        3,
        property_dependencies={"eventPattern": (REPO,), "name": ()},
    )
    assert Edge(rule.urn, REPO, "watches", "") in edges_of(alone(rule))


def test_a_dependency_without_a_property_is_told_as_such() -> None:
    late = resource(f"{QUEUE}-a", 2, dependencies=(KEY, REPO), property_dependencies={"tags": (REPO,)})
    found = [edge for edge in edges_of(alone(late)) if edge.source == late.urn]
    assert found == [Edge(late.urn, REPO, "uses", "tags"), Edge(late.urn, KEY, "after", "")]


def test_what_leads_out_of_the_stack_is_no_edge() -> None:
    late = resource(f"{QUEUE}-a", 2, dependencies=("urn:pulumi:prod::shop::other:index:Thing::x", f"{QUEUE}-a"))
    assert [edge for edge in edges_of(alone(late)) if edge.source == late.urn] == []
