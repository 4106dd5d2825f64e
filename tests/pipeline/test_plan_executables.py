# SPDX-License-Identifier: Apache-2.0
"""What runs at an update is by its content what ran when the plan was made, and what the settings say it must be."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi_aws
import pytest

from stackproof.pipeline.plan.executables import strays

if TYPE_CHECKING:
    from tests.pipeline.clone import Repository, Terminal, Typed

COMMON = ["program", "--stack", "dev", "--policy-pack", "pack", "--lock", "requirements.lock", "--folder", "build/dev"]
SDK = json.loads((Path(pulumi_aws.__file__).parent / "pulumi-plugin.json").read_bytes())
AWS = f"pulumi-resource-aws@{SDK['version']}"
CACHED = Path("plugins") / f"resource-aws-v{SDK['version']}" / "pulumi-resource-aws"


def digest_of(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def create(type_: Terminal) -> str:
    """Plan, and give the digest."""
    done = type_("plan", "create", *COMMON)
    assert done.code == 0, done.err
    [digest] = [line.split()[1] for line in done.out.splitlines() if line.startswith("digest: ")]
    return digest


def refused(done: Typed) -> list[str]:
    """Give the fields that a refusal names."""
    assert done.code == 1, done.err
    return [line.removeprefix("  - ").partition(": ")[0] for line in done.err.splitlines()[1:]]


def verify(type_: Terminal, digest: str) -> list[str]:
    """Give the fields that moved since a plan was made."""
    done = type_("plan", "verify", *COMMON, "--digest", digest)
    return [] if done.code == 0 else refused(done)


def there() -> dict[str, str]:
    """Give the executables of the envelope."""
    found: dict[str, str] = json.loads(Path("build/dev/envelope.json").read_bytes())["executables"]
    return found


def cli(repository: Repository) -> Path:
    return repository.root.parent / "bin" / "pulumi"


def host(repository: Repository, content: str) -> None:
    """Put a language host beside the CLI."""
    path = cli(repository).parent / "pulumi-language-python"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o755)


def test_each_executable_is_in_the_envelope_found_or_not(repository: Repository, type_: Terminal) -> None:
    host(repository, "host")
    repository.play(plugins={"aws": "plugin"})
    create(type_)
    assert there() == {
        "pulumi": digest_of(cli(repository).read_text(encoding="utf-8")),
        "pulumi-language-python": digest_of("host"),
        "pulumi-language-python-exec": shutil.which("pulumi-language-python-exec") or "not found",
        AWS: digest_of("plugin"),
    }


def test_what_is_not_found_is_shown_before_approval(type_: Terminal) -> None:
    create(type_)
    assert there()[AWS] == "not found"
    assert f"{AWS} not found" in type_("plan", "show", "--folder", "build/dev").out


def test_another_cli_or_language_host_is_refused_by_its_name(repository: Repository, type_: Terminal) -> None:
    host(repository, "host")
    digest = create(type_)
    assert verify(type_, digest) == []
    host(repository, "other")
    with cli(repository).open("a", encoding="utf-8") as file:
        file.write("# one more line\n")
    assert verify(type_, digest) == ["executables.pulumi", "executables.pulumi-language-python"]


def test_a_plugin_that_was_exchanged_or_served_anew_is_refused(repository: Repository, type_: Terminal) -> None:
    repository.play(plugins={"aws": "plugin"})
    digest = create(type_)
    home = repository.root.parent / "home"
    shutil.rmtree(home)  # as on the next job's machine, where the CLI fetches the same version again
    assert verify(type_, digest) == []
    (home / CACHED).write_text("exchanged", encoding="utf-8")
    assert verify(type_, digest) == [f"executables.{AWS}"]
    shutil.rmtree(home)
    repository.play(plugins={"aws": "served anew"})
    assert verify(type_, digest) == [f"executables.{AWS}"]
    repository.play(plugins={})
    shutil.rmtree(home)
    assert verify(type_, digest) == [f"executables.{AWS}"]


def test_a_plugin_on_the_path_goes_before_the_cache(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.play(plugins={"aws": "plugin"})
    path = cli(repository).parent / "pulumi-resource-aws"
    path.write_text("ambient", encoding="utf-8")
    path.chmod(0o755)
    create(type_)
    assert there()[AWS] == digest_of("ambient")
    path.unlink()
    path.with_name("elsewhere").mkdir()
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "true")
    create(type_)
    assert there()[AWS] == digest_of("plugin")


def test_a_plugin_of_the_project_s_own_goes_before_all(repository: Repository, type_: Terminal) -> None:
    project = Path("program/Pulumi.yaml")
    text = project.read_text(encoding="utf-8")
    project.write_text(f"{text}plugins:\n  providers:\n  - name: aws\n    path: ../own\n", encoding="utf-8")
    Path("own").mkdir()
    Path("own/pulumi-resource-aws").write_text("own", encoding="utf-8")
    repository.commit()
    create(type_)
    assert there()[AWS] == digest_of("own")


def test_a_provider_that_is_attached_is_told_as_such(type_: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = create(type_)
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "aws:4242")
    assert verify(type_, digest) == [f"executables.{AWS}"]
    create(type_)
    assert there()[AWS] == "attached by PULUMI_DEBUG_PROVIDERS"


def test_a_provider_that_only_the_state_knows_counts_in_its_version(repository: Repository, type_: Terminal) -> None:
    provider = {
        "urn": "urn:pulumi:dev::demo::pulumi:providers:random::default_4_16_0",
        "type": "pulumi:providers:random",
        "inputs": {"version": "4.16.0"},
    }
    state = {"version": 3, "deployment": {"manifest": {"time": "t"}, "resources": [provider]}}
    (repository.recorder / "dev.json").write_text(json.dumps(state), encoding="utf-8")
    repository.play(plugins={"random": "dice"})
    create(type_)
    assert there()["pulumi-resource-random@4.16.0"] == digest_of("dice")


def test_nothing_is_fetched_where_that_is_switched_off(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.play(plugins={"aws": "plugin"})
    monkeypatch.setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    create(type_)
    assert there()[AWS] == "not found"


def pin(**checksums: str) -> None:
    """Write the settings."""
    lines = "".join(f'"{name}" = "{value}"\n' for name, value in checksums.items())
    Path("stackproof.toml").write_text(f"[checksums]\n{lines}", encoding="utf-8")


def bare(content: str) -> str:
    return digest_of(content).removeprefix("sha256:")


def test_a_plan_is_made_and_verified_where_the_checksums_fit(repository: Repository, type_: Terminal) -> None:
    repository.play(plugins={"aws": "plugin"})
    pin(**{"pulumi": bare(cli(repository).read_text(encoding="utf-8")), AWS: bare("plugin")})
    repository.commit()
    assert verify(type_, create(type_)) == []


def test_a_plan_is_neither_made_nor_verified_where_one_does_not(repository: Repository, type_: Terminal) -> None:
    repository.play(plugins={"aws": "plugin"})
    digest = create(type_)
    pin(**{"pulumi-resource-aws": bare("other")})
    assert f"checksums.{AWS}" in verify(type_, digest)
    repository.commit()
    assert refused(type_("plan", "create", *COMMON)) == [f"checksums.{AWS}"]


def test_what_is_not_found_fits_no_checksum(repository: Repository, type_: Terminal) -> None:
    pin(**{AWS: bare("plugin")})
    repository.commit()
    assert refused(type_("plan", "create", *COMMON)) == [f"checksums.{AWS}"]


FOUND = {"pulumi": digest_of("a"), "pulumi-resource-x@1.0.0": digest_of("b"), "pulumi-resource-x@1.1.0": digest_of("c")}


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ({}, []),
        ({"pulumi": bare("a")}, []),
        ({"pulumi": bare("b")}, ["pulumi"]),
        ({"pulumi-resource-x@1.0.0": bare("b")}, ["pulumi-resource-x@1.1.0"]),
        ({"pulumi-resource-x@1.0.0": bare("b"), "pulumi-resource-x": bare("c")}, []),
        ({"pulumi-resource-x": bare("b")}, ["pulumi-resource-x@1.1.0"]),
        ({"pulumi-resource-x@0.9.0": bare("b")}, ["pulumi-resource-x@1.0.0", "pulumi-resource-x@1.1.0"]),
        ({"pulumi-resource-y": bare("b")}, ["pulumi-resource-y"]),
    ],
)
def test_a_checksum_is_for_a_version_or_for_whichever_and_none_is_idle(
    pins: dict[str, str], expected: list[str]
) -> None:
    assert [name for name, _ in strays(FOUND, pins)] == expected


def test_the_doctor_says_what_runs_beside_its_checksum(repository: Repository, type_: Terminal, tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    words = ["doctor", "program", "--stack", "dev", "--backend", f"file://{tmp_path / 'backend'}"]
    own = cli(repository).read_text(encoding="utf-8")
    pin(pulumi=bare(own))
    done = type_(*words)
    first, *others, last = done.out.splitlines()
    assert (done.code, first, last) == (0, f"pulumi: {digest_of(own)}, as its checksum says", "demo · dev: no lock")
    assert f"{AWS}: not found, without a checksum" in others
    pin(pulumi=bare("other"))
    done = type_(*words)
    assert (done.code, done.out.splitlines()[0]) == (1, f"pulumi: must be {digest_of('other')}, found {digest_of(own)}")
