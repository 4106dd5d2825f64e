# SPDX-License-Identifier: Apache-2.0
"""Remedies name the resources of the same stack that would do, as code."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from guardrails.iam.remedies import with_neighbours
from guardrails.iam.taxonomy import made


@dataclass(frozen=True)
class Beside:
    type: str
    name: str


BUCKET = Beside("aws:s3/bucket:Bucket", "reports")
GROUP = Beside("aws:cloudwatch/logGroup:LogGroup", "audit")
ROLE = Beside("aws:iam/role:Role", "worker")
RULE = Beside("aws:cloudwatch/eventRule:EventRule", "nightly")
SECRET = Beside("aws:secretsmanager/secret:Secret", "token")
API = Beside("aws:apigateway/restApi:RestApi", "shop")
ALL = (SECRET, RULE, ROLE, GROUP, BUCKET, BUCKET, API)


@pytest.mark.parametrize(
    ("code", "actions", "key", "remedy"),
    [
        ("A6", ("s3:ListBucket",), "Resource::*", "bucket.arn of Bucket reports"),
        ("A6", ("s3:GetObject",), "Resource::*", 'pulumi.Output.concat(bucket.arn, "/*") of Bucket reports'),
        (
            "A7",
            ("s3:GetObject", "s3:ListBucket"),
            "Resource::*",
            'bucket.arn and pulumi.Output.concat(bucket.arn, "/*") of Bucket reports',
        ),
        ("C1", ("secretsmanager:GetSecretValue",), "Action::x", "secret.arn of Secret token"),
        ("A6", ("logs:PutRetentionPolicy",), "Resource::*", "log_group.arn of LogGroup audit"),
        ("B3", ("iam:PassRole",), "Resource::*", "role.arn of Role worker"),
        ("B1", ("sts:AssumeRole",), "Set::x", "role.arn of Role worker"),
        ("B2", ("iam:PassRole", "s3:ListBucket"), "Set::x", ""),
        ("E3", (), "Principal::events.amazonaws.com", "event_rule.arn of EventRule nightly"),
        ("E3", (), "Principal::apigateway.amazonaws.com", ""),
        ("B1", ("iam:PutRolePolicy",), "Set::x", ""),
        ("A2", ("s3:*",), "Action::s3:*", ""),
        ("A6", ("sqs:SendMessage",), "Resource::*", ""),
        ("A6", ("*",), "Resource::*", ""),
    ],
)
def test_a_remedy_names_what_the_actions_can_be_used_on(
    code: str, actions: tuple[str, ...], key: str, remedy: str
) -> None:
    told = with_neighbours(made(code, key, (), "m", "r", actions=actions), ALL).remedy
    assert told == (f"r; in this stack: {remedy}" if remedy else "r")


def test_the_order_of_registration_does_not_show_and_many_are_cut_short() -> None:
    many = [Beside("aws:sqs/queue:Queue", f"q{number}") for number in range(5)]
    finding = made("A6", "Resource::*", (), "m", "r", actions=("sqs:SendMessage",))
    told = with_neighbours(finding, many).remedy
    assert told == "r; in this stack: queue.arn of Queue q0, or queue.arn of Queue q1, or queue.arn of Queue q2, or …"
    assert with_neighbours(finding, many[::-1]).remedy == told
