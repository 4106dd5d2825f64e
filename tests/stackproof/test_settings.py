# SPDX-License-Identifier: Apache-2.0
"""The tool's settings: where they are found, what they say, and in which words a mistake is refused."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import World
from stackproof.errors import UsageError
from stackproof.outside import FunctionAnswer, Outside, ResourceAnswer
from stackproof.settings import Settings, StackReference, find_settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = """
[tool.stackproof.account]
id = "210987654321"
region = "eu-west-1"
caller-arn = "arn:aws:iam::210987654321:user/deployer"

[[tool.stackproof.functions]]
token = "aws:ssm/getParameter:getParameter"
arguments = { name = "/shop/vpc" }
result = { value = "vpc-1", version = 3 }

[[tool.stackproof.functions]]
token = "vault:index/secret:getSecret"
result = { data = { keys = ["a", "b"], ready = true } }

[[tool.stackproof.resources]]
type = "aws:ec2/vpc:Vpc"
id = "vpc-1"
values = { cidrBlock = "10.0.0.0/16" }

[tool.stackproof.stack-references."acme/network/dev"]
outputs = "network.json"

[tool.stackproof.stack-references."acme/dns/dev"]
program = "dns"
stack = "dev"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a settings file, a `pyproject.toml` unless another name is given."""

    def make(text: str, name: str = "pyproject.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return make


def test_everything_that_can_be_said_is_read(write: Callable[..., Path], tmp_path: Path) -> None:
    """Numbers become floats, as they travel; paths start at the file."""
    (tmp_path / "dns").mkdir()
    path = write(GOOD)
    get_parameter = "aws:ssm/getParameter:getParameter"
    wanted = Settings(
        world=World("210987654321", "eu-west-1", caller_arn="arn:aws:iam::210987654321:user/deployer"),
        outside=Outside(
            functions=(
                FunctionAnswer(
                    get_parameter,
                    {"name": "/shop/vpc"},
                    {"value": "vpc-1", "version": 3.0},
                    "pyproject.toml functions[0]",
                ),
                FunctionAnswer(
                    "vault:index/secret:getSecret",
                    {},
                    {"data": {"keys": ["a", "b"], "ready": True}},
                    "pyproject.toml functions[1]",
                ),
            ),
            resources=(
                ResourceAnswer("aws:ec2/vpc:Vpc", "vpc-1", {"cidrBlock": "10.0.0.0/16"}, "pyproject.toml resources[0]"),
            ),
        ),
        stack_references=(
            StackReference("acme/network/dev", outputs=tmp_path / "network.json"),
            StackReference("acme/dns/dev", program=tmp_path / "dns", stack="dev"),
        ),
        path=path,
    )
    assert load_settings(path) == wanted


def test_a_file_of_its_own_needs_no_prefix(write: Callable[..., Path]) -> None:
    path = write('[account]\nregion = "us-gov-west-1"\npartition = "aws-us-gov"\n', "stackproof.toml")
    found = load_settings(path)
    assert found == Settings(world=World(region="us-gov-west-1", partition="aws-us-gov"), path=path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.stackproof", "not valid TOML"),
        ("[tool]\nstackproof = 3", "the settings must be a table, not a number"),
        ("[tool.other]", "has no table [tool.stackproof]; add it, or name another file"),
        ("[tool.stackproof.accounts]", "accounts is not a setting; allowed here: account, checksums, functions"),
        ("[tool.stackproof.plan]\nprotected-types = ['Bucket']", "plan.protected-types must be an array of tokens"),
        ("[tool.stackproof.plan]\nprotected-types = 'x'", "plan.protected-types must be an array of tokens"),
        ("[tool.stackproof.plan]\nmost-deletions = true", "plan.most-deletions must be a whole number, 0 or more"),
        ("[tool.stackproof.plan]\nmost-deletions = -1", "plan.most-deletions must be a whole number, 0 or more"),
        ("[tool.stackproof]\nchecksums = 'x'", "checksums must be a table, not text"),
        ("[tool.stackproof.checksums]\npulumi-cli = 'x'", "checksums.pulumi-cli names no executable, such as pulumi"),
        ("[tool.stackproof.checksums]\npulumi = 7", "checksums.pulumi must be text, not a number"),
        ("[tool.stackproof.checksums]\npulumi = 'sha256:a'", "checksums.pulumi must be a SHA-256 hash, as 64 lower"),
        ("[tool.stackproof.account]\nregions = 'x'", "account.regions is not a setting; allowed here: id, region"),
        ("[tool.stackproof.account]\nid = 123456789012", "account.id must be text, not a number"),
        (
            "[tool.stackproof.account]\nid = '1234'",
            "account.id must be an account's twelve digits, as text, not '1234'",
        ),
        ("[tool.stackproof.account]\nregion = 'Ireland'", "account.region must be a region such as eu-west-1"),
        ("[tool.stackproof]\nfunctions = 1", "functions must be an array of tables [[…functions]], not a number"),
        ("[[tool.stackproof.functions]]\nresult = {a = 1}", "functions[0].token must be text, not nothing"),
        (
            "[[tool.stackproof.functions]]\ntoken = 'aws.ssm.get_parameter'\nresult = {a = 1}",
            "functions[0].token must be a token such as aws:ssm/getParameter:getParameter",
        ),
        (
            "[[tool.stackproof.functions]]\ntoken = 'aws:ssm/getParam:getParam'\nresult = {a = 1}",
            "names no function of pulumi-aws",
        ),
        (
            "[[tool.stackproof.functions]]\ntoken = 'aws:ssm/getParameter:getParameter'\nresult = {worth = 1}",
            "functions[0].result.worth does not exist; there are: arn, id, insecureValue, ",
        ),
        (
            "[[tool.stackproof.functions]]\ntoken = 'aws:ssm/getParameter:getParameter'\narguments = {title = 1}",
            "functions[0].arguments.title does not exist; there are: name, region, withDecryption",
        ),
        ("[[tool.stackproof.functions]]\ntoken = 'a:b:c'", "functions[0].result is empty"),
        (
            "[[tool.stackproof.functions]]\ntoken = 'a:b:c'\nresult = {at = [2020-01-01]}",
            "functions[0].result.at[0] is a date or time, which no property is; write it as text",
        ),
        (
            "[[tool.stackproof.resources]]\ntype = 'aws:ec2/vpc:VPC'\nid = 'v'\nvalues = {a = 1}",
            "names no resource type of pulumi-aws",
        ),
        (
            "[[tool.stackproof.resources]]\ntype = 'aws:ec2/vpc:Vpc'\nid = 'v'\nvalues = {cidr = 1}",
            "resources[0].values.cidr does not exist; there are: arn, assignGeneratedIpv6CidrBlock",
        ),
        ("[[tool.stackproof.resources]]\ntype = 'a:b:c'\nid = 'v'", "resources[0].values is empty"),
        (
            "[tool.stackproof.stack-references.dev]\noutputs = 'a'\nprogram = 'b'",
            "stack-references.dev needs either outputs, a file, or program and stack",
        ),
        ("[tool.stackproof.stack-references.dev]\noutputs = 'a'\nstack = 'b'", "goes with program alone"),
        (
            "[tool.stackproof.stack-references.dev]\nprogram = 'nowhere'\nstack = 'b'",
            "stack-references.dev.program is no folder",
        ),
    ],
)
def test_a_mistake_is_refused_by_file_and_key(text: str, words: str, write: Callable[..., Path]) -> None:
    path = write(text)
    with pytest.raises(UsageError) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_the_nearest_file_with_settings_counts_up_to_the_repository_root(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    """A `pyproject.toml` of other tools is passed by; what is outside the repository says nothing."""
    write("[account]\n", "stackproof.toml")
    write("", "repo/.git/HEAD")
    write("[tool.other]\n", "repo/pyproject.toml")
    write("[tool.other]\n", "repo/app/program/pyproject.toml")
    program = tmp_path / "repo" / "app" / "program"
    assert find_settings(program) is None
    upper = write("[account]\n", "repo/stackproof.toml")
    assert find_settings(program) == upper
    nearer = write("[tool.stackproof.account]\n", "repo/app/pyproject.toml")
    assert find_settings(program) == nearer


def test_two_files_in_one_folder_are_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    """Else one of them would be read and the other not, without a word."""
    write("[account]\n", "stackproof.toml")
    write("[tool.stackproof.account]\n")
    with pytest.raises(UsageError, match=r"both pyproject\.toml and stackproof\.toml hold settings"):
        find_settings(tmp_path)
