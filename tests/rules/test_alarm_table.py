# SPDX-License-Identifier: Apache-2.0
"""Every row of the alarm table, in both passes: it fires alone, the right alarm silences it, a wrong one is told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from tests.rules.pack_harness import UNKNOWN, Registration, Reported, reported, servicer, stack_request

from guardrails.alarms.table import Row, demanded_types, event_sources, judged_types, rows
from guardrails.pack import discover

MADE = ("id", "arn", "arnSuffix", "serviceId", "gatewayId", "replicationTaskArn")
"""Outputs that a first preview does not know."""

ROWS = [row for token in sorted(judged_types()) for row in rows(token) if row.type == token]
CLUSTER = "aws:ecs/cluster:Cluster"
PASSES = pytest.mark.parametrize("known", [False, True], ids=["faithful", "resolved"])


def name(row: Row) -> str:
    return f"{row.type.removeprefix('aws:')} {row.namespace} {'+'.join(row.identity) or 'without dimensions'}"


EACH = pytest.mark.parametrize("row", ROWS, ids=name)


@cache
def service() -> Any:
    found = [item for item in discover() if item.id == "alarm-presence"]
    config = {"alarm-presence": {"demandTypes": sorted(judged_types())}}
    return servicer(found, config)


def judge(*items: Registration) -> Reported:
    return reported([service().AnalyzeStack(stack_request(items), None)])


@dataclass
class Program:
    """A resource of a row, what the row needs beside it, and the dimensions that name it."""

    items: list[Registration]
    dimensions: dict[str, str]

    def alarm(self, row: Row, dimensions: dict[str, str]) -> Registration:
        deps = [item.name for item in self.items] if UNKNOWN in dimensions.values() else []
        props = {
            "namespace": row.namespace,
            "metricName": next(iter(row.metrics)),
            "dimensions": dimensions,
            "alarmActions": ["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
        }
        return Registration("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", props, {"dimensions": deps})


def value(prop: str, *, known: bool) -> str:
    last = prop.rpartition(".")[2]
    if last in MADE and not known:
        return UNKNOWN
    return f"arn:aws:x:eu-west-1:111122223333:thing/{last}" if last.lower().endswith("arn") else f"{last}-dev"


def program(row: Row, *, known: bool) -> Program:
    props: dict[str, Any] = {key: next(v for v in values if v) for key, values in row.when.items()}
    props = {key: "custom-dev" if item.startswith("!") else item for key, item in props.items()}
    made = Program([], {})
    for key, source in row.identity.items():
        form, _, prop = source.rpartition(":")
        if source.startswith("ref:"):
            token, _, prop = source.removeprefix("ref:").rpartition(".")
            made.items.append(Registration(token, "other", {prop: value(prop, known=known)}))
            made.dimensions[key] = value(prop, known=known)
        elif form in ("any", "const"):
            made.dimensions[key] = prop
        else:
            whole = props.get(prop) or value(prop, known=known)
            put(props, prop, [whole] if form == "item" else whole)
            ends = {"stem": f"{whole}-001", "tail": whole if whole == UNKNOWN else whole.rpartition("/")[2]}
            made.dimensions[key] = ends.get(form, whole)
    items, needed = needs(row, made.dimensions, props)
    made.items += items
    owner = Registration(
        row.type, "thing", {"arn": value("arn", known=known), "id": value("id", known=known), **props, **needed}
    )
    made.items.insert(0, owner)
    return made


def put(props: dict[str, Any], path: str, whole: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        props = props.setdefault(step, {})
    props[last] = whole


def needs(row: Row, dimensions: dict[str, str], props: dict[str, Any]) -> tuple[list[Registration], dict[str, Any]]:
    """Switch on what the row's metrics need."""
    if row.requires == "bucketMetric":
        content = {"bucket": props["bucket"], "name": dimensions["FilterId"]}
        return [Registration("aws:s3/bucketMetric:BucketMetric", "metric", content)], {}
    if row.requires == "containerInsights":
        content = {"name": props["cluster"], "settings": [{"name": "containerInsights", "value": "enabled"}]}
        return [Registration(CLUSTER, "cluster", content)], {}
    switches = {"enabledMetrics": list(row.metrics)} if row.requires == "enabledMetrics" else {}
    arguments = {"defaultArguments": {"--enable-metrics": "true"}} if row.requires == "glueMetrics" else {}
    return [], {**switches, **arguments}


def fired(found: Reported) -> list[str]:
    return [item["message"] for item in found.findings if item["urn"].endswith("::thing")]


@PASSES
@EACH
def test_a_resource_alone_fires(row: Row, *, known: bool) -> None:
    assert len(fired(judge(*program(row, known=known).items))) == 1


@PASSES
@EACH
def test_the_right_alarm_silences_it(row: Row, *, known: bool) -> None:
    made = program(row, known=known)
    found = judge(*made.items, made.alarm(row, made.dimensions))
    assert fired(found) == []
    several = list(made.dimensions.values()).count(UNKNOWN) > 1
    assert [path.endswith("]") or "dimensions" in path for _, path in found.cannot_tell] == [True] * several


@PASSES
@EACH
def test_an_alarm_on_a_wrong_dimension_fires_with_the_reason(row: Row, *, known: bool) -> None:
    made = program(row, known=known)
    dimensions = {f"Wrong{key}": item for key, item in made.dimensions.items()} or {"Foreign": "thing"}
    [message] = fired(judge(*made.items, made.alarm(row, dimensions)))
    assert not row.identity or "the alarm alarm lacks the dimension" in message


@EACH
def test_an_alarm_that_names_it_by_another_of_its_properties_fires_with_the_reason(row: Row) -> None:
    own = [key for key, source in row.identity.items() if not source.startswith(("any:", "const:", "ref:"))]
    made = program(row, known=True)
    for key in own:
        wrong = made.items[0].props["arn" if not row.identity[key].endswith("arn") else "id"]
        if wrong == made.dimensions[key]:
            wrong = made.items[0].props["id"]
        [message] = fired(judge(*made.items, made.alarm(row, {**made.dimensions, key: wrong})))
        assert f"the alarm alarm sets {key} to its " in message


@pytest.mark.parametrize("token", sorted(event_sources()))
def test_a_type_without_metrics_fires_alone_and_names_the_recipe(token: str) -> None:
    found = judge(Registration(token, "thing", {"name": "thing-dev"}))
    assert ["EventRule" in item["remedy"] for item in found.findings] == [True]


@pytest.mark.parametrize("token", sorted(event_sources()))
def test_a_type_without_metrics_is_silenced_by_an_event_rule_with_an_alarm(token: str) -> None:
    pattern = f'{{"source": ["{event_sources()[token].source}"]}}'
    rule = Registration("aws:cloudwatch/eventRule:EventRule", "rule", {"name": "rule-dev", "eventPattern": pattern})
    target = Registration("aws:cloudwatch/eventTarget:EventTarget", "target", {"rule": "rule-dev"})
    row = rows(rule.type)[0]
    alarm = Program([], {}).alarm(row, {"RuleName": "rule-dev"})
    assert judge(Registration(token, "thing", {"name": "thing-dev"}), rule, target, alarm).findings == []


def test_what_is_demanded_without_configuration() -> None:
    """Eighty-odd types with metrics, and of those without only CodeCommit's repositories."""
    maybe = {token for token in judged_types() if rows(token) and rows(token)[0].worth == "maybe"}
    events = set(event_sources()) - {"aws:codecommit/repository:Repository"}
    assert set(demanded_types()) == judged_types() - maybe - events


@pytest.mark.parametrize("alias", ["aws:alb/loadBalancer:LoadBalancer", "aws:alb/targetGroup:TargetGroup"])
def test_an_aliased_type_is_its_original(alias: str) -> None:
    assert rows(alias) == rows(alias.replace("alb/", "lb/"))
