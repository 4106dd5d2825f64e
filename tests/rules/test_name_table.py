# SPDX-License-Identifier: Apache-2.0
"""Every type of the name table: a name without the suffix fires, and the name that is proposed for it does not."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from tests.rules.pack_harness import Registration, Reported, reported, request, servicer

from guardrails.naming.suffix import propose
from guardrails.naming.table import NameSpec, lookup, named_types
from guardrails.pack import discover

TYPES = [(token, spec) for token in sorted(named_types()) if (spec := lookup(token))]
EACH = pytest.mark.parametrize(("token", "spec"), TYPES, ids=[token for token, _ in TYPES])
DEFAULT = [(token, spec) for token, spec in TYPES if spec.kind in ("physical", "path", "label")]
AUTO = [(token, spec) for token, spec in DEFAULT if spec.absent == "auto"]


@cache
def service(*, everything: bool) -> Any:
    found = [item for item in discover() if item.id == "naming-suffix"]
    config = {"scopedNames": True, "displayNames": True, "nameTags": True} if everything else {}
    return servicer(found, {"naming-suffix": config})


def judge(token: str, props: dict[str, Any], *, everything: bool = True, logical: str = "orders") -> Reported:
    sent = request(Registration(token, logical, props))
    return reported([service(everything=everything).Analyze(sent, None)])


@EACH
def test_a_name_without_suffix_fires_and_the_proposed_one_does_not(token: str, spec: NameSpec) -> None:
    [finding] = judge(token, {spec.prop: "orders"}).findings
    proposed = re.search(r'set \w+ = "([^"]+)"', finding["remedy"])
    assert proposed is not None
    assert judge(token, {spec.prop: proposed[1]}).findings == []


@EACH
def test_a_proposed_name_keeps_to_the_length_and_the_letters_of_the_type(token: str, spec: NameSpec) -> None:  # noqa: ARG001 - names the case
    made = propose("A-Long_Name.of/it" * 40, "dev", spec)
    assert made is not None
    assert len(made) <= (spec.max or len(made))
    assert made == made.lower() or not spec.lower
    assert set(made.removeprefix(spec.start)) & set("-_./") <= set(spec.seps)
    assert made.startswith(spec.start)


@pytest.mark.parametrize(("token", "spec"), [item for item in TYPES if item not in DEFAULT])
def test_names_inside_a_parent_and_names_for_display_are_judged_on_demand_only(token: str, spec: NameSpec) -> None:
    assert judge(token, {spec.prop: "orders"}, everything=False).findings == []


@pytest.mark.parametrize(("token", "spec"), AUTO)
def test_an_auto_named_resource_is_told_the_pattern(token: str, spec: NameSpec) -> None:
    [finding] = judge(token, {spec.prop: f"{spec.start}orders-0a1b2c3{spec.ending}"}).findings
    assert "is auto-named" in finding["message"]
    assert f"pattern ${{name}}{spec.separator}${{stack}}" in finding["remedy"]


@pytest.mark.parametrize(("token", "spec"), [item for item in TYPES if item[1].prefix])
def test_a_name_that_is_made_from_a_prefix_fires_and_names_the_property(token: str, spec: NameSpec) -> None:
    """AWS appends a random id to a prefix, so that no prefix can give the suffix."""
    [finding] = judge(token, {str(spec.prefix): "orders-dev-"}).findings
    assert f"({spec.prefix} makes AWS append a random id)" in finding["message"]


def test_what_neither_pulumi_nor_the_program_names_is_called_unnamed() -> None:
    """The provider invents a name that no policy sees."""
    invented = [(token, spec) for token, spec in DEFAULT if spec.absent == "invented"]
    assert len(invented) == 16
    for token, _ in invented:
        [finding] = judge(token, {}).findings
        assert "is unnamed" in finding["message"]


def test_the_suffix_is_found_from_the_urn_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PULUMI_STACK", "PULUMI_CONFIG", "PULUMI_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    assert judge("aws:sqs/queue:Queue", {"name": "orders-dev"}).findings == []


def test_name_tags_are_judged_on_demand_only() -> None:
    vpc = "aws:ec2/vpc:Vpc"
    assert judge(vpc, {"tags": {"Name": "main"}}, everything=False).findings == []
    assert [item["path"] for item in judge(vpc, {"tags": {"Name": "main"}}).findings] == ["tags.Name"]
    assert [item["path"] for item in judge(vpc, {}).findings] == ["tags"]
    assert judge(vpc, {"tags": {"Name": "main-dev"}}).findings == []
