# SPDX-License-Identifier: Apache-2.0
"""The pack's tables: pinned facts, agreement with the installed provider SDK, and what loading them costs."""

from __future__ import annotations

import ast
import gzip
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import guardrails.alarms.metrics as alarm_metrics
import guardrails.alarms.table as alarm_table
import guardrails.naming.table as name_table
import refresh_alarms
import refresh_names
from guardrails.alarms.metrics import catalogue, near
from guardrails.alarms.table import Row, event_sources, judged_types, rows
from guardrails.naming.table import lookup, named_types

DATA = Path(refresh_names.DATA)
POLICIES = DATA.parents[1]


@cache
def package() -> Path:
    spec = importlib.util.find_spec("pulumi_aws")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def test_the_table_of_names_is_what_the_installed_provider_gives() -> None:
    """A provider that moves a type or a property makes another table."""
    overrides, limits, shipped = (
        json.loads((DATA / name).read_text("utf-8"))
        for name in ("names_overrides.json", "names_limits.json", "names.json")
    )
    assert refresh_names.build(package(), overrides, limits) == shipped


@cache
def outputs(token: str) -> frozenset[str]:
    """Read the properties of a resource class from its source, by wire name."""
    service = token.removeprefix("aws:").partition("/")[0]
    folder = package() / {"lambda": "lambda_"}.get(service, service)
    for path in sorted(folder.glob("*.py")):
        text = path.read_text("utf-8")
        if re.search(rf"__init__\(\s*['\"]{token}['\"]", text):
            nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
            return frozenset(refresh_names.camel(node.name) for node in nodes if node.decorator_list) | {"id"}
    return frozenset()


def sources(row: Row) -> list[tuple[str, str]]:
    found = []
    for source in row.identity.values():
        if source.startswith("ref:"):
            token, _, prop = source.removeprefix("ref:").rpartition(".")
            found.append((token, prop))
        elif not source.startswith(("any:", "const:")):
            found.append((row.type, source.rpartition(":")[2].partition(".")[0]))
    links = [side for link in (row.members, row.group) if link for side in [link]]
    for link in links:
        own, _, other = link["link"].partition("=")
        found += [(row.type, own), (link["type"], other or own)]
    return [*found, *((row.type, key) for key in row.when)]


@pytest.mark.parametrize("token", sorted(judged_types()))
def test_every_type_and_property_of_the_alarm_table_is_the_provider_s(token: str) -> None:
    wanted = [pair for row in rows(token) for pair in sources(row)]
    wanted += [(token, event_sources()[token].name)] if token in event_sources() else []
    assert [pair for pair in wanted if pair[1] not in outputs(pair[0])] == []


def test_every_row_names_a_namespace_its_metrics_and_dimensions_that_exist() -> None:
    known = catalogue().namespaces
    for row in (row for token in judged_types() for row in rows(token)):
        assert set(row.metrics) <= set(known[row.namespace].metrics)
        assert set(row.identity) <= known[row.namespace].keys
        assert set(row.recommended) <= set(row.metrics)


def test_pinned_facts_of_the_metrics() -> None:
    known = catalogue()
    assert "AWS/CodeCommit" in known.absent
    assert "AWS/CodeCommit" not in known.namespaces
    assert known.regions["AWS/CloudFront"] == "us-east-1"
    assert known.namespaces["AWS/DynamoDB"].sets("UserErrors") == (frozenset(),)
    assert frozenset({"TableName"}) not in known.namespaces["AWS/DynamoDB"].sets("SystemErrors")
    assert frozenset({"EventBusName", "RuleName"}) in known.namespaces["AWS/Events"].sets("Invocations")
    assert "GlobalSecondaryIndexName" in known.namespaces["AWS/DynamoDB"].keys
    assert "GlobalSecondaryIndex" not in known.namespaces["AWS/DynamoDB"].keys
    assert known.namespaces["AWS/RDS"].unit("CPUUtilization") == "Percent"


@pytest.mark.parametrize(
    ("type_", "identity"),
    [
        ("aws:sqs/queue:Queue", {"QueueName": "name"}),
        ("aws:rds/instance:Instance", {"DBInstanceIdentifier": "identifier"}),
        ("aws:apigateway/restApi:RestApi", {"ApiName": "name"}),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"CacheClusterId": "stem:replicationGroupId"}),
        (
            "aws:wafv2/webAcl:WebAcl",
            {"WebACL": "visibilityConfig.metricName", "Rule": "any:ALL or a rule's metric name"},
        ),
    ],
)
def test_pinned_facts_of_the_alarm_table(type_: str, identity: dict[str, str]) -> None:
    assert rows(type_)[0].identity == identity


def test_counts_of_the_tables_are_those_of_their_provenance() -> None:
    heads = {
        name: json.loads((DATA / name).read_text("utf-8"))["provenance"] for name in ("alarms.json", "metrics.json")
    }
    assert heads["alarms.json"]["counts"]["types"] == len({row.type for t in judged_types() for row in rows(t)}) == 93
    assert heads["alarms.json"]["counts"]["maybe"] == 14
    assert heads["metrics.json"]["counts"]["namespaces"] == len(catalogue().namespaces)
    for head in heads.values():
        assert "Apache-2.0" in head["licence"]


def test_every_named_type_that_is_judged_by_default_is_counted() -> None:
    kinds = Counter(spec.kind for token in named_types() if (spec := lookup(token)))
    assert {kind: kinds[kind] for kind in ("physical", "path", "label")} == {"physical": 589, "path": 3, "label": 6}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("CPUUtilisation", "CPUUtilization"),
        ("cpuutilization", "CPUUtilization"),
        ("CPUUtilizatoin", "CPUUtilization"),
        ("CPUUtilization2", None),
        ("Memory", None),
    ],
)
def test_a_misspelt_word_is_recognised_by_case_or_two_edits(word: str, meant: str | None) -> None:
    assert near(word, ["CPUUtilization", "DatabaseConnections"]) == meant


def test_the_tables_are_loaded_lazily_and_quickly() -> None:
    """Nothing is read at import; all of them together take at most 15 ms, the best of several tries."""
    tables = (alarm_table._tables, alarm_metrics.catalogue, name_table._table)
    names = (
        "guardrails.pack, guardrails.alarms.table as a, guardrails.alarms.metrics as m, guardrails.naming.table as n"
    )
    code = f"import {names}; print([f.cache_info().misses for f in (a._tables, m.catalogue, n._table)])"
    done = subprocess.run([sys.executable, "-c", code], cwd=POLICIES, capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().strip() == "[0, 0, 0]"
    best = 1.0
    for _ in range(9):
        for table in tables:
            table.cache_clear()
        started = time.perf_counter()
        for table in tables:
            table()
        best = min(best, time.perf_counter() - started)
    assert best <= 0.015


METRICS = 'var NamespaceMetricsMap = map[string][]string{\n\t"AWS/A": {\n\t\t"Two",\n\t\t"One",\n\t},\n}\n'
KEYS = 'var NamespaceDimensionKeysMap = map[string][]string{\n\t"AWS/A": {"Key"},\n}\n'


def test_the_overlay_is_read_from_the_go_maps_in_a_fixed_order() -> None:
    made: dict[str, Any] = json.loads(refresh_alarms.overlay(METRICS + KEYS, "2026-01-02"))
    assert (made["namespaces"], made["keys"]) == ({"AWS/A": ["One", "Two"]}, {"AWS/A": ["Key"]})
    assert made["provenance"]["date"] == "2026-01-02"
    with pytest.raises(SystemExit, match=re.escape("needs metrics.go with its two maps")):
        refresh_alarms.overlay(METRICS, "2026-01-02")


def packages(folder: Path) -> tuple[Path, Path]:
    """Write the two packages as a registry gives them, with one metric."""
    database = {
        "metric": {"entities": [{"$id": "1", "namespace": "AWS/SQS", "name": "NumberOfMessagesSent"}]},
        "dimensionSet": {"entities": [{"$id": "2", "dimensions": [{"name": "QueueName"}]}]},
        "usesDimensionSet": {"forward": {"1": [{"$id": "2"}]}},
    }
    spec, wheel = folder / "spec.tgz", folder / "awslabs-9.9-py3.whl"
    with tarfile.open(spec, "w:gz") as archive:
        for name, content in {
            "package/package.json": b'{"version": "1.2"}',
            "package/db.json.gz": gzip.compress(json.dumps({"schema": database}).encode()),
        }.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    advice = {"dimensions": [{"name": "QueueName"}], "comparisonOperator": "LessThanOrEqualToThreshold"}
    place = {"namespace": "AWS/SQS", "metricName": "NumberOfMessagesSent"}
    entry = {"metricId": place, "unitInfo": "Count per second", "alarmRecommendations": [advice]}
    with zipfile.ZipFile(wheel, "w") as target:
        target.writestr("awslabs/data/metric_metadata.json", json.dumps([entry]))
    return spec, wheel


def test_the_refresh_joins_its_sources_and_gives_the_same_text_twice(tmp_path: Path) -> None:
    spec, wheel = packages(tmp_path)
    first = refresh_alarms.tables(spec, wheel, DATA)
    assert refresh_alarms.tables(spec, wheel, DATA) == first
    made = json.loads(first["metrics.json"])
    assert made["namespaces"]["AWS/SQS"]["metrics"]["NumberOfMessagesSent"] == ["Count/Second", [["QueueName"]]]
    assert "aws-service-spec 1.2" in made["provenance"]["source"]
    queue = json.loads(first["alarms.json"])["rows"][0]
    assert (queue["type"], queue["recommended"]) == ("aws:sqs/queue:Queue", ["NumberOfMessagesSent"])


def test_the_refresh_prints_what_changes_and_writes_nothing_when_asked_to_check(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec, wheel = packages(tmp_path)
    for name in ("metrics_overrides.json", "alarms_overrides.json", "metrics_overlay.json"):
        shutil.copy(DATA / name, tmp_path / name)
    monkeypatch.setattr(refresh_alarms, "DATA", tmp_path)
    call = ["refresh_alarms.py", "--spec", str(spec), "--recommended", str(wheel)]
    monkeypatch.setattr(sys, "argv", [*call, "--check"])
    assert refresh_alarms.main() == 1
    assert not (tmp_path / "metrics.json").exists()
    monkeypatch.setattr(sys, "argv", call)
    assert refresh_alarms.main() == 0
    assert "metrics.json: none -> {'namespaces': 169" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", [*call, "--check"])
    assert refresh_alarms.main() == 0
