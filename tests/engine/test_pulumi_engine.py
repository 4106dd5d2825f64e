# SPDX-License-Identifier: Apache-2.0
"""The real CLI as engine: it judges as it should, deploys to nowhere, and leaves nothing behind.

Skipped where no `pulumi` is on the PATH; continuous integration installs one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stackproof import cli
from stackproof.aws import World
from stackproof.engine.pulumi import PulumiEngine
from stackproof.errors import UnrunnableError
from stackproof.model import ProgramEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackproof.model import Job

    Judge = Callable[..., tuple[int, dict[str, Any]]]

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on the PATH")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def engine(temporary: Path) -> Iterator[PulumiEngine]:
    """Give the engine; when it has ended nothing of it is left."""
    made = PulumiEngine(World())
    yield made
    made.stop()
    assert list(temporary.glob("stackproof-*")) == []


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Give a copy of the sample program that a test may spoil."""
    copy = tmp_path / "program"
    shutil.copytree(ROOT / "program", copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Judge:
    """Type a command about the sample's stack dev; give the exit code and the report."""

    def type_(command: str, program: Path, *options: str) -> tuple[int, dict[str, Any]]:
        words = [command, str(program), "--stack", "dev", "--policy-pack", str(ROOT / "policies"), "--format", "json"]
        monkeypatch.setattr("sys.argv", ["stackproof", *words, *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(str(ended.value.code)), json.loads(capsys.readouterr().out)

    return type_


def digest(root: Path) -> str:
    """Hash a folder's files."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


def test_the_sample_is_proven_and_its_files_stay_as_they_are(judge: Judge, sample: Path, temporary: Path) -> None:
    """Offline, without credentials, stack or login."""
    before = digest(sample)
    code, report = judge("preview", sample, "--engine", "pulumi", "--offline")
    assert (code, report["findings"], report["problems"], report["judged"]["engine"]) == (0, [], [], "pulumi")
    assert len(report["resources"]) == 34
    assert (digest(sample), list(temporary.glob("stackproof-*"))) == (before, [])


def test_a_deployment_can_be_rehearsed(judge: Judge, sample: Path) -> None:
    """`pulumi up --policy-pack`, end to end, against the offline provider."""
    code, report = judge("up", sample)
    assert (code, report["findings"], report["problems"], report["judged"]["engine"]) == (0, [], [], "pulumi up")


def test_a_wildcard_is_found_before_anything_is_created(judge: Judge, sample: Path) -> None:
    """By the preview that goes before a deployment too."""
    path = sample / "infra" / "contributor_role.py"
    text = path.read_text(encoding="utf-8")
    assert '"codecommit:GitPull"' in text
    path.write_text(text.replace('"codecommit:GitPull"', '"codecommit:*"', 1), encoding="utf-8")
    for command, options in (("preview", ["--engine", "pulumi", "--offline"]), ("up", [])):
        code, report = judge(command, sample, *options)
        assert code == 1
        assert "iam-service-wildcard" in {finding["rule"] for finding in report["findings"]}


def test_a_program_that_never_ends_is_stopped(
    engine: PulumiEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    """With all that the CLI had started."""
    run = engine.run(job(write_program("import time\ntime.sleep(600)\n"), timeout=8), "faithful")
    assert run.end is ProgramEnd.TIMED_OUT


def test_packages_without_tables_are_served_too(
    engine: PulumiEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    """Whichever the program turns out to use."""
    text = "import pulumi\nfor p in ('foo', 'bar'):\n    pulumi.CustomResource(f'{p}:index:Thing', p, {'a': 1})\n"
    run = engine.run(job(write_program(text)), "faithful")
    assert run.end is ProgramEnd.COMPLETED, run.log


def test_a_virtual_environment_that_is_not_there_is_told_in_words_that_help(
    engine: PulumiEngine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    """The CLI would make it, in the user's folder, and then miss the SDK in it."""
    root = write_program("")
    (root / "Pulumi.yaml").write_text("name: engine\nruntime: {name: python, options: {virtualenv: venv}}\n")
    with pytest.raises(UnrunnableError, match=r"create it with `pulumi install`"):
        engine.run(job(root), "faithful")
    assert not (root / "venv").exists()
