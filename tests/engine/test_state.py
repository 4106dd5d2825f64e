# SPDX-License-Identifier: Apache-2.0
"""A program over a state: what exists is known in both passes, and each resource says what an update would do to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof import wire
from stackproof.model import Change, Deletion, Verdict
from stackproof.outside import Outside
from stackproof.state import State, load_state
from stackproof.verdicts import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.engine.embedded import EmbeddedEngine
    from stackproof.model import Job, Pass, PassName, Resource

FAITHFUL: PassName = "faithful"
PREFIX = "urn:pulumi:dev::engine::"
HEAD = """
import json
import pulumi
import pulumi_aws as aws
"""
SAME = (
    HEAD
    + """
jobs = aws.sqs.Queue("jobs", visibility_timeout_seconds=30)
statement = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": jobs.arn}
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
aws.iam.Policy("send", name="send-dev", policy=document)
aws.ssm.Parameter("key", name="/engine/dev/key", type="SecureString", value=pulumi.Output.secret("new"))
"""
)
PACK = """
from pulumi_policy import PolicyPack, ResourceValidationPolicy

def check(args, report):
    if args.resource_type == "aws:iam/policy:Policy" and "SendMessage" in args.props["policy"]:
        report("it sends")

PolicyPack("written", [ResourceValidationPolicy("p", "said", check)])
"""


@pytest.fixture(scope="module")
def state() -> State:
    """Read the state of stack dev."""
    return load_state(Path(__file__).parents[1] / "stackproof" / "states" / "engine-dev.json", "engine", "dev")


@pytest.fixture
def run(
    engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path], state: State
) -> Callable[..., Pass]:
    """Run one pass of a program over the state."""

    def over_state(text: str, pass_name: PassName = FAITHFUL) -> Pass:
        found = engine.run(job(write_program(text), outside=Outside(state=state)), pass_name)
        assert found.end.value == "ran to its end", found.log
        return found

    return over_state


def named(found: Pass, name: str) -> Resource:
    return next(resource for resource in found.resources if resource.name == name)


def changes(found: Pass) -> dict[str, Change | None]:
    return {resource.name: resource.change for resource in found.resources}


@pytest.mark.parametrize("pass_name", ["faithful", "resolved"])
def test_what_does_not_change_is_known_from_the_state(pass_name: PassName, run: Callable[..., Pass]) -> None:
    """The old auto-name stays, so the ARN in the policy is the real one, and the policy is the same document."""
    found = run(SAME, pass_name)
    assert changes(found) == {
        "engine-dev": Change("same"),
        "default_7_51_1": None,
        "jobs": Change("same"),
        "send": Change("same"),
        "key": Change("same", (), "not compared: value"),
    }
    assert named(found, "jobs").inputs["name"] == "jobs-0a1b2c3"
    assert named(found, "jobs").outputs["arn"] == "arn:aws:sqs:eu-west-1:210987654321:jobs-0a1b2c3"
    assert "210987654321:jobs-0a1b2c3" in str(named(found, "send").inputs["policy"])


def test_what_the_program_no_longer_registers_is_deleted_and_says_what_stands_against_it(
    run: Callable[..., Pass],
) -> None:
    """Neither default providers nor what was only read are among it."""
    queue = f"{PREFIX}aws:sqs/queue:Queue::"
    assert run(SAME).deletions == (
        Deletion(f"{queue}audit", "aws:sqs/queue:Queue", "audit", "protected, so the update would refuse"),
        Deletion(f"{queue}dead", "aws:sqs/queue:Queue", "dead", "kept in the cloud, no longer managed"),
        Deletion(f"{PREFIX}my:app:Site::site", "my:app:Site", "site"),
        Deletion(f"{PREFIX}my:app:Site$aws:sqs/queue:Queue::site-queue", "aws:sqs/queue:Queue", "site-queue"),
        Deletion(f"{queue}jobs", "aws:sqs/queue:Queue", "jobs", "left over by an update that broke off"),
    )


def test_an_update_keeps_the_old_outputs_under_the_new_inputs(run: Callable[..., Pass]) -> None:
    """As a preview of the real provider's Update answers."""
    found = named(run(SAME.replace("=30", "=45")), "jobs")
    assert found.change == Change("update", ("visibilityTimeoutSeconds",))
    assert (found.outputs["visibilityTimeoutSeconds"], found.outputs["arn"]) == (
        45.0,
        "arn:aws:sqs:eu-west-1:210987654321:jobs-0a1b2c3",
    )


@pytest.mark.parametrize(("pass_name", "arn"), [("faithful", wire.UNKNOWN), ("resolved", "arn:aws:sqs:")])
def test_what_repeats_a_changed_name_is_not_taken_from_the_state(
    pass_name: PassName, arn: str, run: Callable[..., Pass]
) -> None:
    """Its ARN will be another, whether it is updated or replaced."""
    found = run(SAME.replace("seconds=30", 'seconds=30, name="tasks-dev"'), pass_name)
    assert named(found, "jobs").change == Change("update", ("name",))
    assert str(named(found, "jobs").outputs["arn"]).startswith(arn)
    assert "jobs-0a1b2c3" not in str([named(found, "jobs").outputs, named(found, "send").inputs])


def test_a_change_that_is_ignored_is_none(run: Callable[..., Pass]) -> None:
    ignored = SAME.replace("=30", '=45, opts=pulumi.ResourceOptions(ignore_changes=["visibility_timeout_seconds"])')
    assert named(run(ignored), "jobs").change == Change("same")


def test_a_replacement_is_as_unknown_as_a_new_resource(run: Callable[..., Pass]) -> None:
    """It has a new auto-name, and what depends on it changes."""
    options = 'replace_on_changes=["visibilityTimeoutSeconds"], delete_before_replace=True'
    found = run(SAME.replace("=30", f"=45, opts=pulumi.ResourceOptions({options})"))
    note = "replaced on changes of visibilityTimeoutSeconds; deleted before its replacement is created"
    assert named(found, "jobs").change == Change("replace", ("visibilityTimeoutSeconds",), note)
    assert named(found, "jobs").outputs["arn"] == wire.UNKNOWN
    assert named(found, "jobs").inputs["name"] != "jobs-0a1b2c3"
    assert named(found, "send").change == Change("update", ("policy",))


def test_an_alias_is_not_a_deletion_and_a_creation(run: Callable[..., Pass]) -> None:
    """Nor is a child whose parent has one, even where it carries the parent's name."""
    text = (
        HEAD
        + """
aws.sqs.Queue("tasks", visibility_timeout_seconds=30, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="jobs")]))

class Site(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("my:app:Site", name, {"size": "small"}, opts)
        queue = aws.sqs.Queue(f"{name}-queue", visibility_timeout_seconds=30, opts=pulumi.ResourceOptions(parent=self))

Site("home", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="site")]))
"""
    )
    found = run(text)
    assert {name: change.kind for name, change in changes(found).items() if change} == {
        "engine-dev": "same",
        "tasks": "same",
        "home": "same",
        "home-queue": "same",
    }
    assert [one.name for one in found.deletions] == ["send", "key", "audit", "dead", "jobs"]


def test_a_read_of_what_the_state_holds_is_answered_from_it(run: Callable[..., Pass]) -> None:
    """What was managed and is only read from now on is not deleted, if it is the same."""
    text = (
        HEAD
        + """
vpc = aws.ec2.Vpc.get("shared", "vpc-0a1b2c3d")
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block=vpc.cidr_block)
aws.sqs.Queue.get("dead", "https://sqs.eu-west-1.amazonaws.com/210987654321/dead-9f8e7d6")
aws.sqs.Queue.get("audit", "https://sqs.eu-west-1.amazonaws.com/210987654321/another")
"""
    )
    found = run(text)
    assert named(found, "subnet").inputs["cidrBlock"] == "10.20.0.0/16"
    assert "aws:ec2/vpc:Vpc 'vpc-0a1b2c3d' was read from the state" in found.assumptions
    assert [one.name for one in found.deletions if one.name in {"dead", "audit"}] == ["audit"]


def test_without_a_state_nothing_is_said_of_changes(
    engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    found = engine.run(job(write_program(SAME)), "faithful")
    assert (set(changes(found).values()), found.deletions) == ({None}, ())


@pytest.mark.parametrize(("known", "judged_in"), [(True, "faithful"), (False, "resolved")])
def test_a_pack_sees_the_known_arn_in_the_faithful_pass(
    known: bool,  # noqa: FBT001 - a parameter of the test
    judged_in: PassName,
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
    state: State,
) -> None:
    """Pulumi's own preview can judge it then, and the verdict says so."""
    root, pack = write_program(SAME), write_pack(PACK)
    asked = job(root, pack, outside=Outside(state=state if known else None))
    passes: list[PassName] = ["faithful", "resolved"]
    found = judge(asked, "embedded", "", [engine.run(asked, name) for name in passes])
    [verdict] = [one for one in found.verdicts if one.name == "send"]
    assert (verdict.verdict, verdict.judged_in) == (Verdict.FAIL, judged_in)
    assert len(found.deletions) == (5 if known else 0)
