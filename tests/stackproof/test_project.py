# SPDX-License-Identifier: Apache-2.0
"""Project files: what the CLI would read from them, and an error with a place for everything else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from stackproof.errors import UsageError
from stackproof.project import load_pack, load_program, stack_names


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make the smallest project with a stack."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n  size: 3\n")
    (tmp_path / "__main__.py").write_text("")
    return tmp_path


def test_a_program_is_what_its_files_say(project: Path) -> None:
    """Keys without a namespace get the project's; values are strings."""
    program = load_program(project, "dev", {})
    assert (program.project, program.stack, program.main) == ("shop", "dev", project / "__main__.py")
    assert program.config == {"aws:region": "eu-west-1", "shop:size": "3"}
    assert (program.interpreter, program.assumptions) == (Path(sys.executable), ())


def test_places_are_shown_from_where_the_command_was_typed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a reader can open them; from elsewhere, relative to the project."""
    monkeypatch.chdir(project.parent)
    assert load_program(project, "dev", {}).shown_from == project.parent
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")
    assert load_program(project, "dev", {}).shown_from == project


def test_values_arrive_as_pulumi_passes_them(project: Path) -> None:
    """Objects as JSON, booleans in lower case, nothing as an empty string."""
    (project / "Pulumi.dev.yaml").write_text("config:\n  shop:list: [a, {b: 1}]\n  shop:on: true\n  shop:none:\n")
    assert load_program(project, "dev", {}).config == {
        "shop:list": '["a",{"b":1}]',
        "shop:on": "true",
        "shop:none": "",
    }


def test_overrides_win_over_the_stack_file(project: Path) -> None:
    """As `--config` on the command line does."""
    program = load_program(project, "dev", {"size": "9", "aws:region": "us-east-1"})
    assert program.config == {"aws:region": "us-east-1", "shop:size": "9"}


def test_project_defaults_are_overridden_by_the_stack(project: Path) -> None:
    """`default` and `value` of Pulumi.yaml count where the stack file is silent."""
    (project / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\nconfig:\n  size: {type: integer, default: 1}\n  aws:region: {value: us-east-1}\n"
        "  plain: text\n  typed: {type: string}\n",
    )
    (project / "Pulumi.dev.yaml").write_text("config:\n  size: 2\n")
    assert load_program(project, "dev", {}).config == {
        "shop:size": "2",
        "aws:region": "us-east-1",
        "shop:plain": "text",
    }


def test_an_encrypted_value_becomes_a_placeholder_that_the_report_names(project: Path) -> None:
    """Nobody can decrypt it here, and its ciphertext is nobody's business."""
    (project / "Pulumi.dev.yaml").write_text(
        "config:\n  shop:token: {secure: v1:abc}\n  shop:db: {password: {secure: v1:x}}\n"
    )
    program = load_program(project, "dev", {})
    assert program.config == {"shop:token": "[secret]", "shop:db": '{"password":"[secret]"}'}
    assert program.secret_keys == {"shop:token", "shop:db"}
    assert len(program.assumptions) == 2
    assert "v1:" not in " ".join(program.assumptions)


def test_an_esc_environment_is_named_as_absent(project: Path) -> None:
    """Its values would come from a service."""
    (project / "Pulumi.dev.yaml").write_text("environment: [prod-creds]\n")
    (note,) = load_program(project, "dev", {}).assumptions
    assert "Pulumi ESC" in note


def test_stacks_are_listed_in_the_order_of_promotion(project: Path) -> None:
    """Other names come between the first and the last."""
    for name in ("prod", "staging", "eu"):
        (project / f"Pulumi.{name}.yaml").write_text("")
    assert stack_names(project) == ("dev", "eu", "staging", "prod")


def test_a_stack_without_a_file_is_an_error_that_lists_the_others(project: Path) -> None:
    """A misspelt stack must not be judged with empty configuration."""
    with pytest.raises(UsageError, match=r"stack 'prd' has no file .*Pulumi\.prd\.yaml \(stacks here: dev\)"):
        load_program(project, "prd", {})


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Pulumi.dev.yaml", "config: [", r"Pulumi\.dev\.yaml:1:10: not valid YAML"),
        ("Pulumi.dev.yaml", "config: text", r"Pulumi\.dev\.yaml: config must be a mapping .* not text"),
        ("Pulumi.dev.yaml", "config: [a]", r"config must be a mapping .* not a list"),
        ("Pulumi.dev.yaml", "- a", r"the file must be a mapping"),
        ("Pulumi.dev.yaml", "config: {1: a}", r"config must be a mapping .* a mapping with other keys"),
        ("Pulumi.yaml", "name: shop\n", r"runtime must be a mapping .* not nothing"),
        ("Pulumi.yaml", "runtime: python\n", r"name must be text, not nothing"),
        (
            "Pulumi.yaml",
            "name: shop\nruntime: {name: python, options: 3}\n",
            r"runtime\.options must be a mapping .* a int",
        ),
        ("Pulumi.yaml", "name: shop\nruntime: python\nmain: src\n", r"no program at .*src"),
    ],
)
def test_a_malformed_file_is_an_error_that_says_where(project: Path, name: str, text: str, words: str) -> None:
    """The file, the line or the key, and what was found."""
    (project / name).write_text(text)
    with pytest.raises(UsageError, match=words):
        load_program(project, "dev", {})


def test_a_file_that_is_no_text_is_an_error(project: Path) -> None:
    """Bytes of another encoding are not guessed at."""
    (project / "Pulumi.dev.yaml").write_bytes(b"config:\n  a: \xff\xfe\n")
    with pytest.raises(UsageError, match="cannot be read"):
        load_program(project, "dev", {})


def test_a_folder_without_a_project_is_an_error(tmp_path: Path) -> None:
    """It says which file is missing."""
    with pytest.raises(UsageError, match=r"it has no Pulumi\.yaml"):
        load_program(tmp_path, "dev", {})


def test_a_stack_name_is_no_path(project: Path) -> None:
    """A name with a slash would read a file elsewhere."""
    with pytest.raises(UsageError, match="is not a stack name"):
        load_program(project, "../dev", {})


@pytest.mark.parametrize(
    ("options", "folder"),
    [("{virtualenv: venv}", "venv"), ("{toolchain: uv}", ".venv"), ("{toolchain: poetry}", ".venv")],
)
def test_the_interpreter_is_the_one_that_the_project_names(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: str,
    folder: str,
) -> None:
    """By virtualenv or toolchain, as the language host takes it."""
    monkeypatch.delenv("UV_PROJECT_ENVIRONMENT", raising=False)
    (project / "Pulumi.yaml").write_text(f"name: shop\nruntime: {{name: python, options: {options}}}\n")
    python = project / folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    program = load_program(project, "dev", {})
    assert (program.interpreter, program.assumptions) == (python, ())


def test_a_missing_virtual_environment_is_named(project: Path) -> None:
    """The judgement then rests on other packages than the deployment's."""
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: {name: python, options: {virtualenv: venv}}\n")
    program = load_program(project, "dev", {})
    assert program.interpreter == Path(sys.executable)
    assert "virtual environment 'venv', which does not exist" in program.assumptions[0]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Make the smallest pack."""
    (tmp_path / "PulumiPolicy.yaml").write_text("name: rules\nruntime: python\nversion: 2.0.0\n")
    return tmp_path


def test_a_pack_takes_its_configuration_for_the_stack(pack: Path) -> None:
    """`config/<stack>.json` inside the pack counts without being named."""
    (pack / "config").mkdir()
    (pack / "config" / "dev.json").write_text(json.dumps({"all": "mandatory"}))
    dev, prod = load_pack(pack, "dev", None), load_pack(pack, "prod", None)
    assert (dev.version, dev.config, prod.config) == ("2.0.0", {"all": "mandatory"}, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", r"c\.json:1:2: not valid JSON"), ("[]", r"must be an object of policy names, not a list")],
)
def test_a_malformed_pack_configuration_is_an_error_that_says_where(pack: Path, text: str, words: str) -> None:
    """An empty or broken file must not mean no configuration."""
    path = pack / "c.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=words):
        load_pack(pack, "dev", path)


def test_a_pack_configuration_that_is_not_there_is_an_error(pack: Path) -> None:
    """It was asked for by name."""
    with pytest.raises(UsageError, match="cannot be read"):
        load_pack(pack, "dev", pack / "missing.json")


def test_a_pack_in_another_language_is_an_error(pack: Path) -> None:
    """The embedded engine would not know how to start it."""
    (pack / "PulumiPolicy.yaml").write_text("runtime: nodejs\n")
    with pytest.raises(UsageError, match="runs python packs only"):
        load_pack(pack, "dev", None)
