# SPDX-License-Identifier: Apache-2.0
"""Inputs as the bridge reads them: nulls, policy documents that are objects, inline policies without a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import Autonaming, CheckError, OfflineAws, World
from stackproof.wire import UNKNOWN, secret

if TYPE_CHECKING:
    from stackproof.wire import Properties, Value

_PROVIDER = OfflineAws(World(), resolved=False)
_POLICY = "aws:iam/policy:Policy"
_ROLE = "aws:iam/role:Role"


def _checked(token: str, inputs: Properties, autonaming: Autonaming | None = None) -> Properties:
    return _PROVIDER.check(f"urn:pulumi:dev::shop::{token}::thing", inputs, {}, autonaming).inputs


def test_nulls_go_from_objects_and_stay_in_lists() -> None:
    given: Properties = {"tags": {"a": None, "b": "c"}, "description": None, "policy": "{}", "path": secret(None)}
    checked = _checked(_POLICY, given)
    assert checked["tags"] == {"b": "c"}
    assert "description" not in checked
    assert checked["path"] == "/"
    group = _checked("aws:ec2/securityGroup:SecurityGroup", {"ingress": secret([None, {"self": None}])})
    assert group["ingress"] == secret([None, {"__defaults": []}])


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("{ }", "{ }"),
        ({"b": 1.0, "a": [True, None, 0.5, "x<&>ü"]}, '{"a":[true,null,0.5,"x\\u003c\\u0026\\u003eü"],"b":1}'),
        ([], "[]"),
        ({"Resource": UNKNOWN}, UNKNOWN),
        (UNKNOWN, UNKNOWN),
        ({"Resource": secret("arn")}, secret('{"Resource":"arn"}')),
        (secret({"Resource": "arn"}), secret('{"Resource":"arn"}')),
    ],
)
def test_a_document_that_is_an_object_becomes_the_text_that_go_would_write(document: Value, text: Value) -> None:
    assert _checked(_POLICY, {"policy": document})["policy"] == text


def test_only_arguments_that_are_documents_become_text() -> None:
    tags: Properties = {"a": "b"}
    assert _checked(_ROLE, {"assumeRolePolicy": {}, "tags": tags})["tags"] == tags


def test_inline_policies_without_a_name_get_one_and_empty_ones_go() -> None:
    policies: list[Value] = [{"policy": "{}"}, {"name": "mine", "policy": UNKNOWN}, {"policy": ""}, {}, UNKNOWN]
    checked = _checked(_ROLE, {"assumeRolePolicy": "{}", "inlinePolicies": policies})["inlinePolicies"]
    assert isinstance(checked, list)
    one, mine, marker, unknown = checked
    assert isinstance(one, dict)
    assert isinstance(marker, dict)
    assert re.fullmatch("thing-[0-9a-f]{7}", str(one["name"]))
    assert (one["name"], one["policy"]) == (marker["name"], "{}")
    assert isinstance(mine, dict)
    assert (mine["name"], mine["policy"], unknown) == ("mine", UNKNOWN, UNKNOWN)


def test_inline_policies_keep_their_secrets_and_follow_the_configuration() -> None:
    inputs: Properties = {"assumeRolePolicy": "{}", "name": "r", "inlinePolicies": secret([secret({"policy": "{}"})])}
    checked = _checked(_ROLE, inputs, Autonaming("proposed", "propose"))
    assert checked["inlinePolicies"] == secret([secret({"policy": "{}", "name": "proposed", "__defaults": []})])
    with pytest.raises(CheckError, match="automatic naming is disabled"):
        _checked(_ROLE, inputs, Autonaming("", "disable"))
    assert "inlinePolicies" not in _checked(_ROLE, {"assumeRolePolicy": "{}"})
