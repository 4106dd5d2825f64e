# SPDX-License-Identifier: Apache-2.0
"""Every case file says what a rule must answer to inputs as the engine sends them; all pass through the real SDK."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.rules.pack_harness import UNKNOWN, Registration, judge

from guardrails.pack import discover

CASES = Path(__file__).parent / "cases"


class Loader(yaml.SafeLoader):
    """YAML with ``!unknown`` for a value not known yet and ``!json`` for an object that travels as JSON text."""


Loader.add_constructor("!unknown", lambda _loader, _node: UNKNOWN)


def as_json(loader: Loader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.MappingNode)
    return json.dumps(loader.construct_mapping(node, deep=True))


Loader.add_constructor("!json", as_json)


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.load(path.read_text("utf-8"), Loader):  # noqa: S506 - the loader is a SafeLoader
            found.append(pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}"))  # noqa: PERF401 - clearer
    return found


def registrations(case: dict[str, Any]) -> list[Registration]:
    others = [
        Registration(item["type"], item["name"], item.get("props", {}), item.get("deps", {}))
        for item in case.get("stack", case.get("earlier", ()))
    ]
    if "stack" in case:
        return others
    return [*others, Registration(case["resource"], case.get("logical", "thing"), case.get("props", {}))]


@pytest.mark.parametrize(("rule", "case"), cases())
def test_rule_answers_as_the_case_says(rule: str, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(case.get("stack_config", {})))
    items = registrations(case)
    judged = [item for item in discover() if item.id == rule]
    found = judge(items, stack="stack" in case, config=case.get("config"), rules=judged)
    urns = {item.urn(): item.name for item in items}
    actual = [
        {"key": item["key"], "path": item["path"], **({"at": urns[item["urn"]]} if "stack" in case else {})}
        for item in found.of(rule)
    ]
    assert case["expect"] == actual
    told = [path.replace(urn, name) for _, path in found.cannot_tell for urn, name in urns.items() if urn in path]
    assert case.get("cannot_tell") == next(iter(told if "stack" in case else [p for _, p in found.cannot_tell]), None)
    assert all(item["level"] == case.get("level", item["level"]) for item in found.of(rule))
    for text in case.get("says", []):
        assert any(text in f"{item['message']} / {item['remedy']}" for item in found.of(rule)), found.of(rule)
