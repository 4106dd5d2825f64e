# SPDX-License-Identifier: Apache-2.0
"""Data sources: computed answers, answers of the played account, typed inventions, unknowns and secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import Answer, OfflineAws, World
from stackproof.wire import UNKNOWN, is_secret, secret

if TYPE_CHECKING:
    from stackproof.wire import Properties, Value

_WORLD = World(account_id="210987654321", region="eu-west-1")
_HEX17 = "[0-9a-f]{17}"


def _invoke(short: str, args: Properties, settings: Properties | None = None, *, resolved: bool = False) -> Answer:
    verb = short.rpartition("/")[2]
    return OfflineAws(_WORLD, resolved=resolved).invoke(f"aws:{short}:{verb}", args, settings or {})


def _values(short: str, args: Properties, settings: Properties | None = None) -> Properties:
    values = _invoke(short, args, settings).values
    assert values is not None
    return values


def test_the_caller_lives_in_the_played_account_and_that_is_said() -> None:
    answer = _invoke("index/getCallerIdentity", {})
    assert answer.values is not None
    assert answer.values["accountId"] == "210987654321"
    assert answer.values["arn"] == "arn:aws:sts::210987654321:assumed-role/preview/preview"
    assert len(answer.assumed) == 1
    assert "210987654321" in answer.assumed[0]


def test_a_region_is_assumed_only_where_the_provider_has_none() -> None:
    assert _values("index/getRegion", {})["name"] == "eu-west-1"
    assert _invoke("index/getRegion", {}).assumed == ("aws:index/getRegion:getRegion: the region is eu-west-1",)
    assert _values("index/getRegion", {}, {"region": "us-west-2"})["region"] == "us-west-2"
    assert _invoke("index/getRegion", {}, {"region": "us-west-2"}).assumed == ()


def test_three_zones_with_the_ids_that_aws_forms() -> None:
    zones = _values("index/getAvailabilityZones", {"state": "available"}, {"region": "ap-southeast-2"})
    assert zones["names"] == ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"]
    assert zones["zoneIds"] == ["apse2-az1", "apse2-az2", "apse2-az3"]
    less = _values("index/getAvailabilityZones", {"excludeNames": ["eu-west-1b"]})
    assert (less["names"], less["zoneIds"]) == (["eu-west-1a", "eu-west-1c"], ["euw1-az1", "euw1-az3"])
    zone = _values("index/getAvailabilityZone", {"name": "eu-west-1c"})
    assert (zone["nameSuffix"], zone["zoneId"]) == ("c", "euw1-az3")


def test_partition_arn_principal_and_default_tags_are_computed_and_nothing_is_assumed() -> None:
    china = {"region": "cn-north-1"}
    expected = {
        "id": "aws-cn",
        "partition": "aws-cn",
        "dnsSuffix": "amazonaws.com.cn",
        "reverseDnsPrefix": "cn.com.amazonaws",
    }
    assert _values("index/getPartition", {}, dict(china)) == expected
    arn = "arn:aws:rds:eu-west-1:123456789012:db:mysql:x"
    parts = {"partition": "aws", "service": "rds", "region": "eu-west-1", "account": "123456789012"}
    assert _values("index/getArn", {"arn": arn}) == {"arn": arn, "id": arn, **parts, "resource": "db:mysql:x"}
    assert _values("index/getServicePrincipal", {"serviceName": "s3"})["name"] == "s3.amazonaws.com"
    assert _values("index/getDefaultTags", {}, {"defaultTags": '{"tags":{"a":"b"}}'})["tags"] == {"a": "b"}
    assert _invoke("index/getPartition", {}).assumed == ()


def test_a_malformed_arn_is_a_failure() -> None:
    (failure,) = _invoke("index/getArn", {"arn": "nonsense"}).failures
    assert failure.property == "arn"


@pytest.mark.parametrize(
    ("short", "args", "name", "pattern"),
    [
        ("ec2/getVpc", {"default": True}, "arn", f"arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-{_HEX17}"),
        ("ec2/getVpc", {"id": "vpc-1"}, "arn", "arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-1"),
        ("ec2/getSubnet", {}, "id", f"subnet-{_HEX17}"),
        ("ec2/getSecurityGroup", {"name": "default"}, "id", f"sg-{_HEX17}"),
        ("ec2/getAmi", {}, "id", f"ami-{_HEX17}"),
        ("ec2/getAmi", {}, "architecture", "x86_64"),
        ("ec2/getAmi", {"filters": [{"name": "architecture", "values": ["arm64"]}]}, "architecture", "arm64"),
        ("iam/getRole", {"name": "r"}, "arn", "arn:aws:iam::210987654321:role/r"),
        ("iam/getPolicy", {"name": "p"}, "arn", "arn:aws:iam::210987654321:policy/p"),
        ("iam/getPolicy", {"arn": "arn:aws:iam::aws:policy/X"}, "arn", "arn:aws:iam::aws:policy/X"),
        ("kms/getAlias", {"name": "alias/a"}, "targetKeyArn", "arn:aws:kms:eu-west-1:210987654321:key/[0-9a-f-]{36}"),
        ("lambda/getFunction", {"functionName": "f"}, "arn", "arn:aws:lambda:eu-west-1:210987654321:function:f"),
        ("route53/getZone", {"name": "example.com"}, "zoneId", "Z[A-Z0-9]{20}"),
        ("s3/getBucket", {"bucket": "b"}, "arn", "arn:aws:s3:::b"),
        (
            "secretsmanager/getSecret",
            {"name": "s"},
            "arn",
            "arn:aws:secretsmanager:eu-west-1:210987654321:secret:s-.{6}",
        ),
        ("sqs/getQueue", {"name": "q"}, "url", "https://sqs.eu-west-1.amazonaws.com/210987654321/q"),
    ],
)
def test_an_invented_answer_has_the_shape_of_the_real_one_and_is_named(
    short: str,
    args: Properties,
    name: str,
    pattern: str,
) -> None:
    answer = _invoke(short, args)
    assert answer.values is not None
    assert re.fullmatch(pattern, str(answer.values[name])) is not None
    assert answer.assumed[0].startswith(f"aws:{short}:")


def test_a_key_asked_by_alias_is_the_target_of_that_alias() -> None:
    alias = _values("kms/getAlias", {"name": "alias/a"})
    assert _values("kms/getKey", {"keyId": "alias/a"})["arn"] == alias["targetKeyArn"]
    assert _values("kms/getKey", {"keyId": str(alias["arn"])})["arn"] == alias["targetKeyArn"]


def test_lists_of_ids_are_lists_and_a_filter_that_was_not_given_is_absent() -> None:
    subnets = _values("ec2/getSubnets", {"filters": [{"name": "vpc-id", "values": ["vpc-1"]}]})
    ids = subnets["ids"]
    assert isinstance(ids, list)
    assert len({str(item) for item in ids}) == 3
    assert "filters" not in _values("ec2/getVpc", {"default": True})


def test_regions_and_canonical_users_are_assumed() -> None:
    regions = _invoke("index/getRegions", {})
    assert regions.values is not None
    assert isinstance(regions.values["names"], list)
    assert "eu-west-1" in regions.values["names"]
    assert regions.assumed == ("aws:index/getRegions:getRegions: 17 regions are enabled",)
    assert re.fullmatch("[0-9a-f]{64}", str(_values("s3/getCanonicalUserId", {})["id"])) is not None


def test_both_passes_get_the_same_answer() -> None:
    assert _invoke("ec2/getVpc", {"default": True}, resolved=True) == _invoke("ec2/getVpc", {"default": True})


@pytest.mark.parametrize(
    ("short", "args", "name"),
    [
        ("ecr/getAuthorizationToken", {}, "password"),
        ("secretsmanager/getSecretVersion", {"secretId": "s"}, "secretString"),
        ("ssm/getParameter", {"name": "/a"}, "value"),
        ("eks/getClusterAuth", {"name": "c"}, "token"),
    ],
)
def test_what_is_secret_in_aws_is_secret_here(short: str, args: Properties, name: str) -> None:
    assert is_secret(_values(short, args)[name])


@pytest.mark.parametrize("hidden", [UNKNOWN, secret(UNKNOWN), [{"actions": [UNKNOWN]}]])
def test_an_unknown_anywhere_in_the_arguments_makes_the_answer_unknown(hidden: Value) -> None:
    assert _invoke("iam/getPolicyDocument", {"statements": hidden}) == Answer(None)


def test_a_secret_argument_makes_the_answer_secret_and_enters_no_words() -> None:
    answer = _invoke("sqs/getQueue", {"name": secret("hush")})
    assert answer.values is not None
    assert all(is_secret(value) for value in answer.values.values())
    assert "hush" not in "".join(answer.assumed)


def test_a_function_that_does_not_exist_is_a_failure() -> None:
    (failure,) = _invoke("nope/getNothing", {}).failures
    assert "aws:nope/getNothing:getNothing is not in pulumi-aws" in failure.reason
