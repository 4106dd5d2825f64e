# SPDX-License-Identifier: Apache-2.0
"""Regenerate the tables of metrics and of alarms from two registry packages, the overlay and the override files.

The packages: ``npm pack @aws-cdk/aws-service-spec`` and ``pip download --no-deps awslabs.cloudwatch-mcp-server``.
The overlay, in neither registry, is a dated file; ``--constants`` renews it from ``cloudWatchConsts/metrics.go`` of
grafana-aws-sdk. Prints how the counts change, then replaces each table at once.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import re
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from refresh_names import DATA, replace

Sets: TypeAlias = "set[tuple[str, ...]]"

_SCALED = {f"{scale}{base}" for scale in ("Kilo", "Mega", "Giga", "Tera") for base in ("bytes", "bits")}
_AMOUNTS = {"Bytes", "Bits", "Count", *_SCALED}
_UNITS = {"Seconds", "Microseconds", "Milliseconds", "Percent", "None", *_AMOUNTS, *(f"{x}/Second" for x in _AMOUNTS)}
"""CloudWatch's own units, the enumeration ``StandardUnit`` of its API."""

_GO_ENTRY = re.compile(r'^\t"([^"]+)":\s*\{(.*?)\}', re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Metric:
    """What the sources say of one metric: its unit, ``""`` where unknown, and the dimension sets it is published in."""

    unit: str = ""
    sets: Sets = field(default_factory=set)


Namespaces: TypeAlias = "dict[str, dict[str, Metric]]"


def main() -> int:
    """Write both tables; with ``--check`` only say whether they are the ones that would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", type=Path, required=True, help="the packed @aws-cdk/aws-service-spec, a .tgz")
    parser.add_argument("--recommended", type=Path, required=True, help="the wheel of awslabs.cloudwatch-mcp-server")
    parser.add_argument("--constants", type=Path, help="metrics.go of grafana-aws-sdk, to renew the overlay")
    parser.add_argument("--date", help="the date of metrics.go, as 2026-08-06; needed with --constants")
    parser.add_argument("--check", action="store_true", help="exit 1 if a table would change; write nothing")
    options = parser.parse_args()
    if options.constants:
        replace(DATA / "metrics_overlay.json", overlay(options.constants.read_text("utf-8"), options.date or ""))
    texts = tables(options.spec, options.recommended, DATA)
    changed = False
    for name, text in texts.items():
        target = DATA / name
        before = target.read_text("utf-8") if target.exists() else "{}"
        sys.stdout.write(f"{name}: {_counts(before)} -> {_counts(text)}\n")
        changed = changed or text != before
        if not options.check:
            replace(target, text)
    return int(options.check and changed)


def _counts(text: str) -> str:
    return str(json.loads(text).get("provenance", {}).get("counts", "none"))


def tables(spec: Path, recommended: Path, data: Path) -> dict[str, str]:
    """Make the texts of ``metrics.json`` and ``alarms.json``."""
    metric_overrides, alarm_overrides, extra = (
        json.loads((data / name).read_text("utf-8"))
        for name in ("metrics_overrides.json", "alarms_overrides.json", "metrics_overlay.json")
    )
    version, found = read_spec(spec)
    advised_version, advised = read_recommended(recommended)
    keys = {ns: set(names) for ns, names in extra["keys"].items()}
    for namespace, names in extra["namespaces"].items():
        for name in names:
            found.setdefault(namespace, {}).setdefault(name, Metric())
    add_recommended(found, advised, metric_overrides["units"])
    add_overrides(found, keys, metric_overrides, alarm_overrides)
    sources = {
        "source": f"npm @aws-cdk/aws-service-spec {version}; PyPI awslabs.cloudwatch-mcp-server {advised_version}; "
        f"overlay: {extra['provenance']['source']}, {extra['provenance']['date']}",
        "licence": "Apache-2.0, all three",
        "generator": "scripts/refresh_alarms.py",
    }
    rows = [with_recommendations(row, advised) for row in alarm_overrides["rows"]]
    return {
        "metrics.json": render_metrics(found, keys, metric_overrides, sources),
        "alarms.json": render_alarms(rows, alarm_overrides, sources),
    }


def overlay(text: str, date: str) -> str:
    """Turn the Go maps of ``metrics.go`` into the overlay file.

    Raises:
        SystemExit: the file is not in the form that is known, or carries no date.

    """
    parts = text.split("var NamespaceDimensionKeysMap")
    if len(parts) != 2 or not date:  # noqa: PLR2004 - one map before, one after
        raise SystemExit("--constants needs metrics.go with its two maps, and --date the day it is from")
    metrics, keys = (
        {name: sorted(set(re.findall(r'"([^"]+)"', body))) for name, body in _GO_ENTRY.findall(part)} for part in parts
    )
    source = "grafana-aws-sdk pkg/cloudWatchConsts/metrics.go"
    counts = {"namespaces": len(metrics), "metrics": sum(map(len, metrics.values()))}
    head = {"source": source, "date": date, "licence": "Apache-2.0", "counts": counts}
    return f'{{\n "provenance": {json.dumps(head)},\n "namespaces": {_lines(metrics)},\n "keys": {_lines(keys)}\n}}\n'


def _lines(entries: dict[str, Any]) -> str:
    rows = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(entries.items()))
    return "{\n" + ",\n".join(rows) + "\n }"


def read_spec(path: Path) -> tuple[str, Namespaces]:
    """Read metrics and their dimension sets from the service specification, joined by ``$id``."""
    with tarfile.open(path) as archive:
        version = json.loads(_member(archive, "package/package.json"))["version"]
        schema = json.loads(gzip.decompress(_member(archive, "package/db.json.gz")))["schema"]
    sets = {
        item["$id"]: tuple(sorted(part["name"] for part in item["dimensions"]))
        for item in schema["dimensionSet"]["entities"]
    }
    uses = schema["usesDimensionSet"]["forward"]
    found: Namespaces = {}
    for item in schema["metric"]["entities"]:
        metric = found.setdefault(item["namespace"], {}).setdefault(item["name"], Metric())
        metric.sets |= {sets[link["$id"]] for link in uses.get(item["$id"], [])}
    return version, found


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    handle = archive.extractfile(name)
    if handle is None:
        raise SystemExit(f"the archive holds no {name}; is it @aws-cdk/aws-service-spec?")
    return handle.read()


def read_recommended(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """Read AWS's metric descriptions and recommended alarms."""
    with zipfile.ZipFile(path) as archive:
        [name] = [item for item in archive.namelist() if item.endswith("/metric_metadata.json")]
        entries: list[dict[str, Any]] = json.loads(archive.read(name))
    return path.name.split("-")[1], entries


def add_recommended(found: Namespaces, entries: list[dict[str, Any]], units: dict[str, str]) -> None:
    """Add the metrics of AWS's file, their units, and the dimension sets of its recommended alarms."""
    for entry in entries:
        place = entry["metricId"]
        metric = found.setdefault(place["namespace"], {}).setdefault(place["metricName"], Metric())
        unit = entry.get("unitInfo", "")
        unit = units.get(unit, unit)
        metric.unit = unit if unit in _UNITS else ""
        for alarm in entry.get("alarmRecommendations", []):
            metric.sets.add(_keys(alarm))


def _keys(alarm: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(item["name"] for item in alarm.get("dimensions", [])))


def add_overrides(
    found: Namespaces,
    keys: dict[str, set[str]],
    metrics: dict[str, Any],
    alarms: dict[str, Any],
) -> None:
    """Apply the reviewed corrections, and admit the dimension sets that the rows of the alarm table speak of."""
    for row in alarms["rows"]:
        for name, meaning in row["metrics"].items():
            metric = found.setdefault(row["namespace"], {}).setdefault(name, Metric())
            metric.sets |= _admitted(row, meaning)
    for namespace, names in metrics["sets"].items():
        for name, sets in names.items():
            found[namespace].setdefault(name, Metric()).sets |= {tuple(sorted(item)) for item in sets}
    for namespace, names in metrics["contradicted"].items():
        for name, sets in names.items():
            found[namespace][name].sets -= {tuple(sorted(item)) for item in sets}
    for namespace in metrics["namespaces"]:
        found.setdefault(namespace, {})
    for namespace, entries in found.items():
        known = keys.setdefault(namespace, set())
        known.update(*(item for metric in entries.values() for item in metric.sets), metrics["keys"].get(namespace, []))


def _admitted(row: dict[str, Any], meaning: str) -> Sets:
    """List identity, the metric's own keys, and every choice of the optional ones."""
    base = {*row["identity"], *meaning.split("+")[1:]}
    rest = sorted(set(row.get("optional", [])) - base)
    choices = (part for size in range(len(rest) + 1) for part in itertools.combinations(rest, size))
    return {tuple(sorted({*base, *part})) for part in choices}


def with_recommendations(row: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Mark which metrics of a row AWS recommends an alarm on, for dimensions that the row's resource can give."""
    keys = {*row["identity"], *row.get("optional", [])}
    keys |= {key for meaning in row["metrics"].values() for key in meaning.split("+")[1:]}
    advised = sorted(
        entry["metricId"]["metricName"]
        for entry in entries
        if entry["metricId"]["namespace"] == row["namespace"]
        and entry["metricId"]["metricName"] in row["metrics"]
        and any(set(_keys(alarm)) <= keys for alarm in entry.get("alarmRecommendations", []))
    )
    rest = {key: value for key, value in row.items() if key != "unadvised"}
    advised = [name for name in advised if name not in row.get("unadvised", [])]
    return {**rest, "recommended": advised} if advised else rest


def render_metrics(
    found: Namespaces, keys: dict[str, set[str]], overrides: dict[str, Any], sources: dict[str, str]
) -> str:
    """Write the metrics table, a namespace a line: ``{keys, metrics: {name: [unit, sets or null]}}``."""
    entries = {
        namespace: {
            "keys": sorted(keys[namespace]),
            "metrics": {
                name: [metric.unit, sorted(map(list, metric.sets)) or None] for name, metric in sorted(metrics.items())
            },
        }
        for namespace, metrics in found.items()
    }
    flat = [metric for metrics in found.values() for metric in metrics.values()]
    counts = {"namespaces": len(found), "metrics": len(flat), "withSets": sum(bool(item.sets) for item in flat)}
    head = {**sources, "counts": counts}
    rest = {name: overrides[name] for name in ("absent", "open", "regions")}
    tail = "".join(f',\n "{name}": {json.dumps(value)}' for name, value in rest.items())
    return f'{{\n "provenance": {json.dumps(head)},\n "namespaces": {_lines(entries)}{tail}\n}}\n'


def render_alarms(rows: list[dict[str, Any]], overrides: dict[str, Any], sources: dict[str, str]) -> str:
    """Write the alarm table, a row a line."""
    counts = {
        "rows": len(rows),
        "types": len({row["type"] for row in rows}),
        "maybe": len({row["type"] for row in rows if row.get("worth") == "maybe"}),
        "metrics": sum(len(row["metrics"]) for row in rows),
        "recommended": sum(len(row.get("recommended", [])) for row in rows),
        "eventTypes": len(overrides["events"]),
    }
    head = {**sources, "counts": counts, "judgement": "alarms_overrides.json"}
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    rest = "".join(f',\n "{name}": {_lines(overrides[name])}' for name in ("aliases", "missingData", "events"))
    return f'{{\n "provenance": {json.dumps(head)},\n "rows": [\n{lines}\n ]{rest}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
