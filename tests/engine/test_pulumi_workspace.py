# SPDX-License-Identifier: Apache-2.0
"""The CLI and the place it works in: what it is given, what is kept from it, and what its failures mean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from stackproof.engine.pack_config import PolicyConfig
from stackproof.engine.pulumi import cli
from stackproof.engine.pulumi.workspace import Workspace, temporary_folder
from stackproof.errors import UnrunnableError, UsageError
from stackproof.model import Job, Program
from stackproof.outside import Outside, StackOutputs
from stackproof.state import load_state
from stackproof.wire import secret

STATE = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-10-01T08:00:00Z", "magic": "", "version": "v3.260.0"},
        "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:AAAA:v1:AAAA:AAAA"}},
        "resources": [
            {
                "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
                "custom": False,
                "type": "pulumi:pulumi:Stack",
            }
        ],
    },
}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Give a job of a program whose stack file holds a secret."""
    root = tmp_path / "shop"
    root.mkdir()
    stack_file = root / "Pulumi.dev.yaml"
    stack_file.write_text("encryptionsalt: v1:x\nconfig:\n  shop:size: 1\n  shop:token: {secure: v1:y}\n")
    config = {"shop:size": "2", "shop:tags": '{"a":[1]}', "shop:text": "[no json", "shop:token": "[secret]"}
    program = Program(
        root=root,
        shown_from=root,
        main=root / "__main__.py",
        project="shop",
        stack="dev",
        runtime="python",
        interpreter=Path(sys.executable),
        config=config,
        stack_file=stack_file,
        overrides={"shop:size": "2"},
        secret_keys=frozenset({"shop:token"}),
    )
    return Job(program, ())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give an empty folder."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def checkpoint(place: Path, project: str, stack: str) -> dict[str, object]:
    """Read a stack of the throw-away backend."""
    path = place / "backend" / ".pulumi" / "stacks" / project / f"{stack}.json"
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    return found


def test_offline_the_stack_is_new_and_its_configuration_a_copy(place: Path, job: Job) -> None:
    """Objects stay objects, overrides count, secrets are left to the CLI to encrypt; the user's file is as it was."""
    before = job.program.stack_file.read_bytes()
    made = Workspace.create(place, job, offline=True)
    assert yaml.safe_load(made.config.read_text(encoding="utf-8")) == {
        "config": {"shop:size": "2", "shop:tags": {"a": [1]}, "shop:text": "[no json"}
    }
    assert set(checkpoint(place, "shop", "dev")) == {"manifest"}
    assert (made.stack, job.program.stack_file.read_bytes()) == ("organization/shop/dev", before)


def test_the_users_own_stack_keeps_its_ciphertext(place: Path, job: Job) -> None:
    """Only their passphrase or key opens it."""
    made = Workspace.create(place, job, offline=False)
    assert yaml.safe_load(made.config.read_text(encoding="utf-8")) == {
        "encryptionsalt": "v1:x",
        "config": {"shop:size": "2", "shop:token": {"secure": "v1:y"}},
    }
    assert (made.stack, made.backend.exists()) == ("dev", False)


def test_offline_no_credential_and_no_ambient_stack_reaches_the_cli(
    place: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor a plugin of the user's: every package is attached."""
    ambient = {"AWS_SECRET_ACCESS_KEY": "k", "AWS_PROFILE": "p", "PULUMI_STACK": "prod", "AWS_REGION": "eu-west-1"}
    for name, value in ambient.items():
        monkeypatch.setenv(name, value)
    environment = Workspace.create(place, job, offline=True).environment(4711, ("aws", "random"))
    assert {name: environment.get(name) for name in ambient} == dict.fromkeys(ambient) | {"AWS_REGION": "eu-west-1"}
    assert environment["PULUMI_DEBUG_PROVIDERS"] == "aws:4711,random:4711"
    assert environment["PULUMI_BACKEND_URL"] == f"file://{place}/backend"


def test_ones_own_backend_and_account_are_reached_as_they_are(
    place: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is attached."""
    monkeypatch.setenv("AWS_PROFILE", "p")
    monkeypatch.delenv("PULUMI_DEBUG_PROVIDERS", raising=False)
    environment = Workspace.create(place, job, offline=False).environment(4711, ("aws",))
    assert (environment["AWS_PROFILE"], environment.get("PULUMI_DEBUG_PROVIDERS")) == ("p", None)


def test_other_stacks_are_there_to_be_referred_to(place: Path, job: Job) -> None:
    """With their secrets; but not those of an organization that a file backend cannot have."""
    stacks = (
        StackOutputs("organization/network/dev", {"vpcId": "vpc-1", "keys": [secret({"a": 1.0})]}, "read"),
        StackOutputs("acme/network/dev", {"vpcId": "vpc-2"}, "read"),
        StackOutputs("other", {}, "", failure="it failed"),
    )
    Workspace.create(place, replace(job, outside=Outside(stacks=stacks)), offline=True)
    assert checkpoint(place, "network", "dev")["resources"] == [
        {
            "urn": "urn:pulumi:dev::network::pulumi:pulumi:Stack::network-dev",
            "custom": False,
            "type": "pulumi:pulumi:Stack",
            "outputs": {
                "vpcId": "vpc-1",
                "keys": [
                    {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '{"a": 1.0}'}
                ],
            },
        }
    ]
    assert sorted(path.name for path in (place / "backend" / ".pulumi" / "stacks").iterdir()) == ["network", "shop"]


def test_an_exported_state_is_the_stacks_without_its_key(place: Path, job: Job, tmp_path: Path) -> None:
    """Nobody here has the key; what it has encrypted must be exported in plain text."""
    path = tmp_path / "state.json"
    path.write_text(json.dumps(STATE), encoding="utf-8")
    outside = Outside(state=load_state(path, "shop", "dev"))
    Workspace.create(place, replace(job, outside=outside), offline=True)
    assert set(checkpoint(place, "shop", "dev")) == {"manifest", "resources"}
    path.write_text(json.dumps(STATE).replace('"custom"', '"outputs": {"a": {"ciphertext": "x"}}, "custom"'))
    (tmp_path / "again").mkdir()
    with pytest.raises(UsageError, match=r"state\.json holds encrypted secrets.*--show-secrets"):
        Workspace.create(tmp_path / "again", replace(job, outside=outside), offline=True)


def test_a_packs_configuration_leaves_nothing_to_defaults(place: Path, job: Job) -> None:
    """The CLI's own way of merging them weakens levels."""
    made = Workspace.create(place, job, offline=True)
    path = made.pack_config(0, {"p": PolicyConfig("mandatory", {"suffix": "dev"})})
    assert json.loads(path.read_text(encoding="utf-8")) == {"p": {"enforcementLevel": "mandatory", "suffix": "dev"}}


def test_plugins_of_the_user_are_at_hand_for_language_hosts(
    place: Path, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home itself is not theirs: the CLI would remember a login in it."""
    (tmp_path / "home" / "plugins").mkdir(parents=True)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    made = Workspace.create(place, job, offline=True)
    assert (made.home / "plugins").resolve() == tmp_path / "home" / "plugins"
    assert made.environment(1, ())["PULUMI_HOME"] == str(made.home)


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What others still use, and what is not of this tool, stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    names = {f"stackproof-{gone.pid}-a": False, f"stackproof-{os.getppid()}-b": True, "stackproof-notes-c": True}
    for name in names:
        (tmp_path / name / "inside").mkdir(parents=True)
    with temporary_folder() as folder:
        assert (folder.is_dir(), folder.name.startswith(f"stackproof-{os.getpid()}-")) == (True, True)
        assert {name: (tmp_path / name).exists() for name in names} == names
    assert not folder.exists()


@pytest.fixture
def program_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the path of the one `pulumi` on the PATH, still to be written."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder / "pulumi"


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("", "there is no `pulumi` on the PATH; install it"),
        ("#!/bin/sh\necho v3.255.9", r"is version 3\.255\.9; 3\.256 is the oldest"),
        ("#!/bin/sh\necho hello", "gives 'hello' as its version"),
        ("#!/bin/sh\nexit 3", "does not tell its version"),
    ],
)
def test_a_cli_that_cannot_judge_is_refused(says: str, words: str, program_on_path: Path) -> None:
    """With what to do about it."""
    if says:
        program_on_path.write_text(says)
        program_on_path.chmod(0o755)
    with pytest.raises(UnrunnableError, match=words):
        cli.find()


def test_a_cli_that_is_new_enough_is_taken(program_on_path: Path) -> None:
    """Whatever follows its version."""
    program_on_path.write_text("#!/bin/sh\necho v3.260.0-dev.1\n")
    program_on_path.chmod(0o755)
    assert cli.find() == (program_on_path, "3.260.0")


@pytest.mark.parametrize(
    ("says", "meaning"),
    [
        ("error: getting secrets manager: incorrect passphrase", "set PULUMI_CONFIG_PASSPHRASE to the right one"),
        ("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", "set PULUMI_CONFIG_PASSPHRASE or"),
        ("error: failed to discover package requirements: Could not find `poetry` executable.", "install it, or use"),
        ("python: No module named pip", "make it with `uv venv --seed`"),
        ("error: no stack named 'dev' found", "create it with `pulumi stack init`"),
        ("error: PULUMI_ACCESS_TOKEN must be set for login", "judge with --offline"),
        ("error: failed to load language plugin nodejs: could not", "install the complete release"),
    ],
)
def test_a_failure_is_told_with_what_it_means(says: str, meaning: str) -> None:
    """And with the CLI's own words below."""
    told = cli.explain(says)
    assert meaning in told.splitlines()[0]
    assert told.endswith(says)


def test_credentials_are_those_of_an_account_and_of_a_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one of them alone a preview of one's own stack would only fail."""
    for name in [*os.environ]:
        if name.startswith(("AWS_", "PULUMI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not cli.has_credentials()
    monkeypatch.setenv("AWS_PROFILE", "p")
    assert not cli.has_credentials()
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    assert cli.has_credentials()
