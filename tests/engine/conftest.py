# SPDX-License-Identifier: Apache-2.0
"""One embedded engine and the pack that has no rules, for tests that run programs."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from stackproof.aws import World
from stackproof.engine.embedded import EmbeddedEngine
from stackproof.engine.pulumi import PulumiEngine
from stackproof.model import Job, PassName
from stackproof.outside import Outside
from stackproof.project import load_pack, load_program
from stackproof.verdicts import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackproof.engine import Engine
    from stackproof.model import Preview

HERE = Path(__file__).parent
NEEDS_CLI = pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on the PATH")


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Give an engine, and end what it started."""
    made = EmbeddedEngine(World())
    yield made
    made.stop()


@pytest.fixture(params=["embedded", pytest.param("pulumi", marks=NEEDS_CLI)])
def each_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Give each engine in turn, the real CLI where there is one, and end what it started."""
    made: Engine = EmbeddedEngine(World()) if request.param == "embedded" else PulumiEngine(World())
    yield made
    made.stop()


@pytest.fixture
def silent_pack() -> Path:
    """Give the folder of the pack whose policy never applies."""
    return HERE / "packs" / "silent"


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Make a job from a program's folder, against a pack where one is named; typed elsewhere."""
    monkeypatch.chdir(tmp_path)

    def make(root: Path, pack: Path | None = None, timeout: float = 60.0, outside: Outside | None = None) -> Job:
        packs = (load_pack(pack, "dev", None),) if pack else ()
        return Job(load_program(root, "dev", {}), packs, timeout, outside or Outside())

    return make


@pytest.fixture
def judged(engine: Engine) -> Callable[[Job], Preview]:
    """Judge a job by both passes at once, as the command line does."""

    def run(job: Job) -> Preview:
        with ThreadPoolExecutor(2) as pool:
            passes = list(pool.map(engine.run, (job, job), get_args(PassName)))
        return judge(job, engine.name, "", passes)

    return run


@pytest.fixture
def write_program(tmp_path: Path) -> Callable[[str], Path]:
    """Write a project whose program is the given text."""

    def write(text: str) -> Path:
        root = tmp_path / "program"
        root.mkdir()
        (root / "Pulumi.yaml").write_text("name: engine\nruntime: python\n")
        (root / "Pulumi.dev.yaml").write_text("")
        (root / "__main__.py").write_text(text)
        return root

    return write


@pytest.fixture
def write_pack(tmp_path: Path) -> Callable[[str], Path]:
    """Write a pack whose program is the given text."""

    def write(text: str) -> Path:
        root = tmp_path / "pack"
        root.mkdir()
        (root / "PulumiPolicy.yaml").write_text("name: written\nruntime: python\nversion: 1.0.0\n")
        (root / "__main__.py").write_text(text)
        return root

    return write
