# SPDX-License-Identifier: Apache-2.0
"""The command line: what it refuses, what it writes, and the exit code it ends with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from stackproof import cli
from stackproof.aws import World
from stackproof.model import Job, Pass, PassName, PolicyInfo, PolicyPack, ProgramEnd, Resource
from stackproof.outside import StackOutputs
from stackproof.report import json_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.engine.nursery import Nursery

STACK = Resource(
    urn="urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
    type="pulumi:pulumi:Stack",
    name="shop-dev",
    custom=False,
    parent="",
    provider="",
    inputs={},
    outputs={},
    dependencies=(),
    property_dependencies={},
    source=None,
)


class FakeEngine:
    """An engine that runs nothing; each stack's program ends as its name says."""

    name = "fake"
    jobs: list[Job]
    passes: list[PassName]
    worlds: list[World]
    ends: dict[str, ProgramEnd]

    def __init__(self, world: World, nursery: Nursery) -> None:  # noqa: ARG002 (nothing is run in it)
        """Keep the world, to be looked at."""
        FakeEngine.worlds.append(world)

    def run(self, job: Job, pass_name: PassName) -> Pass:
        """Answer with an empty stack."""
        FakeEngine.jobs.append(job)
        FakeEngine.passes.append(pass_name)
        policy = PolicyInfo(
            "p", "mandatory", *(False, "said", "", "", "", ""), reports_unknowns=True, declared="mandatory"
        )
        return Pass(
            name=pass_name,
            end=FakeEngine.ends.get(job.program.stack, ProgramEnd.COMPLETED),
            exit_code=0,
            output="",
            resources=(replace(STACK, urn=STACK.urn.replace("dev", job.program.stack)),),
            packs=(PolicyPack("rules", "1", Path("/r"), "0" * 64, (policy,)),),
            analyses=(),
            log=(),
            assumptions=(),
            seconds=0.1,
        )

    def stop(self) -> None:
        """Nothing runs."""


@pytest.fixture(autouse=True)
def fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line run without processes."""
    FakeEngine.ends = {}
    FakeEngine.jobs = []
    FakeEngine.passes = []
    FakeEngine.worlds = []
    monkeypatch.setattr("stackproof.engine.embedded.EmbeddedEngine", FakeEngine)
    monkeypatch.setattr("stackproof.engine.nursery.Nursery.warm", lambda nursery, interpreter: None)  # noqa: ARG005 (its signature)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Type a command; give exit code, standard output and standard error."""

    def type_(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["stackproof", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return type_


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Write a project with two stacks, and a pack beside it."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (root / "__main__.py").write_text("")
    for stack in ("dev", "prod"):
        (root / f"Pulumi.{stack}.yaml").write_text("")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "PulumiPolicy.yaml").write_text("name: rules\nruntime: python\n")
    return root


@pytest.fixture
def pack(shop: Path) -> Path:
    """Give the pack's folder."""
    return shop.parent / "pack"


def test_every_stack_file_is_judged_unless_one_is_named(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path
) -> None:
    """In the order of promotion."""
    _, out, _ = run("preview", shop, "--policy-pack", pack, "--format", "json")
    assert [json.loads(line)["judged"]["stack"] for line in out.splitlines()] == ["dev", "prod"]
    run("preview", shop, "--policy-pack", pack, "--stack", "prod")
    assert [job.program.stack for job in FakeEngine.jobs] == ["dev", "dev", "prod", "prod", "prod", "prod"]


def test_each_line_of_json_fits_the_published_schema(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path
) -> None:
    """A consumer can rely on it."""
    _, out, _ = run("preview", shop, "--policy-pack", pack, "--format", "json", "--stack", "dev")
    jsonschema.validate(json.loads(out), json_report.schema(), jsonschema.Draft202012Validator)


def test_the_gravest_stack_decides_the_exit_code(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path
) -> None:
    """A program that could not be run outweighs a violation elsewhere."""
    FakeEngine.ends = {"dev": ProgramEnd.FAILED}
    assert run("preview", shop, "--policy-pack", pack)[0] == 4


def test_a_report_file_appears_whole(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path, tmp_path: Path
) -> None:
    """Nothing on standard output, nothing beside the file."""
    target = tmp_path / "out" / "report.json"
    target.parent.mkdir()
    _, out, _ = run("preview", shop, "--policy-pack", pack, "--format", "json", "--output", target)
    assert (out, len(target.read_text().splitlines())) == ("", 2)
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{shop}/nowhere", "--policy-pack", "{pack}"), "is not a folder"),
        (("{shop}",), "no policy pack is named"),
        (("{pack}", "--policy-pack", "{pack}"), "has no stack file"),
        (("{shop}", "--policy-pack", "{shop}"), "is not a policy pack: it has no PulumiPolicy.yaml"),
        (("{shop}", "--policy-pack", "{pack}", "--config", "=x"), "is not KEY=VALUE"),
        (
            ("{shop}", "--policy-pack", "{pack}", "--policy-pack-config", "a", "--policy-pack-config", "b"),
            "give one for each",
        ),
        (("{shop}", "--policy-pack", "{pack}", "--stack-outputs", "dev"), "is not NAME=FILE"),
        (("{shop}", "--policy-pack", "{pack}", "--stack-outputs", "dev={shop}/none"), "cannot be read"),
        (("{shop}", "--policy-pack", "{pack}", "--settings", "{shop}/none.toml"), "cannot be read"),
        (("{shop}", "--policy-pack", "{pack}", "--state", "{shop}/none"), "--state is the state of one stack"),
        (("{shop}", "--policy-pack", "{pack}", "--state", "{shop}/none", "--stack", "dev"), "cannot be read"),
        (("{shop}", "--policy-pack", "{pack}", "--output", "{shop}/no/where"), "cannot be written"),
        (("{shop}", "--policy-pack", "{pack}", "--format", "xml"), "xml"),
        (
            (
                "{shop}",
                "--no-such-option",
            ),
            "no-such-option",
        ),
    ],
)
def test_bad_usage_is_refused_with_words(
    words: tuple[str, ...],
    message: str,
    run: Callable[..., tuple[int, str, str]],
    shop: Path,
    pack: Path,
) -> None:
    """Exit code 2, what is wrong, and no traceback."""
    code, _, err = run("preview", *(word.format(shop=shop, pack=pack) for word in words))
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_overrides_reach_the_program(run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path) -> None:
    """With and without a namespace, and with an equals sign in the value."""
    run("preview", shop, "--policy-pack", pack, "--stack", "dev", "--config", "size=3", "--config", "aws:region=a=b")
    assert FakeEngine.jobs[0].program.config == {"shop:size": "3", "aws:region": "a=b"}


def test_the_nearest_settings_reach_the_engine_and_what_nobody_asks_for_is_told(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path
) -> None:
    """By each format."""
    entry = '[[functions]]\ntoken = "a:b:c"\nresult = {d = "e"}\n'
    (shop.parent / "stackproof.toml").write_text(f'[account]\nregion = "eu-west-1"\n{entry}')
    command = ("preview", shop, "--policy-pack", pack, "--stack", "dev")
    _, out, _ = run(*command)
    assert FakeEngine.worlds == [World(region="eu-west-1")]
    assert FakeEngine.jobs[0].outside.functions[0].result == {"d": "e"}
    assert "unused: a:b:c: given by stackproof.toml functions[0]; nothing of this stack asked for it" in out
    _, out, _ = run(*command, "--format", "json")
    assert json.loads(out)["judged"]["unused"] == ["a:b:c: given by stackproof.toml functions[0]"]


def test_named_settings_replace_the_nearest(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path, tmp_path: Path
) -> None:
    (shop / "stackproof.toml").write_text('[account]\nregion = "eu-west-1"\n')
    (tmp_path / "other.toml").write_text('[account]\nregion = "eu-west-2"\n')
    run("preview", shop, "--policy-pack", pack, "--stack", "dev", "--settings", tmp_path / "other.toml")
    assert FakeEngine.worlds == [World(region="eu-west-2")]


def test_of_a_program_that_broke_off_nothing_is_called_unused(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path
) -> None:
    """What it would have asked for, nobody saw."""
    (shop / "stackproof.toml").write_text('[[functions]]\ntoken = "a:b:c"\nresult = {d = "e"}\n')
    FakeEngine.ends = {"dev": ProgramEnd.FAILED}
    _, out, _ = run("preview", shop, "--policy-pack", pack, "--stack", "dev")
    assert "unused" not in out


def test_other_stacks_outputs_reach_the_engine(
    run: Callable[..., tuple[int, str, str]], shop: Path, pack: Path, tmp_path: Path
) -> None:
    """From a file named on the command line, and from the program that the settings name."""
    (tmp_path / "n.json").write_text('{"vpc": "v"}')
    (shop / "stackproof.toml").write_text('[stack-references."acme/shop/prod"]\nprogram = "."\nstack = "prod"\n')
    command = ("preview", shop, "--policy-pack", pack, "--stack", "dev")
    run(*command, "--stack-outputs", f"acme/network/dev={tmp_path / 'n.json'}")
    assert [job.program.stack for job in FakeEngine.jobs] == ["prod", "dev", "dev"]
    assert (FakeEngine.passes[0], sorted(FakeEngine.passes[1:])) == ("resolved", ["faithful", "resolved"])
    assert FakeEngine.jobs[1].outside.stacks == (
        StackOutputs("acme/network/dev", {"vpc": "v"}, "read from n.json"),
        StackOutputs("acme/shop/prod", {}, "synthesised by a preview of the program of shop/prod"),
    )
