# SPDX-License-Identifier: Apache-2.0
"""Auto-naming: one case for each way in which the real provider names a resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackproof.aws import Autonaming, CheckError, Failure, OfflineAws, World
from stackproof.aws.tables import resource_type
from stackproof.wire import UNKNOWN, secret

if TYPE_CHECKING:
    from typing import Literal

    from stackproof.wire import Properties

_PROVIDER = OfflineAws(World(), resolved=False)


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::my:index:Part${token}::{name}"


@pytest.mark.parametrize(
    ("token", "inputs", "prop", "pattern"),
    [
        ("aws:sqs/queue:Queue", {}, "name", "Orders-[0-9a-f]{7}"),
        ("aws:sqs/queue:Queue", {"fifoQueue": True}, "name", r"Orders-[0-9a-f]{7}\.fifo"),
        ("aws:sqs/queue:Queue", {"fifoQueue": False}, "name", "Orders-[0-9a-f]{7}"),
        ("aws:sns/topic:Topic", {"fifoTopic": True}, "name", r"Orders-[0-9a-f]{7}\.fifo"),
        ("aws:s3/bucket:Bucket", {}, "bucket", "orders-[0-9a-f]{7}"),
        ("aws:s3/bucketV2:BucketV2", {}, "bucket", "orders-[0-9a-f]{7}"),
        ("aws:s3/bucketObjectv2:BucketObjectv2", {"bucket": "b"}, "key", "Orders"),
        ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, "name", "Orders-[0-9a-f]{7}"),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t3.micro"}, "identifier", "Orders[0-9a-f]{7}"),
        (
            "aws:rds/instance:Instance",
            {"instanceClass": "x", "engine": "sqlserver-ex"},
            "identifier",
            "Orders[0-9a-f]{3}",
        ),
        ("aws:kms/alias:Alias", {"targetKeyId": "k"}, "name", "alias/Orders-[0-9a-f]{7}"),
        ("aws:iot/topicRule:TopicRule", {"enabled": True, "sql": "", "sqlVersion": ""}, "name", "Orders"),
        ("aws:glue/catalogDatabase:CatalogDatabase", {}, "name", "orders_[a-z]{8}"),
        ("aws:athena/database:Database", {}, "name", "Orders_[0-9a-f]{7}"),
        ("aws:elasticache/cluster:Cluster", {}, "clusterId", "orders-[0-9a-f]{7}"),
        ("aws:cloudwatch/eventTarget:EventTarget", {"arn": "a", "rule": "r"}, "targetId", "Orders-[0-9a-f]{7}"),
        ("aws:ec2/securityGroup:SecurityGroup", {}, "name", "Orders-[0-9a-f]{7}"),
    ],
)
def test_an_unnamed_resource_is_named_as_the_provider_names_it(
    token: str,
    inputs: Properties,
    prop: str,
    pattern: str,
) -> None:
    checked = _PROVIDER.check(_urn(token, "Orders"), inputs, {})
    assert checked.failures == ()
    assert re.fullmatch(pattern, str(checked.inputs[prop])) is not None


@pytest.mark.parametrize(
    ("token", "inputs", "prop"),
    [
        ("aws:sqs/queue:Queue", {"namePrefix": "orders"}, "name"),
        ("aws:s3/bucket:Bucket", {"bucketPrefix": "orders"}, "bucket"),
        ("aws:rds/cluster:Cluster", {"engine": "aurora-mysql"}, "clusterIdentifier"),
        ("aws:ec2/vpc:Vpc", {}, "name"),
    ],
)
def test_a_prefix_or_a_type_without_auto_naming_leaves_the_name_out(token: str, inputs: Properties, prop: str) -> None:
    assert prop not in _PROVIDER.check(_urn(token, "orders"), inputs, {}).inputs


@pytest.mark.parametrize("name", ["mine", UNKNOWN])
def test_a_name_that_the_program_gave_is_kept(name: str) -> None:
    checked = _PROVIDER.check(_urn("aws:sqs/queue:Queue", "orders"), {"name": name}, {})
    assert checked.inputs["name"] == name


@pytest.mark.parametrize(
    ("token", "longest"),
    [("aws:sns/topic:Topic", 72), ("aws:s3/bucket:Bucket", 55), ("aws:lambda/function:Function", 56)],
)
def test_a_logical_name_that_leaves_no_room_ends_the_check_in_the_words_of_the_engine(token: str, longest: int) -> None:
    required: Properties = {"role": "r"} if "lambda" in token else {}
    assert _PROVIDER.check(_urn(token, "n" * longest), required, {}).failures == ()
    words = f"could not make instance of '{token}': name '{'n' * (longest + 1)}-' plus 7 random chars is longer than"
    with pytest.raises(CheckError, match=re.escape(f"{words} maximum length {longest + 8}")):
        _PROVIDER.check(_urn(token, "n" * (longest + 1)), required, {})


def test_a_name_is_measured_in_bytes() -> None:
    assert _PROVIDER.check(_urn("aws:sns/topic:Topic", "n" * 72), {}, {}).failures == ()
    with pytest.raises(CheckError, match="is longer than maximum length 80"):
        _PROVIDER.check(_urn("aws:sns/topic:Topic", "n" * 71 + "ü"), {}, {})


@pytest.mark.parametrize(
    ("token", "mode", "proposed", "named"),
    [
        ("aws:s3/bucket:Bucket", "propose", "Dev-Files", {"bucket": "dev-files"}),
        ("aws:s3/bucket:Bucket", "enforce", "Dev-Files", {"bucket": "Dev-Files"}),
        ("aws:kms/alias:Alias", "propose", "dev", {"name": "alias/dev"}),
        ("aws:kms/alias:Alias", "enforce", "dev", {"name": "dev"}),
        ("aws:rds/instance:Instance", "propose", "dev", {"identifier": "dev"}),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "propose", "dev", {"key": "dev"}),
        ("aws:glue/catalogDatabase:CatalogDatabase", "propose", "Dev", {"name": "dev"}),
    ],
)
def test_a_proposed_name_is_adapted_to_its_type_and_an_enforced_one_is_not(
    token: str,
    mode: Literal["propose", "enforce"],
    proposed: str,
    named: Properties,
) -> None:
    checked = _PROVIDER.check(
        _urn(token, "x"), {"targetKeyId": "k", "instanceClass": "c"}, {}, Autonaming(proposed, mode)
    )
    assert {name: checked.inputs[name] for name in named} == named


@pytest.mark.parametrize(
    ("mode", "name"),
    [("propose", "dev.fifo"), ("enforce", "dev")],
)
def test_only_a_proposed_name_of_a_queue_gets_its_suffix(mode: Literal["propose", "enforce"], name: str) -> None:
    checked = _PROVIDER.check(_urn("aws:sqs/queue:Queue", "x"), {"fifoQueue": True}, {}, Autonaming("dev", mode))
    assert checked.inputs["name"] == name


@pytest.mark.parametrize(
    ("token", "autonaming", "words"),
    [
        (
            "aws:sns/topic:Topic",
            Autonaming("n" * 81, "propose"),
            f"calculated name '{'n' * 81}' exceeds maximum length of 80",
        ),
        (
            "aws:lex/bot:Bot",
            Autonaming("my-bot", "propose"),
            "calculated name 'my_bot' contains invalid character '_' not in charset 'abcdefghijklmnopqrstuvwxyz'",
        ),
        (
            "aws:sns/topic:Topic",
            Autonaming("", "disable"),
            "automatic naming is disabled but no explicit name was provided",
        ),
    ],
)
def test_a_proposal_that_a_type_cannot_take_ends_the_check(token: str, autonaming: Autonaming, words: str) -> None:
    with pytest.raises(CheckError, match=re.escape(words)):
        _PROVIDER.check(_urn(token, "x"), {}, {}, autonaming)


def test_a_database_of_athena_ignores_what_is_proposed() -> None:
    urn = _urn("aws:athena/database:Database", "x")
    assert _PROVIDER.check(urn, {}, {}, Autonaming("", "disable")) == _PROVIDER.check(urn, {}, {})


def test_a_named_resource_is_left_alone_where_automatic_naming_is_disabled() -> None:
    urn = _urn("aws:sns/topic:Topic", "x")
    assert _PROVIDER.check(urn, {"name": "mine"}, {}, Autonaming("", "disable")).inputs["name"] == "mine"


_WORDS = (
    'Missing required argument. The argument "{}" is required, but no definition was found.. '
    "Examine values at 'r.{}'."
)


@pytest.mark.parametrize("inputs", [{}, {"assumeRolePolicy": None}, {"assumeRolePolicy": secret(None)}])
def test_a_missing_required_input_is_worded_as_the_provider_does(inputs: Properties) -> None:
    checked = _PROVIDER.check(_urn("aws:iam/role:Role", "r"), inputs, {})
    assert checked.failures == (Failure("", _WORDS.format("assume_role_policy", "assumeRolePolicy")),)


def test_a_missing_input_that_pulumi_renamed_is_told_under_both_names() -> None:
    (action, function, principal) = _PROVIDER.check(_urn("aws:lambda/permission:Permission", "r"), {}, {}).failures
    assert function.reason == _WORDS.format("function_name", "function")
    assert (action.reason, principal.reason) == (
        _WORDS.format("action", "action"),
        _WORDS.format("principal", "principal"),
    )


def test_an_unknown_input_is_not_a_missing_one() -> None:
    assert _PROVIDER.check(_urn("aws:iam/role:Role", "r"), {"assumeRolePolicy": UNKNOWN}, {}).failures == ()


def test_a_type_that_is_in_no_table_fails_closed() -> None:
    with pytest.raises(CheckError, match="the resource type aws:nope/thing:Thing is not in pulumi-aws"):
        _PROVIDER.check(_urn("aws:nope/thing:Thing", "x"), {}, {})


def test_a_provider_resource_passes_unchanged() -> None:
    urn = "urn:pulumi:dev::shop::pulumi:providers:aws::default"
    assert _PROVIDER.check(urn, {"region": "eu-west-1"}, {}).inputs == {"region": "eu-west-1"}


@given(st.text("abcdefghij-", min_size=1, max_size=20), st.text("abcdefghij-", min_size=1, max_size=20))
def test_names_are_the_same_in_every_run_and_differ_between_resources(one: str, other: str) -> None:
    def named(logical: str) -> object:
        return _PROVIDER.check(_urn("aws:sns/topic:Topic", logical), {}, {}).inputs["name"]

    assert named(one) == named(one)
    assert (named(one) == named(other)) is (one == other)


def test_every_exception_names_an_optional_input_of_its_type() -> None:
    from stackproof.aws.naming import _EXCEPTIONS, auto_name  # noqa: PLC0415 - the table itself is under test
    from stackproof.aws.tables import _text  # noqa: PLC0415 - to find the tokens

    tokens = {match[1].split(":")[1]: match[1] for match in re.finditer(r'\n"(aws:[^"]+)":', _text("types.json"))}
    wrong = []
    for short in _EXCEPTIONS:
        kind = resource_type(tokens.get(short, ""))
        rule = auto_name(kind) if kind else None
        if kind is None or rule is None or rule.property not in kind.inputs or rule.property in kind.required:
            wrong.append(short)
    assert wrong == []
