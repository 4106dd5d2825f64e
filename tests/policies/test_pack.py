# SPDX-License-Identifier: Apache-2.0
"""The bridge to CrossGuard: levels, configuration, crashes, and what reaches the wire."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.proxy import UnknownValueError
from tests.rules.pack_harness import Registration, judge, reported, request, servicer, stack_request, struct

import guardrails.rules
from guardrails import pack
from guardrails.resources import Resource, Stack
from guardrails.rule import Enforcement, Rule
from guardrails.values import UNKNOWN_SENTINELS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
WIDE = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}]},
)
SECRET = "hunter2-not-to-be-seen"  # noqa: S105 - a stand-in that must never appear


def wide() -> list[Registration]:
    return [Registration(ROLE_POLICY, "p", {"role": "r", "policy": WIDE})]


def test_a_rule_configured_advisory_reports_through_the_twin_and_does_not_block() -> None:
    levels = {"rules": {"iam-service-wildcard": "advisory"}}
    found = judge(wide(), stack=False, config={"least-privilege": levels})
    assert [(item["policy"], item["level"]) for item in found.findings] == [("least-privilege-advisory", "advisory")]


def test_a_finding_is_mandatory_unless_configured() -> None:
    found = judge(wide(), stack=False)
    assert [(item["policy"], item["level"], item["severity"]) for item in found.findings] == [
        ("least-privilege", "mandatory", "high")
    ]


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        ({"rules": {"iam-nosuch": "mandatory"}}, ["rules.iam-nosuch"]),
        ({"rules": {"iam-service-wildcard": "Advisory"}}, ["rules.iam-service-wildcard"]),
        ({"rules": ["iam-service-wildcard"]}, ["rules"]),
        ({"ruels": {}, "sufix": 1}, ["ruels", "sufix"]),
    ],
)
def test_bad_configuration_blocks_and_names_the_key(config: dict[str, Any], keys: list[str]) -> None:
    found = judge(wide(), stack=False, config={"least-privilege": config})
    blocking = [item for item in found.findings if item["level"] == "mandatory"]
    assert keys == [item["key"] for item in blocking]
    assert {"config-error"} == {item["rule"] for item in blocking}


@pytest.mark.parametrize(
    "config", [{"suffix": " "}, {"suffixConfigKey": 5.0}, {"ignoreTypes": "x"}, {"ignoreTypes": [""]}]
)
def test_options_of_the_wrong_type_are_refused(config: dict[str, Any]) -> None:
    found = judge(
        [Registration("aws:sqs/queue:Queue", "q", {"name": "q-dev"})], stack=False, config={"naming-suffix": config}
    )
    assert sorted(config) == sorted({item["key"] for item in found.findings if item["level"] == "mandatory"})


@pytest.mark.parametrize(
    ("family", "config", "keys"),
    [
        ("naming-suffix", {"scopedNames": "yes"}, ["scopedNames"]),
        ("naming-suffix", {"suffix": "-dev"}, ["suffix"]),
        ("naming-suffix", {"suffix": "blue", "otherSuffixes": ["blue", "green"]}, ["otherSuffixes"]),
        ("naming-suffix", {"ignoreTypes": ["aws:sqs/queue"]}, ["ignoreTypes"]),
        ("alarm-presence", {"coverage": "all"}, ["coverage"]),
        ("alarm-presence", {"requiredMetrics": ["Errors"]}, ["requiredMetrics"]),
        ("alarm-presence", {"requiredMetrics": {"aws:sqs/queue:Queue": "Errors"}}, ["requiredMetrics"]),
        ("alarm-presence", {"requiredMetrics": {"aws:sqs/queue:Queue": ["Errors"]}}, ["requiredMetrics"]),
        ("alarm-presence", {"demandTypes": ["aws:ec2/vpc:Vpc"]}, ["demandTypes"]),
        (
            "alarm-presence",
            {"demandTypes": ["aws:s3/bucket:Bucket"], "ignoreTypes": ["aws:s3/bucket:Bucket"]},
            ["ignoreTypes"],
        ),
        ("alarm-presence", {"ephemeralStacks": "pr-*"}, ["ephemeralStacks"]),
        ("alarm-cannot-fire", {"extraNamespaces": ["AWS/CodeCommit"]}, ["extraNamespaces"]),
        ("alarm-cannot-fire", {"extraMetrics": {"AWS/Quantum": ["X"]}}, ["extraMetrics"]),
        ("alarm-cannot-fire", {"extraDimensions": {"AWS/Quantum": ["X"]}}, ["extraDimensions"]),
        ("naming-collision", {"suffix": "x"}, ["suffix"]),
    ],
)
def test_values_that_are_wrong_or_contradict_one_another_are_errors_that_name_the_key(
    family: str,
    config: dict[str, Any],
    keys: list[str],
) -> None:
    found = judge([Registration("aws:sqs/queue:Queue", "q", {"name": "q-dev"})], config={family: config})
    errors = [item for item in found.findings if item["rule"] == "config-error"]
    assert keys == sorted({item["key"] for item in errors})
    assert {"mandatory"} <= {item["level"] for item in errors}


def test_a_full_configuration_is_taken_as_it_is() -> None:
    queue = "aws:sqs/queue:Queue"
    presence = {
        "coverage": "recommended",
        "requiredMetrics": {queue: ["ApproximateAgeOfOldestMessage"]},
        "demandTypes": ["aws:s3/bucket:Bucket"],
        "ignoreTypes": [],
        "extraMetrics": {},
        "ephemeralStacks": ["dev"],
    }
    firing = {"extraNamespaces": ["AWS/Quantum"], "extraMetrics": {"AWS/Quantum": ["X"], "AWS/SQS": ["Y"]}}
    naming = {"suffix": "dev", "scopedNames": True, "displayNames": True, "nameTags": True, "otherSuffixes": ["prod"]}
    config: dict[str, dict[str, Any]] = {
        "alarm-presence": presence,
        "alarm-cannot-fire": firing,
        "naming-suffix": naming,
    }
    assert judge([Registration(queue, "q", {"name": "q-dev"})], config=config).findings == []


def test_bad_configuration_of_a_stack_policy_blocks() -> None:
    found = judge(wide(), config={"alarm-presence": {"ignoreType": []}})
    assert ("config-error", "ignoreType", "mandatory") in [
        (item["rule"], item["key"], item["level"]) for item in found.findings
    ]


def test_bad_configuration_is_seen_even_where_only_the_stack_is_registered() -> None:
    stack = Registration("pulumi:pulumi:Stack", "shop-dev", {})
    found = judge([stack], stack=False, config={"least-privilege": {"x": 1}})
    assert "x" in {item["key"] for item in found.findings}


def test_a_resource_without_anything_to_judge_is_not_applicable() -> None:
    found = judge([Registration("aws:ec2/vpc:Vpc", "v", {})], stack=False)
    assert {"least-privilege", "naming-suffix"} <= set(found.not_applicable)


def crashing(level: Enforcement) -> Rule[Any]:
    first = next(item for item in pack.discover() if item.id == "iam-malformed-policy")

    def check(_view: object, _settings: object) -> Iterator[Any]:
        yield first.finding("before", ("policy",), "certain", "repair")
        raise RuntimeError(SECRET)

    return dataclasses.replace(first, id="iam-broken", enforcement=level, check=check)


@pytest.mark.parametrize("level", [Enforcement.MANDATORY, Enforcement.ADVISORY])
def test_a_rule_that_raises_blocks_by_name_and_the_others_go_on(level: Enforcement) -> None:
    found = judge(wide(), stack=False, rules=[crashing(level), *pack.discover()])
    blocking = [(item["rule"], item["key"]) for item in found.findings if item["level"] == "mandatory"]
    assert ("rule-error", "iam-broken") in blocking
    assert ("iam-service-wildcard", "Action::s3:*") in blocking
    assert SECRET not in str(found)


def test_what_was_certain_before_the_crash_is_kept() -> None:
    found = judge(wide(), stack=False, rules=[crashing(Enforcement.MANDATORY)])
    assert [item["key"] for item in found.findings] == ["before", "iam-broken"]


def test_a_urn_outside_the_form_is_a_blocking_error() -> None:
    made = servicer()
    sent = request(Registration("aws:sqs/queue:Queue", "q", {"name": "q"}))
    sent.urn = "nonsense"
    messages = [item.message for item in made.Analyze(sent, None).diagnostics]
    assert any("rule-error[naming-suffix]" in text for text in messages)


def test_the_stack_is_the_one_in_the_urn_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_STACK", "other")
    monkeypatch.setenv("PULUMI_PROJECT", "other")
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"other:environmentSuffix": "elsewhere"}))
    queues = [Registration("aws:sqs/queue:Queue", name, {"name": name}) for name in ("q-dev", "q-other")]
    found = judge(queues, stack=False)
    assert [item["rule"] for item in found.of("naming-suffix")] == ["naming-suffix"]
    assert "q-other" in found.of("naming-suffix")[0]["message"]


def counting(on: type) -> tuple[Rule[Any], list[object]]:
    """Make a rule that has one finding whatever it sees, and the list of what it saw."""
    like = next(item for item in pack.discover() if item.on is on and item.enforcement is Enforcement.MANDATORY)
    seen: list[object] = []

    def check(view: object, settings: object) -> Iterator[Any]:
        seen.append((view, settings))
        yield like.finding("any", (), "certain", "repair", WIDE_URN if on is Stack else None)

    return dataclasses.replace(like, check=check), seen


WIDE_URN = wide()[0].urn()


@pytest.mark.parametrize("on", [Resource, Stack])
def test_a_rule_runs_once_for_the_policies_of_both_levels(on: type) -> None:
    """The twin takes over what the blocking policy found, of this request alone."""
    item, seen = counting(on)
    made = servicer([item])
    for _ in range(2):
        found = reported([made.Analyze(request(wide()[0]), None), made.AnalyzeStack(stack_request(wide()), None)])
        assert [(entry["policy"], entry["level"]) for entry in found.findings] == [(item.family.name, "mandatory")]
    assert len(seen) == 2


def test_the_twin_judges_for_itself_under_a_configuration_of_its_own() -> None:
    item, seen = counting(Resource)
    levels = {"rules": {item.id: "advisory"}}
    found = judge(wide(), stack=False, rules=[item], config={f"{item.family.name}-advisory": levels})
    assert [entry["level"] for entry in found.findings] == ["mandatory", "advisory"]
    assert len(seen) == 2


def test_a_configuration_that_changes_is_heard_at_once() -> None:
    item, _ = counting(Resource)
    made = servicer([item])
    found = [reported([made.Analyze(request(wide()[0]), None)])]
    sent = analyzer_pb2.ConfigureAnalyzerRequest()
    sent.policyConfig[item.family.name].enforcementLevel = analyzer_pb2.MANDATORY
    sent.policyConfig[item.family.name].properties.CopyFrom(struct({"rules": {item.id: "disabled"}}))
    made.Configure(sent, None)
    found += [reported([made.Analyze(request(wide()[0]), None)])]
    assert [len(each.findings) for each in found] == [1, 0]


def test_an_unknown_that_a_rule_should_not_have_read_blocks() -> None:
    def read_past_the_view(view: object, _settings: object) -> Iterator[Any]:
        yield from ()
        if view:
            raise UnknownValueError(UNKNOWN_SENTINELS[0], ["policy"])

    broken = dataclasses.replace(crashing(Enforcement.MANDATORY), check=read_past_the_view)
    found = judge(wide(), stack=False, rules=[broken])
    assert [(item["rule"], item["level"]) for item in found.findings] == [("rule-error", "mandatory")]


def test_a_longer_text_that_holds_an_unknown_is_unknown() -> None:
    text = WIDE.replace("arn:aws:s3:::b", f"arn:aws:s3:::{UNKNOWN_SENTINELS[0]}")
    found = judge([Registration(ROLE_POLICY, "p", {"policy": text})], stack=False)
    assert found.cannot_tell == [("least-privilege", "policy"), ("least-privilege-advisory", "policy")]


def test_no_two_policies_have_one_name() -> None:
    names = [item.name for item in servicer().GetAnalyzerInfo(None, None).policies]
    assert sorted(names) == sorted(set(names))


def test_certain_findings_come_before_what_cannot_be_told() -> None:
    document = {
        "Statement": [{"Effect": "Allow", "Action": ["s3:*", UNKNOWN_SENTINELS[0]], "Resource": "arn:aws:s3:::b"}]
    }
    sent = request(Registration(ROLE_POLICY, "p", {"policy": {"Version": "2012-10-17", **document}}))
    messages = [item.message for item in servicer().Analyze(sent, None).diagnostics]
    assert [
        messages[0][:13],
        messages[1][: len("can't run policy 'least-privilege'")],
    ] == ["Policy grants", "can't run policy 'least-privilege'"]


@pytest.mark.parametrize("sentinel", UNKNOWN_SENTINELS)
def test_every_kind_of_unknown_goes_through_the_sdk_channel(sentinel: str) -> None:
    found = judge([Registration(ROLE_POLICY, "p", {"policy": sentinel})], stack=False)
    assert found.cannot_tell == [("least-privilege", "policy"), ("least-privilege-advisory", "policy")]


def test_the_stack_s_own_unknown_exports_trouble_no_stack_rule() -> None:
    items = [
        Registration("pulumi:pulumi:Stack", "shop-dev", {"url": UNKNOWN_SENTINELS[0]}),
        Registration("aws:sqs/queue:Queue", "q", {"name": "q-dev"}),
    ]
    response = servicer().AnalyzeStack(stack_request(items), None)
    assert [items[1].urn()] == [item.urn for item in response.diagnostics]


def test_policies_carry_their_metadata() -> None:
    info = {item.name: item for item in servicer().GetAnalyzerInfo(None, None).policies}
    blocking = [name for name in info if not name.endswith("-advisory")]
    assert sorted(blocking) == sorted({pack.EXEMPTIONS.name, *(item.family.name for item in pack.discover())})
    for item in info.values():
        assert item.description
        assert item.remediation_steps
        assert item.framework.name
        assert item.url.startswith("https://")
        assert "rules" in item.configSchema.properties


def test_configuration_files_are_valid_and_keep_the_level_of_each_policy() -> None:
    """An object without a level would make a mandatory policy advisory."""
    folder = Path(pack.__file__).parents[1] / "config"
    families = {item.family.name: item.family for item in pack.discover()}
    names = {"dev.json", "staging.json", "prod.json"}
    assert names == {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        for name, entry in json.loads(path.read_text("utf-8")).items():
            family = families[name.removesuffix("-advisory")]
            rules = [item for item in pack.discover() if item.family is family]
            assert entry["enforcementLevel"] in {"mandatory", "advisory", "disabled"}
            assert pack.validate(family, rules, {k: v for k, v in entry.items() if k != "enforcementLevel"}) == []


def _module(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("from guardrails.rules.naming.suffix import suffix_missing\n", "the rule id naming-suffix is used twice"),
        ("x = 1\n", "must hold exactly one rule, not 0"),
    ],
)
def test_discovery_refuses_what_is_not_one_new_rule(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    error: str,
) -> None:
    name = f"zz{abs(hash(text))}"
    _module(tmp_path / name, "__init__.py", "")
    _module(tmp_path / name, "again.py", text)
    monkeypatch.setattr(guardrails.rules, "__path__", [*guardrails.rules.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match=error):
        pack.discover()


@pytest.mark.parametrize(
    ("config", "level"),
    [
        ({}, "advisory"),
        ({"profile": "default"}, "advisory"),
        ({"profile": "strict"}, "mandatory"),
        ({"profile": "strict", "rules": {"iam-verb-wildcard": "advisory"}}, "advisory"),
    ],
)
def test_the_strict_profile_makes_its_rules_mandatory_unless_one_is_configured_by_its_id(
    config: dict[str, Any], level: str
) -> None:
    verb = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Put*", "Resource": "arn:aws:s3:::b"}]}
    )
    role = Registration(ROLE_POLICY, "p", {"role": "r", "policy": verb})
    found = judge([role], stack=False, config={"least-privilege": config}).of("iam-verb-wildcard")
    assert [item["level"] for item in found] == [level]


def test_the_strict_profile_blocks_services_that_act_on_anybody_s_behalf() -> None:
    lent = Registration(
        "aws:lambda/permission:Permission", "p", {"principal": "sns.amazonaws.com", "action": "lambda:*"}
    )
    levels = [
        [item["level"] for item in judge([lent], stack=False, config=config).of("iam-service-confused-deputy")]
        for config in (None, {"least-privilege": {"profile": "strict"}})
    ]
    assert levels == [["advisory"], ["mandatory"]]


def test_a_profile_that_does_not_exist_blocks_and_is_named() -> None:
    found = judge(wide(), stack=False, config={"least-privilege": {"profile": "Strict"}})
    assert [(item["rule"], item["key"]) for item in found.findings if item["level"] == "mandatory"] == [
        ("config-error", "profile")
    ]


def test_a_finding_of_the_iam_rules_tells_its_class_its_confidence_and_its_actions() -> None:
    assert [item["grade"] for item in judge(wide(), stack=False).findings] == ["A2 definite s3:*"]
