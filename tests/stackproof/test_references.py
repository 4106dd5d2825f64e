# SPDX-License-Identifier: Apache-2.0
"""Other stacks' outputs: read from files, or taken from a preview of the program that makes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import World
from stackproof.errors import UsageError
from stackproof.model import STACK_TYPE, LogLine, Pass, ProgramEnd, Resource
from stackproof.outside import StackOutputs
from stackproof.project import load_program
from stackproof.references import OtherStacks, read_outputs
from stackproof.settings import Settings, load_settings
from stackproof.wire import secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stackproof.model import Job


class Runs:
    """Runs nothing: each program exports its own name, and the outputs of the stacks that its job describes."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Job, World]] = []
        self.end = ProgramEnd.COMPLETED

    def __call__(self, job: Job, world: World) -> Pass:
        self.jobs.append((job, world))
        outputs = {"made": f"{job.program.project}/{job.program.stack}", "key": secret("k")}
        stack = Resource(
            urn="urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
            type=STACK_TYPE,
            name="p-dev",
            custom=False,
            parent="",
            provider="",
            inputs={},
            outputs=outputs,
            dependencies=(),
            property_dependencies={},
            source=None,
        )
        log = (LogLine("error", "boom"),)
        return Pass("resolved", self.end, 0, "", (stack,), (), (), log, (), 0.1)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Write a project with a stack dev, and settings where they are given."""

    def make(name: str, settings: str = "") -> Path:
        root = tmp_path / name
        root.mkdir()
        (root / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
        (root / "Pulumi.dev.yaml").write_text("")
        (root / "__main__.py").write_text("")
        (root / "stackproof.toml").write_text(settings)
        return root

    return make


def described(root: Path, runs: Runs, files: dict[str, Path] | None = None) -> tuple[StackOutputs, ...]:
    settings = load_settings(root / "stackproof.toml")
    return OtherStacks(runs, 10.0).described(load_program(root, "dev", {}), settings, files or {})


def refer(**programs: str) -> str:
    return "\n".join(
        f'[stack-references."acme/{name}/dev"]\nprogram = "{path}"\nstack = "dev"' for name, path in programs.items()
    )


def test_what_pulumi_prints_of_a_stack_is_read(tmp_path: Path) -> None:
    """A secret that is not shown is a placeholder, under the secret mark: an unknown would hide all other outputs."""
    path = tmp_path / "network.json"
    path.write_text(json.dumps({"vpc": "vpc-1", "zones": 3, "key": "[secret]"}))
    assert read_outputs("dev", path) == StackOutputs(
        "dev",
        {"vpc": "vpc-1", "zones": 3.0, "key": secret("[secret]")},
        "read from network.json; secret, so the program ran with a placeholder: key",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "not valid JSON"), ("[]", "must be an object of outputs"), (None, "cannot be read")],
)
def test_a_file_that_holds_no_outputs_is_refused(text: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=words):
        read_outputs("dev", path)


def test_a_program_is_previewed_for_its_outputs_in_its_own_world(project: Callable[..., Path]) -> None:
    network = project("network", '[account]\nregion = "eu-north-1"\n')
    shop = project("shop", refer(network="../network"))
    runs = Runs()
    assert described(shop, runs) == (
        StackOutputs(
            "acme/network/dev",
            {"made": "network/dev", "key": secret("k")},
            "synthesised by a preview of the program of network/dev",
        ),
    )
    [(job, world)] = runs.jobs
    assert (job.program.root, job.packs, job.timeout, world) == (network, (), 10.0, World(region="eu-north-1"))


def test_the_command_line_replaces_what_the_settings_say(project: Callable[..., Path], tmp_path: Path) -> None:
    project("network")
    shop = project("shop", refer(network="../network"))
    (tmp_path / "n.json").write_text('{"vpc": "vpc-1"}')
    runs = Runs()
    found = described(shop, runs, {"acme/network/dev": tmp_path / "n.json"})
    assert found == (StackOutputs("acme/network/dev", {"vpc": "vpc-1"}, "read from n.json"),)
    assert runs.jobs == []


def test_a_program_that_two_refer_to_is_previewed_once(project: Callable[..., Path]) -> None:
    project("base")
    project("network", refer(base="../base"))
    shop = project("shop", refer(base="../base", network="../network"))
    runs = Runs()
    described(shop, runs)
    assert [job.program.project for job, _ in runs.jobs] == ["base", "network"]


def test_a_cycle_is_told_to_whoever_asks_for_it(project: Callable[..., Path]) -> None:
    """The settings of one repository may well describe the very stack that is judged: that alone is no cycle."""
    project("network", refer(shop="../shop"))
    shop = project("shop", refer(network="../network", shop="../shop"))
    runs = Runs()
    found = {stack.name: stack.failure for stack in described(shop, runs)}
    assert found == {
        "acme/network/dev": "",
        "acme/shop/dev": "stack references form a cycle: shop/dev → shop/dev",
    }
    [(job, _)] = runs.jobs
    assert [stack.failure for stack in job.outside.stacks] == [
        "stack references form a cycle: shop/dev → network/dev → shop/dev"
    ]


def test_a_program_that_does_not_run_is_told_to_whoever_asks_for_its_outputs(project: Callable[..., Path]) -> None:
    project("network")
    shop = project("shop", refer(network="../network"))
    runs = Runs()
    runs.end = ProgramEnd.FAILED
    [found] = described(shop, runs)
    assert found.failure == "the program of network/dev failed: boom"


def test_without_references_nothing_runs(project: Callable[..., Path]) -> None:
    runs = Runs()
    program = load_program(project("shop"), "dev", {})
    assert OtherStacks(runs, 10.0).described(program, Settings(), {}) == ()
