# SPDX-License-Identifier: Apache-2.0
"""What a user says of the outside world: which entry answers, and which one nothing asked for."""

from __future__ import annotations

import pytest

from stackproof.outside import FunctionAnswer, Outside, ResourceAnswer, StackOutputs
from stackproof.wire import secret

ANY = FunctionAnswer("p:m:f", {}, {"value": "any"}, "s.toml functions[1]")
ONE = FunctionAnswer("p:m:f", {"name": "one", "filter": {"tag": "x"}}, {"value": "one"}, "s.toml functions[0]")
VPC = ResourceAnswer("aws:ec2/vpc:Vpc", "vpc-1", {"cidrBlock": "10.0.0.0/16"}, "s.toml resources[0]")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"name": "one", "filter": {"tag": "x", "more": 1.0}, "other": True}, ONE),
        ({"name": secret("one"), "filter": {"tag": "x"}}, ONE),
        ({"name": "one", "filter": {}}, ANY),
        ({"name": "two", "filter": {"tag": "x"}}, ANY),
        ({}, ANY),
    ],
)
def test_the_first_entry_whose_arguments_are_part_of_the_calls_answers(
    arguments: dict[str, object], wanted: FunctionAnswer
) -> None:
    outside = Outside(functions=(ONE, ANY))
    assert outside.function("p:m:f", arguments) is wanted  # type: ignore[arg-type]  # literals are wire values
    assert outside.function("p:m:g", {}) is None


@pytest.mark.parametrize(
    ("described", "asked", "same"),
    [
        ("acme/network/dev", "acme/network/dev", True),
        ("acme/network/dev", "acme/network/prod", False),
        ("acme/network/dev", "other/network/dev", False),
        ("acme/shop/dev", "dev", True),
        ("acme/shop/dev", "acme/dev", True),
        ("acme/network/dev", "dev", False),
        ("acme/network/dev", "network/dev", False),
        ("dev", "acme/shop/dev", True),
        ("network/dev", "network/dev", True),
    ],
)
def test_a_stack_is_found_by_the_names_that_pulumi_takes(described: str, asked: str, *, same: bool) -> None:
    """`org/stack` is a stack of this project: Pulumi knows no `project/stack`."""
    stack = StackOutputs(described, {}, "made up")
    assert Outside(stacks=(stack,)).stack(asked, "shop") == (stack if same else None)


def test_the_very_same_name_counts_before_an_equal_one() -> None:
    equal, exact = StackOutputs("acme/shop/dev", {}, ""), StackOutputs("dev", {}, "")
    assert Outside(stacks=(equal, exact)).stack("dev", "shop") is exact


def test_what_no_assumption_came_from_is_unused() -> None:
    stack, itself = StackOutputs("dev", {}, "read from dev.json"), StackOutputs("self", {}, "", failure="a cycle")
    outside = Outside(functions=(ONE, ANY), resources=(VPC,), stacks=(stack, itself))
    assert outside.unused([ONE.note, VPC.note, "something else"]) == (
        "p:m:f: given by s.toml functions[1]",
        "outputs of stack dev: read from dev.json",
    )
