# SPDX-License-Identifier: Apache-2.0
"""Defaults in checked inputs and in outputs, as the bridge and Terraform put them there; facts of the table."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from stackproof.aws import OfflineAws, World
from stackproof.aws.tables import default_block, provenance, resource_type
from stackproof.wire import UNKNOWN, secret

if TYPE_CHECKING:
    from stackproof.wire import Properties, Value

_SETTINGS: Properties = {"region": "eu-west-1"}


def _urn(token: str) -> str:
    return f"urn:pulumi:dev::shop::{token}::thing"


def _checked(token: str, inputs: Properties) -> Properties:
    checked = OfflineAws(World(), resolved=False).check(_urn(token), inputs, _SETTINGS)
    assert checked.failures == ()
    return checked.inputs


def _planned(token: str, inputs: Properties, *, resolved: bool = False) -> Properties:
    return OfflineAws(World(), resolved=resolved).create(_urn(token), _checked(token, inputs), _SETTINGS).outputs


def _table() -> dict[str, Any]:
    text = resources.files("stackproof.aws").joinpath("data", "defaults.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


@pytest.mark.parametrize(
    ("token", "inputs", "wanted"),
    [
        ("aws:sqs/queue:Queue", {}, {"visibilityTimeoutSeconds": 30.0, "messageRetentionSeconds": 345600.0}),
        ("aws:kms/key:Key", {}, {"isEnabled": True, "keyUsage": "ENCRYPT_DECRYPT"}),
        ("aws:rds/instance:Instance", {"instanceClass": "c"}, {"autoMinorVersionUpgrade": True}),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {"comparisonOperator": "o", "evaluationPeriods": 1.0},
            {"actionsEnabled": True, "treatMissingData": "missing"},
        ),
        ("aws:lambda/function:Function", {"role": "r"}, {"memorySize": 128.0, "timeout": 3.0, "packageType": "Zip"}),
        ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, {"path": "/", "maxSessionDuration": 3600.0}),
        ("aws:ec2/securityGroup:SecurityGroup", {}, {"description": "Managed by Pulumi"}),
        ("aws:secretsmanager/secret:Secret", {}, {"recoveryWindowInDays": 30.0}),
        ("aws:lb/loadBalancer:LoadBalancer", {}, {"idleTimeout": 60.0, "enableHttp2": True}),
    ],
)
def test_a_default_that_is_true_in_the_language_of_go_is_set_in_check(
    token: str,
    inputs: Properties,
    wanted: Properties,
) -> None:
    checked = _checked(token, inputs)
    assert {name: checked.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("token", "inputs", "falsy"),
    [
        ("aws:s3/bucket:Bucket", {}, {"forceDestroy": False}),
        ("aws:sqs/queue:Queue", {}, {"delaySeconds": 0.0, "fifoQueue": False}),
        ("aws:kms/key:Key", {}, {"enableKeyRotation": False}),
        (
            "aws:rds/instance:Instance",
            {"instanceClass": "c"},
            {"publiclyAccessible": False, "skipFinalSnapshot": False},
        ),
    ],
)
@pytest.mark.parametrize("resolved", [False, True])
def test_a_false_or_empty_default_is_in_the_outputs_only(
    token: str,
    inputs: Properties,
    falsy: Properties,
    resolved: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert falsy.keys() & _checked(token, inputs).keys() == set()
    planned = _planned(token, inputs, resolved=resolved)
    assert {name: planned.get(name) for name in falsy} == falsy


def test_what_the_program_gave_is_kept() -> None:
    given: Properties = {"visibilityTimeoutSeconds": 5.0, "messageRetentionSeconds": UNKNOWN, "delaySeconds": 0.0}
    checked = _checked("aws:sqs/queue:Queue", given)
    assert {name: checked[name] for name in given} == given
    planned = _planned("aws:sqs/queue:Queue", given)
    assert {name: planned[name] for name in given} == given


def test_an_argument_that_excludes_another_keeps_its_default_away_from_check_alone() -> None:
    token = "aws:ec2/instance:Instance"  # noqa: S105 (a type, not a password)
    assert _checked(token, {})["sourceDestCheck"] is True
    assert "sourceDestCheck" not in _checked(token, {"networkInterfaces": [{"deviceIndex": 0.0}]})
    assert _planned(token, {"networkInterfaces": [{"deviceIndex": 0.0}]})["sourceDestCheck"] is True


def test_every_block_lists_the_defaults_that_were_set_in_it_and_outputs_have_no_such_list() -> None:
    token = "aws:cloudfront/distribution:Distribution"  # noqa: S105 (a type, not a password)
    origin: Properties = {"domainName": "d", "originId": "o"}
    needed: Properties = {"enabled": True, "restrictions": {}, "viewerCertificate": {}, "defaultCacheBehavior": {}}
    given: Properties = {**needed, "origins": [origin]}
    set_ones: Properties = {"connectionAttempts": 3.0, "connectionTimeout": 10.0}
    assert _checked(token, given)["origins"] == [{**origin, **set_ones, "__defaults": [*set_ones]}]
    assert _planned(token, given)["origins"] == [{**origin, **set_ones, "originPath": ""}]


def test_a_block_without_defaults_lists_none_and_a_map_is_no_block() -> None:
    rule: Properties = {"fromPort": 1.0, "toPort": 1.0, "protocol": "tcp"}
    checked = _checked("aws:ec2/securityGroup:SecurityGroup", {"ingress": [rule], "tags": {"a": "b"}})
    assert checked["ingress"] == [{**rule, "__defaults": []}]
    assert checked["tags"] == {"a": "b"}


@pytest.mark.parametrize(("rules", "wanted"), [(UNKNOWN, UNKNOWN), ([UNKNOWN], [UNKNOWN])])
def test_unknown_blocks_stay_unknown(rules: Value, wanted: Value) -> None:
    assert _checked("aws:ec2/securityGroup:SecurityGroup", {"ingress": rules})["ingress"] == wanted


def test_a_secret_block_stays_secret() -> None:
    checked = _checked("aws:ec2/securityGroup:SecurityGroup", {"ingress": secret([{"fromPort": 1.0}])})
    assert checked["ingress"] == secret([{"fromPort": 1.0, "__defaults": []}])


def test_a_type_outside_of_the_table_gets_no_default() -> None:
    assert default_block("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration") is None
    given: Properties = {"bucket": "b", "rules": []}
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"  # noqa: S105 (a type, not a password)
    assert _checked(token, given) == {**given, "region": "eu-west-1"}


def test_the_table_names_only_inputs_that_may_be_left_out() -> None:
    wrong = []
    for token in _table()["types"]:
        kind, block = resource_type(token), default_block(token)
        assert block is not None
        known = kind.inputs - set(kind.required) if kind else frozenset()
        wrong += [f"{token}: {name}" for name in sorted(block.defaults.keys() - known)]
    assert wrong == []


def test_the_table_says_where_it_comes_from_and_what_it_left_out() -> None:
    head, table = provenance("defaults.json"), _table()
    assert head["licence"].startswith("MPL-2.0")
    assert head["confirmed by"] == provenance()["version"]
    assert len(head["commit"]) == 40
    assert head["counts"]["types"] == len(table["types"]) > 600
    assert head["counts"]["rows"] == len(table["rows"])
    assert head["counts"]["left out"].keys() == table["left out"].keys()
