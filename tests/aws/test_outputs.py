# SPDX-License-Identifier: Apache-2.0
"""Outputs of new and existing resources: shapes of ARNs and ids, unknowns, secrets, determinism."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackproof.aws import Created, GenericProvider, OfflineAws, World
from stackproof.wire import UNKNOWN, contains_unknown, is_secret, reveal, secret

if TYPE_CHECKING:
    from stackproof.wire import Properties, Value

_HERE: Properties = {"region": "eu-west-1"}
_A = "arn:aws:"
_R = "eu-west-1:123456789012"
_ELB = f"elasticloadbalancing:{_R}"
_LB = f"{_A}{_ELB}:loadbalancer/app/web/50dc6c495c0c9188"
_HEX = "[0-9a-f]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-4{_HEX}{{3}}-a{_HEX}{{3}}-{_HEX}{{12}}"


def _urn(token: str, name: str = "thing") -> str:
    return f"urn:pulumi:dev::shop::{token}::{name}"


def _create(token: str, inputs: Properties, settings: Properties = _HERE, *, resolved: bool = True) -> Created:
    provider = OfflineAws(World(), resolved=resolved)
    checked = provider.check(_urn(token), inputs, settings)
    return provider.create(_urn(token), checked.inputs, settings)


@pytest.mark.parametrize(
    ("token", "inputs", "arn"),
    [
        ("aws:acm/certificate:Certificate", {}, f"acm:{_R}:certificate/{_UUID}"),
        ("aws:apigateway/restApi:RestApi", {}, "apigateway:eu-west-1::/restapis/[a-z0-9]{10}"),
        ("aws:apigatewayv2/api:Api", {"protocolType": "HTTP"}, "apigateway:eu-west-1::/apis/[a-z0-9]{10}"),
        ("aws:backup/vault:Vault", {"name": "n"}, f"backup:{_R}:backup-vault:n"),
        ("aws:cloudfront/distribution:Distribution", {}, "cloudfront::123456789012:distribution/E[A-Z0-9]{13}"),
        ("aws:cloudtrail/trail:Trail", {"name": "n"}, f"cloudtrail:{_R}:trail/n"),
        ("aws:cloudwatch/eventRule:EventRule", {"name": "n"}, f"events:{_R}:rule/n"),
        ("aws:cloudwatch/eventRule:EventRule", {"name": "n", "eventBusName": "bus"}, f"events:{_R}:rule/bus/n"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/aws/x"}, f"logs:{_R}:log-group:/aws/x"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"name": "n"}, f"cloudwatch:{_R}:alarm:n"),
        ("aws:codebuild/project:Project", {"name": "n"}, f"codebuild:{_R}:project/n"),
        ("aws:codecommit/repository:Repository", {"repositoryName": "n"}, f"codecommit:{_R}:n"),
        ("aws:codepipeline/pipeline:Pipeline", {"name": "n"}, f"codepipeline:{_R}:n"),
        ("aws:cognito/userPool:UserPool", {}, f"cognito-idp:{_R}:userpool/eu-west-1_[a-z0-9]{{9}}"),
        ("aws:dynamodb/table:Table", {"name": "n"}, f"dynamodb:{_R}:table/n"),
        ("aws:ec2/instance:Instance", {}, f"ec2:{_R}:instance/i-{_HEX}{{17}}"),
        ("aws:ec2/securityGroup:SecurityGroup", {}, f"ec2:{_R}:security-group/sg-{_HEX}{{17}}"),
        ("aws:ec2/subnet:Subnet", {"vpcId": "v"}, f"ec2:{_R}:subnet/subnet-{_HEX}{{17}}"),
        ("aws:ec2/vpc:Vpc", {}, f"ec2:{_R}:vpc/vpc-{_HEX}{{17}}"),
        ("aws:ecr/repository:Repository", {"name": "team/app"}, f"ecr:{_R}:repository/team/app"),
        ("aws:ecs/cluster:Cluster", {"name": "n"}, f"ecs:{_R}:cluster/n"),
        ("aws:ecs/service:Service", {"name": "n", "cluster": f"{_A}ecs:{_R}:cluster/c"}, f"ecs:{_R}:service/c/n"),
        ("aws:ecs/taskDefinition:TaskDefinition", {"family": "f"}, f"ecs:{_R}:task-definition/f:1"),
        ("aws:efs/fileSystem:FileSystem", {}, f"elasticfilesystem:{_R}:file-system/fs-{_HEX}{{17}}"),
        ("aws:eks/cluster:Cluster", {"name": "n"}, f"eks:{_R}:cluster/n"),
        (
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            {"url": "https://a.b/c"},
            "iam::123456789012:oidc-provider/a.b/c",
        ),
        ("aws:iam/policy:Policy", {"name": "n"}, "iam::123456789012:policy/n"),
        ("aws:iam/role:Role", {"name": "n"}, "iam::123456789012:role/n"),
        ("aws:iam/role:Role", {"name": "n", "path": "/team/"}, "iam::123456789012:role/team/n"),
        ("aws:iam/user:User", {"name": "n"}, "iam::123456789012:user/n"),
        ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", {"name": "n"}, f"firehose:{_R}:deliverystream/n"),
        ("aws:kms/alias:Alias", {"name": "alias/n"}, f"kms:{_R}:alias/n"),
        ("aws:kms/key:Key", {}, f"kms:{_R}:key/{_UUID}"),
        (
            "aws:lambda/alias:Alias",
            {"name": "n", "functionName": f"{_A}lambda:{_R}:function:f"},
            f"lambda:{_R}:function:f:n",
        ),
        ("aws:lambda/function:Function", {"name": "n"}, f"lambda:{_R}:function:n"),
        (
            "aws:lb/listener:Listener",
            {"loadBalancerArn": _LB},
            f"{_ELB}:listener/app/web/50dc6c495c0c9188/{_HEX}{{16}}",
        ),
        ("aws:lb/loadBalancer:LoadBalancer", {"name": "n"}, f"{_ELB}:loadbalancer/app/n/{_HEX}{{16}}"),
        ("aws:lb/targetGroup:TargetGroup", {"name": "n"}, f"{_ELB}:targetgroup/n/{_HEX}{{16}}"),
        ("aws:rds/cluster:Cluster", {"clusterIdentifier": "n"}, f"rds:{_R}:cluster:n"),
        ("aws:rds/instance:Instance", {"identifier": "n"}, f"rds:{_R}:db:n"),
        ("aws:route53/zone:Zone", {"name": "example.com"}, "route53:::hostedzone/Z[A-Z0-9]{20}"),
        ("aws:s3/bucket:Bucket", {"bucket": "n"}, "s3:::n"),
        ("aws:secretsmanager/secret:Secret", {"name": "n"}, f"secretsmanager:{_R}:secret:n-[a-z0-9]{{6}}"),
        ("aws:sfn/stateMachine:StateMachine", {"name": "n"}, f"states:{_R}:stateMachine:n"),
        ("aws:sns/topic:Topic", {"name": "n"}, f"sns:{_R}:n"),
        ("aws:sns/topicSubscription:TopicSubscription", {"topic": f"{_A}sns:{_R}:n"}, f"sns:{_R}:n:{_UUID}"),
        ("aws:sqs/queue:Queue", {"name": "n"}, f"sqs:{_R}:n"),
        ("aws:ssm/parameter:Parameter", {"name": "/a/b"}, f"ssm:{_R}:parameter/a/b"),
        ("aws:ssm/parameter:Parameter", {"name": "a"}, f"ssm:{_R}:parameter/a"),
        ("aws:wafv2/webAcl:WebAcl", {"name": "n", "scope": "CLOUDFRONT"}, f"wafv2:{_R}:global/webacl/n/{_UUID}"),
    ],
)
def test_an_arn_has_the_shape_of_its_service(token: str, inputs: Properties, arn: str) -> None:
    assert re.fullmatch(_A + arn, str(_create(token, inputs).outputs["arn"])) is not None


@pytest.mark.parametrize(
    ("token", "inputs", "found"),
    [
        ("aws:sqs/queue:Queue", {"name": "n"}, "https://sqs.eu-west-1.amazonaws.com/123456789012/n"),
        ("aws:sns/topic:Topic", {"name": "n"}, f"{_A}sns:{_R}:n"),
        ("aws:s3/bucket:Bucket", {"bucket": "n"}, "n"),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "n", "policy": "{}"}, "n"),
        ("aws:iam/role:Role", {"name": "n"}, "n"),
        ("aws:iam/policy:Policy", {"name": "n"}, f"{_A}iam::123456789012:policy/n"),
        ("aws:lambda/function:Function", {"name": "n"}, "n"),
        ("aws:ec2/vpc:Vpc", {}, f"vpc-{_HEX}{{17}}"),
        ("aws:rds/instance:Instance", {"identifier": "n"}, "db-[A-Z0-9]{26}"),
        ("aws:ecs/taskDefinition:TaskDefinition", {"family": "f"}, "f"),
        ("aws:route53/zone:Zone", {"name": "example.com"}, "Z[A-Z0-9]{20}"),
    ],
)
def test_an_id_is_what_the_provider_makes_it(token: str, inputs: Properties, found: str) -> None:
    assert re.fullmatch(found, _create(token, inputs).id) is not None


def test_values_that_belong_together_agree() -> None:
    balancer = _create("aws:lb/loadBalancer:LoadBalancer", {"name": "n", "loadBalancerType": "network"}).outputs
    assert str(balancer["arn"]).endswith(f":loadbalancer/{balancer['arnSuffix']}")
    assert str(balancer["arnSuffix"]).startswith("net/n/")
    database = _create("aws:rds/instance:Instance", {"identifier": "n", "engine": "postgres"}).outputs
    assert database["endpoint"] == f"{database['address']}:5432"
    assert database["port"] == 5432


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [("cn-north-1", "aws-cn", "amazonaws.com.cn"), ("us-gov-west-1", "aws-us-gov", "amazonaws.com")],
)
def test_a_region_of_another_partition_changes_arn_and_domain(region: str, partition: str, suffix: str) -> None:
    queue = _create("aws:sqs/queue:Queue", {"name": "n"}, {"region": region})
    assert queue.outputs["arn"] == f"arn:{partition}:sqs:{region}:123456789012:n"
    assert queue.id == f"https://sqs.{region}.{suffix}/123456789012/n"


def test_the_region_of_a_resource_wins_over_the_provider_and_the_world() -> None:
    token = "aws:sns/topic:Topic"  # noqa: S105 - a type token
    own = _create(token, {"name": "n", "region": "us-west-2"})
    assert own.outputs["arn"] == f"{_A}sns:us-west-2:123456789012:n"
    assert _create(token, {"name": "n"}).outputs["region"] == "eu-west-1"
    assert _create(token, {"name": "n"}, {}).outputs["region"] == "us-east-1"


def test_a_first_preview_knows_no_id_and_no_computed_output() -> None:
    created = _create("aws:sqs/queue:Queue", {"delaySeconds": 5.0}, resolved=False)
    assert created.id == ""
    assert {created.outputs[name] for name in ("arn", "url", "kmsDataKeyReusePeriodSeconds")} == {UNKNOWN}
    assert created.outputs["delaySeconds"] == 5.0
    assert created.outputs["tagsAll"] == {}
    assert "kmsMasterKeyId" not in created.outputs


def test_the_resolved_pass_invents_no_security_setting_that_was_left_out() -> None:
    outputs = _create("aws:rds/instance:Instance", {"instanceClass": "db.t3.micro"}).outputs
    assert not {"kmsKeyId", "storageEncrypted", "multiAz"} & outputs.keys()
    assert (
        not {"policy", "acl", "serverSideEncryptionConfiguration"} & _create("aws:s3/bucket:Bucket", {}).outputs.keys()
    )


def test_a_name_prefix_is_completed_in_the_resolved_pass_only() -> None:
    bucket = _create("aws:s3/bucket:Bucket", {"bucketPrefix": "orders"})
    assert re.fullmatch(r"orders\d{26}", bucket.id) is not None
    assert bucket.outputs["arn"] == f"arn:aws:s3:::{bucket.id}"
    assert _create("aws:s3/bucket:Bucket", {"bucketPrefix": "orders"}, resolved=False).outputs["bucket"] == UNKNOWN


@pytest.mark.parametrize(
    ("configured", "tags", "merged"),
    [
        ('{"tags":{"env":"dev","team":"a"}}', {"team": "b"}, {"env": "dev", "team": "b"}),
        ({"tags": {"env": "dev"}}, None, {"env": "dev"}),
        (None, {"team": "b"}, {"team": "b"}),
        (UNKNOWN, {"team": "b"}, UNKNOWN),
        ('{"tags":{"env":"dev"}}', {"team": UNKNOWN}, UNKNOWN),
        (secret('{"tags":{"env":"dev"}}'), None, secret({"env": "dev"})),
    ],
)
def test_default_tags_are_merged_under_the_resources_own(configured: Value, tags: Value, merged: Value) -> None:
    settings: Properties = {"defaultTags": configured}
    provider = OfflineAws(World(), resolved=False)
    checked = provider.check(_urn("aws:sqs/queue:Queue"), {"tags": tags}, settings)
    assert checked.inputs["tagsAll"] == merged
    assert provider.create(_urn("aws:sqs/queue:Queue"), checked.inputs, settings).outputs["tagsAll"] == merged


def test_ignored_tags_are_left_out() -> None:
    settings: Properties = {"ignoreTags": '{"keys":["a"],"keyPrefixes":["x:"]}'}
    tags: Value = {"a": "1", "x:y": "2", "b": "3"}
    assert _create("aws:sqs/queue:Queue", {"tags": tags}, settings).outputs["tagsAll"] == {"b": "3"}


def test_what_the_sdk_declares_secret_is_secret_and_a_secret_name_stays_secret() -> None:
    database = _create("aws:rds/instance:Instance", {"password": "hunter2", "identifier": secret("n")}).outputs
    assert database["password"] == secret("hunter2")
    assert database["arn"] == secret(f"{_A}rds:{_R}:db:n")
    key = _create("aws:iam/accessKey:AccessKey", {"user": "u"}).outputs
    assert is_secret(key["secret"])
    assert is_secret(_create("aws:iam/accessKey:AccessKey", {"user": "u"}, resolved=False).outputs["secret"])


def test_an_unknown_part_makes_the_whole_output_unknown() -> None:
    subscription = _create("aws:sns/topicSubscription:TopicSubscription", {"topic": UNKNOWN})
    assert subscription.outputs["arn"] == UNKNOWN
    assert subscription.id == ""


@given(st.sampled_from(["aws:ec2/vpc:Vpc", "aws:kms/key:Key", "aws:lb/loadBalancer:LoadBalancer"]), st.data())
def test_outputs_are_the_same_in_every_run_and_differ_between_resources(token: str, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.text("abc-", min_size=1, max_size=9), min_size=2, max_size=2, unique=True))
    provider = OfflineAws(World(), resolved=True)
    first, again, second = (provider.create(_urn(token, name), {"name": "n"}, {}) for name in (one, one, other))
    assert first == again
    assert first.id != second.id
    assert first.outputs["arn"] != second.outputs["arn"]


def test_a_resource_that_is_read_is_known_in_a_preview() -> None:
    provider = OfflineAws(World(), resolved=False)
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
    queue = provider.read(_urn("aws:sqs/queue:Queue"), url, {}, {})
    assert queue.id == url
    assert queue.outputs["arn"] == "arn:aws:sqs:us-east-1:123456789012:orders"
    assert queue.outputs["url"] == url
    policy = provider.read(_urn("aws:iam/policy:Policy"), "arn:aws:iam::aws:policy/ReadOnlyAccess", {}, {})
    assert (policy.outputs["arn"], policy.outputs["name"]) == (policy.id, "ReadOnlyAccess")
    assert provider.read(_urn("aws:s3/bucket:Bucket"), "b", {}, {}).outputs["arn"] == "arn:aws:s3:::b"


def test_a_read_with_an_unknown_id_knows_nothing() -> None:
    bucket = OfflineAws(World(), resolved=True).read(_urn("aws:s3/bucket:Bucket"), UNKNOWN, {}, {})
    assert bucket.id == ""
    assert bucket.outputs["arn"] == UNKNOWN


def test_the_generic_provider_repeats_inputs_and_keeps_what_it_cannot_know_unknown() -> None:
    urn = _urn("random:index/randomPassword:RandomPassword")
    for resolved in (False, True):
        created = GenericProvider(resolved=resolved).create(urn, {"length": 20.0}, {})
        assert bool(created.id) is resolved
        assert created.outputs["length"] == 20.0
        assert is_secret(created.outputs["result"])
        assert contains_unknown(reveal(created.outputs["result"]))
    assert GenericProvider(resolved=True).invoke("x:index:f", {}, {}).values is None
    assert GenericProvider(resolved=True).read(urn, "i", {}, {}).id == "i"
    assert GenericProvider(resolved=True).check(urn, {"a": 1.0}, {}).inputs == {"a": 1.0}


def test_a_map_whose_keys_nobody_knows_is_unknown_and_one_that_is_reviewed_has_them() -> None:
    """An empty map would make a program fail that asks it for a key."""
    access_point: Properties = {"bucket": "b", "name": "n"}
    assert _create("aws:s3/accessPoint:AccessPoint", access_point).outputs["endpoints"] == UNKNOWN
    api: Properties = {"authenticationType": "API_KEY"}
    uris = _create("aws:appsync/graphQLApi:GraphQLApi", api).outputs["uris"]
    assert isinstance(uris, dict)
    assert sorted(uris) == ["GRAPHQL", "REALTIME"]


def test_a_function_has_no_unknown_in_its_result() -> None:
    """One would make the whole result unknown to the program."""
    answer = OfflineAws(World(), resolved=True).invoke("aws:ec2/getVpc:getVpc", {"default": True}, _HERE)
    assert answer.values is not None
    assert not contains_unknown(dict(answer.values))


@pytest.mark.parametrize("resolved", [False, True])
def test_the_id_is_among_the_outputs(*, resolved: bool) -> None:
    """A stack rule is given outputs and nothing else, and every state of pulumi-aws holds the id among them."""
    created = _create("aws:ec2/instance:Instance", {}, resolved=resolved)
    assert created.outputs["id"] == (created.id if resolved else UNKNOWN)
