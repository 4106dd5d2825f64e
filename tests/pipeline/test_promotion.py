# SPDX-License-Identifier: Apache-2.0
"""The whole way of the sample by the real CLI: three stacks planned, approved and applied, one taken back, drift told.

The backend is a folder and the cloud the offline provider, so nothing is deployed anywhere. Skipped where no `pulumi`
is on the PATH; continuous integration installs one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stackproof.aws import World, providers
from stackproof.aws.serve import ProviderServer
from stackproof.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "staging", "prod")
REPOSITORY = "aws:codecommit/repository:Repository"
pytestmark = pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on the PATH")


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone of the sample with a backend of its own."""

    root: Path
    environment: dict[str, str]

    def type_(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=self.root, env=self.environment, capture_output=True, check=False, text=True)

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        done = self.type_("git", *identity, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def stackproof(self, *words: str, folder: bool = True) -> subprocess.CompletedProcess[str]:
        stack = words[words.index("--stack") + 1]
        judged = ["program", "--policy-pack", "policies", "--lock", "requirements.lock"]
        place = ["--folder", f"build/plan/{stack}"] if folder else []
        return self.type_(sys.executable, "-m", "stackproof", *words, *judged, *place)

    def plan(self, stack: str) -> str:
        done = self.stackproof("plan", "create", "--stack", stack)
        assert done.returncode == 0, done.stdout + done.stderr
        [digest] = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("digest: ")]
        return digest

    def apply(self, stack: str, digest: str) -> subprocess.CompletedProcess[str]:
        return self.stackproof("plan", "apply", "--stack", stack, "--digest", digest)

    def envelope(self, stack: str) -> dict[str, Any]:
        return self._read(stack, "envelope")

    def record(self, stack: str) -> dict[str, Any]:
        return self._read(stack, "record")

    def _read(self, stack: str, name: str) -> dict[str, Any]:
        path = self.root / "build" / "plan" / stack / f"{name}.json"
        found: dict[str, Any] = json.loads(path.read_bytes())
        return found

    def export(self, stack: str) -> dict[str, Any]:
        done = self.type_("pulumi", "stack", "export", "--stack", stack, "--cwd", "program")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def descriptions(self, stack: str) -> set[str]:
        """Give the descriptions of the repositories in a stack's state."""
        resources = self.export(stack)["deployment"].get("resources") or ()
        return {resource["inputs"]["description"] for resource in resources if resource["type"] == REPOSITORY}


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """Make the clone, its backend, its stacks, and the provider that plays the cloud."""
    root = tmp_path / "clone"
    for name in ("program", "policies"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.lock", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    (tmp_path / "backend").mkdir()
    server = ProviderServer(providers(World(), Outside(), resolved=True))
    python = Path(sys.executable)
    environment = {
        "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_DEBUG_PROVIDERS": f"aws:{server.start()}",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_PYTHON_CMD": str(python),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPATH": str(ROOT / "scripts"),
        "no_proxy": "127.0.0.1,localhost",
    }
    made = Clone(root, environment)
    for stack in STACKS:
        done = made.type_("pulumi", "stack", "init", stack, "--cwd", "program")
        assert done.returncode == 0, done.stderr
    made.git("init", "--quiet", "--initial-branch", "main")
    made.commit("first")
    yield made
    server.stop()


def test_three_stacks_are_promoted_one_is_taken_back_and_drift_is_told(clone: Clone) -> None:
    """Each stack from the same commit; the way back is an update like any other, planned on the state of today."""
    first = clone.git("rev-parse", "HEAD")
    for stack in STACKS:
        digest = clone.plan(stack)
        done = clone.apply(stack, digest)
        assert done.returncode == 0, done.stdout + done.stderr
        record = clone.record(stack)
        assert (record["envelope"], record["commit"], record["problems"]) == (digest, first, [])
        assert record["operations"] == record["approved_operations"]
    assert clone.stackproof("drift", "--stack", "dev", folder=False).returncode == 0

    file = clone.root / "program" / "Pulumi.dev.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("The payments service", "Payments, rewritten"), encoding="utf-8")
    clone.commit("second")
    drifted = clone.stackproof("drift", "--stack", "dev", folder=False)
    assert (drifted.returncode, "update urn:pulumi:dev::" in drifted.stdout) == (1, True)
    assert clone.apply("dev", clone.plan("dev")).returncode == 0
    assert "Payments, rewritten" in clone.descriptions("dev")

    back = clone.type_(sys.executable, "-m", "stackproof", "rollback", first)
    assert back.returncode == 0, back.stderr
    clone.git("checkout", "--quiet", first)
    assert clone.apply("dev", clone.plan("dev")).returncode == 0
    assert (clone.record("dev")["commit"], "Payments, rewritten" in clone.descriptions("dev")) == (first, False)


def test_a_state_that_was_changed_by_hand_is_named_and_drift(clone: Clone) -> None:
    """And neither the look nor the refusal writes it."""
    assert clone.apply("dev", clone.plan("dev")).returncode == 0
    digest = clone.plan("dev")
    state = clone.export("dev")
    changed = next(resource for resource in state["deployment"]["resources"] if resource["type"] == REPOSITORY)
    for side in ("inputs", "outputs"):
        changed[side]["description"] = "changed by hand"
    (clone.root / "build" / "state.json").write_text(json.dumps(state), encoding="utf-8")
    imported = clone.type_(
        "pulumi", "stack", "import", "--stack", "dev", "--cwd", "program", "--file", "../build/state.json"
    )
    assert imported.returncode == 0, imported.stderr
    before = clone.export("dev")
    refused = clone.apply("dev", digest)
    assert refused.returncode == 1
    assert f"state.resources: {changed['urn']}" in refused.stderr
    assert clone.stackproof("drift", "--stack", "dev", folder=False).returncode == 1
    assert clone.export("dev") == before


def test_what_ran_is_bound_by_its_content_and_another_executable_is_refused(clone: Clone, tmp_path: Path) -> None:
    """The provider is attached, which is told; a wrapper of the CLI says the same version and is another file."""
    digest = clone.plan("dev")
    found = clone.envelope("dev")["executables"]
    real = Path(str(shutil.which("pulumi")))
    assert found["pulumi"] == f"sha256:{hashlib.sha256(real.read_bytes()).hexdigest()}"
    assert found["pulumi-language-python"].startswith("sha256:")
    assert [value for name, value in found.items() if name.startswith("pulumi-resource-aws@")] == [
        "attached by PULUMI_DEBUG_PROVIDERS"
    ]
    wrapper = tmp_path / "wrapper" / "pulumi"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec "{real}" "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    path = os.pathsep.join([str(wrapper.parent), clone.environment["PATH"]])
    refused = replace(clone, environment={**clone.environment, "PATH": path}).apply("dev", digest)
    assert refused.returncode == 1
    assert [line.split(": ")[0] for line in refused.stderr.splitlines()[1:]] == ["  - executables.pulumi"]


def test_two_plans_of_the_same_thing_agree_in_all_but_their_moment_and_seeds(clone: Clone) -> None:
    clone.plan("dev")
    first = clone.envelope("dev")
    clone.plan("dev")
    second = clone.envelope("dev")
    differing = {name for name in first if first[name] != second[name]}
    assert differing <= {"created", "plan", "seals"}


def test_an_edited_plan_is_refused_by_us_and_a_program_that_strays_by_the_cli(clone: Clone) -> None:
    digest = clone.plan("dev")
    plan = clone.root / "build" / "plan" / "dev" / "plan.json"
    plan.write_bytes(plan.read_bytes().replace(b"The payments service", b"Somebody's service"))
    done = clone.apply("dev", digest)
    assert (done.returncode, "plan: planned sha256:" in done.stderr) == (1, True)
    assert clone.descriptions("dev") == set()


def test_a_lock_is_told_while_an_update_runs(clone: Clone) -> None:
    """By the file that the real CLI writes."""
    (clone.root / "program" / "__main__.py").write_text("import time\n\ntime.sleep(120)\n", encoding="utf-8")
    words = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", "dev", "--cwd", "program"]
    running = subprocess.Popen(words, cwd=clone.root, env=clone.environment, stdout=subprocess.DEVNULL)
    asked = [sys.executable, "-m", "stackproof", "doctor", "program", "--stack", "dev"]
    try:
        while (told := clone.type_(*asked)).returncode == 0:
            assert running.poll() is None
        assert f"process {running.pid}, for 0 minutes" in told.stdout
        assert f"process {running.pid} is still running here; stop it" in told.stdout
    finally:
        running.kill()
        running.wait()
    assert clone.type_(*asked, "--yes").returncode == 0
    assert clone.type_(*asked).stdout == "stackproof-sample · dev: no lock\n"
