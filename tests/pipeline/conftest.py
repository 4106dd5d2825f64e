# SPDX-License-Identifier: Apache-2.0
"""A repository with a small program and a small pack, and a `pulumi` on the PATH that only writes down what it does."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from tests.pipeline.clone import Repository, Terminal

HERE = Path(__file__).parent
PLUGINS = ("PULUMI_DEBUG_PROVIDERS", "PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")
"""Variables by which the CLI finds plugins."""
PROGRAM = """\
import pulumi

pulumi.CustomResource("demo:index:Thing", "thing", {})
"""
PACK = """\
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

POLICY = ResourceValidationPolicy("p", "Is never wrong", lambda args, report: None, EnforcementLevel.MANDATORY)
PolicyPack("small", [POLICY])
"""
PROJECT = "name: demo\nruntime: python\n"
STACK_FILE = "config:\n  demo:size: 1\n  demo:colour: blue\n"


def install(folder: Path) -> None:
    """Put the recorder on a PATH as `pulumi`."""
    target = folder / "pulumi"
    text = (HERE / "pulumi_recorder.py").read_text(encoding="utf-8")
    target.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    target.chmod(target.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Make the repository; commands are typed in it."""
    root, recorder, path = tmp_path / "repository", tmp_path / "recorder", tmp_path / "bin"
    for folder in (root / "program", root / "pack" / "config", recorder, path):
        folder.mkdir(parents=True)
    for name, text in (
        ("program/Pulumi.yaml", PROJECT),
        ("program/Pulumi.dev.yaml", STACK_FILE),
        ("program/__main__.py", PROGRAM),
        ("pack/PulumiPolicy.yaml", "name: small\nversion: 1.0.0\nruntime: python\n"),
        ("pack/__main__.py", PACK),
        ("pack/config/dev.json", "{}"),
        ("requirements.lock", "pulumi==3\n"),
        (".gitignore", "build/\n__pycache__/\n"),
    ):
        (root / name).write_text(text, encoding="utf-8")
    install(path)
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("RECORDER", str(recorder))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///backend")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    # Wherever these tests run, the repository above them is not this one's.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for name in ("GITHUB_RUN_ID", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "STACKPROOF_DIGEST", *PLUGINS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root)
    made = Repository(root, recorder)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.commit()
    return made


@pytest.fixture
def type_(repository: Repository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Terminal:
    """Give what types commands in the repository."""
    assert repository.root == Path.cwd()
    return Terminal(monkeypatch, capfd)
