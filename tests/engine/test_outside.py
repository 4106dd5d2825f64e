# SPDX-License-Identifier: Apache-2.0
"""What a user says of the world outside reaches the program, in both passes, and the report names it as said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof import wire
from stackproof.model import ProgramEnd
from stackproof.outside import FunctionAnswer, Outside, ResourceAnswer, StackOutputs
from stackproof.project import load_program
from stackproof.references import OtherStacks
from stackproof.settings import Settings, StackReference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stackproof.engine.embedded import EmbeddedEngine
    from stackproof.model import Job, Pass, PassName
    from stackproof.wire import Properties

THING = """
import pulumi

class Thing(pulumi.CustomResource):
    def __init__(self, name, props):
        super().__init__("test:index:Thing", name, props)
"""
REFERENCE = (
    THING
    + """
other = pulumi.StackReference("acme/network/dev")
Thing("user", {"vpc": other.get_output("vpc"), "key": other.get_output("key"), "none": other.get_output("none")})
"""
)


def inputs_of(run: Pass, name: str) -> Properties:
    return next(resource.inputs for resource in run.resources if resource.name == name)


@pytest.mark.parametrize("pass_name", ["faithful", "resolved"])
def test_another_stacks_outputs_are_known_in_both_passes_and_secrets_stay_secret(
    pass_name: PassName, engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    """A real preview reads the other stack's real outputs."""
    stack = StackOutputs("acme/network/dev", {"vpc": "vpc-1", "key": wire.secret("k")}, "read from network.json")
    run = engine.run(job(write_program(REFERENCE), outside=Outside(stacks=(stack,))), pass_name)
    assert inputs_of(run, "user") == {"vpc": "vpc-1", "key": wire.secret("k")}
    assert run.assumptions == ("outputs of stack acme/network/dev: read from network.json",)


def test_a_stack_that_nobody_described_is_unknown_and_the_report_says_how_to_describe_it(
    engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    run = engine.run(job(write_program(REFERENCE)), "faithful")
    assert inputs_of(run, "user") == dict.fromkeys(("vpc", "key", "none"), wire.UNKNOWN)
    how = "give them with --stack-outputs acme/network/dev=FILE, or in [tool.stackproof.stack-references]"
    wanted = f"outputs of stack acme/network/dev are unknown: no stack can be read offline; {how}"
    assert run.assumptions == (wanted,)


def test_a_stack_whose_outputs_cannot_be_given_ends_the_program_that_asks_for_them(
    engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    stack = StackOutputs("acme/network/dev", {}, "", failure="stack references form a cycle: a/dev → b/dev → a/dev")
    run = engine.run(job(write_program(REFERENCE), outside=Outside(stacks=(stack,))), "faithful")
    assert run.end is ProgramEnd.FAILED
    words = "acme/network/dev cannot be given: stack references form a cycle: a/dev → b/dev → a/dev"
    assert any(words in line.message for line in run.log), run.log


def test_calls_and_reads_are_answered_as_given(
    engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    """By a package that no provider plays, too."""
    text = (
        THING
        + """
import pulumi_aws as aws

vpc = aws.ec2.Vpc.get("vpc", "vpc-1")
zone = aws.route53.get_zone(name="example.org")
made = pulumi.runtime.invoke("vault:index:getSecret", {"path": "a"}).value
Thing("user", {"cidr": vpc.cidr_block, "zone": zone.zone_id, "made": made["data"]})
"""
    )
    outside = Outside(
        functions=(
            FunctionAnswer("aws:route53/getZone:getZone", {"name": "example.org"}, {"zoneId": "Z1"}, "s.toml f[0]"),
            FunctionAnswer("vault:index:getSecret", {}, {"data": "d"}, "s.toml f[1]"),
        ),
        resources=(ResourceAnswer("aws:ec2/vpc:Vpc", "vpc-1", {"cidrBlock": "10.1.0.0/16"}, "s.toml r[0]"),),
    )
    run = engine.run(job(write_program(text), outside=outside), "faithful")
    assert inputs_of(run, "user") == {"cidr": "10.1.0.0/16", "zone": "Z1", "made": "d"}
    assert sorted(run.assumptions) == [
        "aws:ec2/vpc:Vpc 'vpc-1': given by s.toml r[0]",
        "aws:route53/getZone:getZone: given by s.toml f[0]",
        "vault:index:getSecret: given by s.toml f[1]",
    ]


def test_a_preview_of_the_other_program_gives_its_outputs_with_their_marks(
    engine: EmbeddedEngine, job: Callable[..., Job], write_program: Callable[[str], Path], tmp_path: Path
) -> None:
    """What it creates is known here, as it would exist."""
    network = tmp_path / "network"
    network.mkdir()
    (network / "Pulumi.yaml").write_text("name: network\nruntime: python\n")
    (network / "Pulumi.dev.yaml").write_text("")
    made = (
        'thing = Thing("made", {})\npulumi.export("vpc", thing.id)\npulumi.export("key", pulumi.Output.secret("k"))\n'
    )
    (network / "__main__.py").write_text(THING + made)
    root = write_program(REFERENCE)
    settings = Settings(stack_references=(StackReference("acme/network/dev", program=network, stack="dev"),))
    others = OtherStacks(lambda asked, _: engine.run(asked, "resolved"), 60.0)
    stacks = others.described(load_program(root, "dev", {}), settings, {})
    run = engine.run(job(root, outside=Outside(stacks=stacks)), "faithful")
    assert inputs_of(run, "user") == {"vpc": stacks[0].outputs["vpc"], "key": wire.secret("k")}
    assert not wire.contains_unknown(stacks[0].outputs["vpc"])
    assert run.assumptions == (
        "outputs of stack acme/network/dev: synthesised by a preview of the program of network/dev",
    )
