# SPDX-License-Identifier: Apache-2.0
"""What a principal may do, at AWS's access levels: what is surely taken away is gone, any other limit is told."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.iam.access_levels import Permission, permissions, trusted
from guardrails.iam.bundle import Bundle, Context
from guardrails.iam.document import Document, Kind, parse
from guardrails.values import Unknown, Value

if TYPE_CHECKING:
    from guardrails.values import Steps

NOW = Context(dt.datetime(2026, 11, 1, tzinfo=dt.UTC), "123456789012")
STORE = "arn:aws:s3:::store/*"


def document(*statements: dict[str, Any], kind: Kind = "identity", steps: Steps = ("policy",)) -> Document:
    made: list[Value] = [{"Effect": "Allow", "Resource": "*"} | one for one in statements]
    return parse({"Version": "2012-10-17", "Statement": made}, steps, kind)


def found(*documents: Document, managed: tuple[str, ...] = ()) -> tuple[Permission, ...]:
    return permissions(Bundle(documents, tuple((arn, ("managed", arn)) for arn in managed)), NOW)


def levels(*documents: Document, managed: tuple[str, ...] = ()) -> list[dict[str, tuple[str, ...]]]:
    return [dict(one.levels) for one in found(*documents, managed=managed)]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:GetObject", {"s3": ("read",)}),
        ("s3:ListAllMyBuckets", {"s3": ("list",)}),
        ("S3:putobject", {"s3": ("write",)}),
        ("s3:PutBucketPolicy", {"s3": ("write", "permissions")}),
        ("s3:PutObjectTagging", {"s3": ("write",)}),
        ("s3:*", {"s3": ("admin",)}),
        ("*", {"*": ("admin",)}),
        ("*:*", {"*": ("admin",)}),
        (["sqs:ReceiveMessage", "kms:CreateGrant"], {"kms": ("write", "permissions"), "sqs": ("read",)}),
        ("s*:Get*", {"*": ("unknown",)}),
        ("nosuch:Thing", {"*": ("unknown",)}),
        ("s3:NoSuchThing", {"s3": ("unknown",)}),
        (Unknown(("policy",)), {"*": ("unknown",)}),
    ],
)
def test_each_action_has_its_level(action: Value, expected: dict[str, tuple[str, ...]]) -> None:
    assert levels(document({"Action": action})) == [expected]


def test_all_but_some_actions_is_everything() -> None:
    (one,) = found(document({"NotAction": ["iam:*", "sts:*"]}))
    assert (dict(one.levels), one.actions) == ({"*": ("admin",)}, ("all but iam:*", "all but sts:*"))


def test_what_is_denied_everywhere_is_gone() -> None:
    """The whole service is then no longer open, and nothing but the rest is told."""
    deny = {"Effect": "Deny", "Action": ["s3:Put*", "s3:Delete*"]}
    (one,) = found(document({"Action": ["s3:GetObject", "s3:PutObject"]}, deny))
    assert (dict(one.levels), one.limits) == ({"s3": ("read",)}, ())
    ((_, kept),) = levels(document({"Action": "s3:*"}, deny))[0].items()
    assert "admin" not in kept


def test_a_statement_that_is_denied_whole_is_no_permission() -> None:
    assert found(document({"Action": "s3:PutObject", "Resource": STORE}, {"Effect": "Deny", "Action": "s3:*"})) == ()


def test_what_may_be_denied_is_told() -> None:
    """Of a Deny with a condition, as far as it concerns the statement."""
    (one,) = found(
        document(
            {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": STORE},
            {
                "Effect": "Deny",
                "Action": ["s3:PutObject", "s3:DeleteObject"],
                "Resource": STORE,
                "Condition": {"Null": {"s3:x-amz-acl": "false"}},
            },
            {"Effect": "Deny", "Action": "sqs:*"},
        )
    )
    assert (dict(one.levels), one.limits) == (
        {"s3": ("read", "write")},
        ("never s3:PutObject, where s3:x-amz-acl is present",),
    )


def test_a_deny_on_a_part_of_the_resources_is_told_with_them() -> None:
    (one,) = found(
        document(
            {"Action": "s3:GetObject", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:Get*", "Resource": STORE},
        )
    )
    assert one.limits == (f"never s3:Get* on {STORE}",)


def test_what_a_deny_spares_of_everything_is_told() -> None:
    (one,) = found(document({"Action": "*"}, {"Effect": "Deny", "Action": ["iam:*", "sts:*", "kms:*", "s3:*"]}))
    assert (dict(one.levels), one.limits) == ({"*": ("admin",)}, ("never iam:*, sts:*, kms:* and 1 more",))


def test_a_boundary_takes_away_what_it_does_not_name() -> None:
    boundary = document({"Action": "s3:Get*"}, kind="boundary")
    (one,) = found(document({"Action": ["s3:GetObject", "s3:PutObject"]}), boundary)
    assert dict(one.levels) == {"s3": ("read",)}
    assert one.limits == ("no more than its boundary or the service control policies let through",)


def test_a_control_policy_that_only_denies_takes_away_no_more_than_that() -> None:
    control = document({"Effect": "Deny", "Action": "s3:PutObject"}, kind="scp")
    assert levels(document({"Action": ["s3:GetObject", "s3:PutObject"]}), control) == [{"s3": ("read",)}]


def test_conditions_and_places_are_told() -> None:
    (one,) = found(
        document({"Sid": "Read", "Action": "s3:GetObject", "NotResource": STORE, "Condition": {"Bool": {"a": "true"}}})
    )
    assert (one.sid, one.resources, one.conditions) == ("Read", ("*", f"all but {STORE}"), ("a is true",))


def test_a_statement_that_never_applies_is_no_permission() -> None:
    never = {"Null": {"aws:PrincipalArn": "true"}}
    assert found(document({"Action": "s3:GetObject", "Condition": never})) == ()


def test_a_resource_that_is_not_known_yet_is_told_as_such() -> None:
    (one,) = found(document({"Action": "s3:GetObject", "Resource": [STORE, Unknown(("policy",))]}))
    assert one.resources == (STORE, "resources that are not known yet")


@pytest.mark.parametrize(
    ("name", "expected", "limits"),
    [
        ("AdministratorAccess", {"*": ("admin",)}, 0),
        ("AmazonS3FullAccess", {"s3": ("admin",), "s3-object-lambda": ("admin",)}, 1),
        ("NoSuchPolicy", {"*": ("unknown",)}, 1),
    ],
)
def test_a_policy_of_aws_is_what_the_table_knows(name: str, expected: dict[str, tuple[str, ...]], limits: int) -> None:
    (one,) = found(managed=(f"arn:aws:iam::aws:policy/{name}",))
    assert ({key: one.levels[key] for key in expected}, len(one.limits)) == (expected, limits)


def test_who_may_take_a_role_is_told_in_words() -> None:
    trust = parse(
        json.dumps(
            {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"},
                    {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                    },
                    {"Effect": "Deny", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:*"},
                    {"Effect": "Allow", "NotPrincipal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
                ]
            }
        ),
        ("assumeRolePolicy",),
        "trust",
    )
    assert trusted([trust, document({"Action": "s3:GetObject"})]) == (
        "the service ecs.amazonaws.com",
        "anyone",
        "arn:aws:iam::123456789012:root, where aws:MultiFactorAuthPresent is true",
        "not identities of accounts.google.com",
        "all but some principals",
    )
