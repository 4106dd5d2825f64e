# SPDX-License-Identifier: Apache-2.0
"""Runs the real workflows with act on this machine: no docker, no network, third-party actions as local stubs.

act (https://github.com/nektos/act, MIT) skips and needs as GitHub does; it knows neither filters of events nor
permissions, environments' rules or concurrency, whose newer keys its schema refuses, so a copy goes without `queue`.

act answers with 0 or 1 and with nothing else (cmd/root.go). Its jobs share maps without a lock: the look at whether a
step still runs once it is told to stop writes the environment that the step is reading (`RunContext.GetEnv`, called by
`monitorJobCancellation`), and jobs fill one cache of local actions (`LocalRepositoryCache`). Go's runtime ends the
process where it sees that, with 2, which says nothing of a workflow; so such a run is made again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from tests.pipeline.act.flatten import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["REPOSITORY", "Harness", "Ran", "Start", "gate_jobs"]

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
WORKFLOWS = ROOT / ".github" / "workflows"
_USES = re.compile(r"uses: (?P<repository>[\w.-]+/[\w.-]+)(?P<path>/[\w./-]+)?@(?P<commit>[0-9a-f]{40})")
_BACKEND = "file:///backend"
REPOSITORY = "acme/app"
_LONGEST = 120
_ANSWERS = (0, 1)
_RUNS = 3
_SHOWN = 40
_CHANGED = ("recorder", "store")

NOTHING = "    - run: 'true'\n      shell: bash\n"
STORE = """    - run: |
        mkdir -p "@STORE@/$NAME"
        for file in $FILES; do
          if [ -d "$file" ]; then file="$file/."; fi
          cp -r "$file" "@STORE@/$NAME/" || [ "$ABSENT" = ignore ]
        done
        echo "id=$NAME" >> "$GITHUB_OUTPUT"
      id: keep
      shell: bash
      env:
        NAME: ${{ inputs.name }}
        FILES: ${{ inputs.path }}
        ABSENT: ${{ inputs.if-no-files-found }}
"""
FETCH = """    - run: |
        [ -n "$WANTED" ]
        mkdir -p "$FOLDER"
        cp -r "@STORE@/$WANTED/." "$FOLDER/"
        [ ! -x "@SPOIL@" ] || "@SPOIL@" "$FOLDER"
      shell: bash
      env:
        WANTED: ${{ inputs.artifact-ids }}
        FOLDER: ${{ inputs.path }}
"""
CHECKOUT = """    - run: |
        git init --quiet
        git fetch --quiet "@REPOSITORY@" main
        git checkout --quiet "${WANTED:-$GITHUB_SHA}"
      shell: bash
      env:
        WANTED: ${{ inputs.ref }}
"""
STUBS = {"actions/checkout": CHECKOUT, "actions/upload-artifact": STORE, "actions/download-artifact": FETCH}
PROGRAM = """\
import pulumi

pulumi.CustomResource("demo:index:Thing", "thing", {})
"""
PACK = """\
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

POLICY = ResourceValidationPolicy("p", "Is never wrong", lambda args, report: None, EnforcementLevel.MANDATORY)
PolicyPack("small", [POLICY])
"""


def gate_jobs() -> list[str]:
    """List the jobs that the aggregator stands for."""
    jobs = yaml.safe_load((WORKFLOWS / "pr.yml").read_text(encoding="utf-8"))["jobs"]
    return sorted(jobs.keys() - {"gate", "comment"})


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to: act's exit code, results by job, and what was asked of nox and of pulumi, in order."""

    code: int
    jobs: Mapping[str, str]
    sessions: tuple[tuple[str, tuple[str, ...]], ...]
    pulumi: tuple[tuple[str, ...], ...]
    printed: str = field(repr=False)

    @property
    def end(self) -> str:
        """What a failing test says: the code and the deploying steps first, then how the run ended."""
        lines = self.printed.splitlines()[-_SHOWN:]
        return "\n".join([f"code {self.code}, deploying {self.deploying}", *lines])

    @property
    def deploying(self) -> list[tuple[str, ...]]:
        """Every step towards a deployment: sessions that plan or deploy, and anything at all asked of pulumi."""
        steps = [(name, *words) for name, words in self.sessions if name in {"plan", "deploy"}]
        return [*steps, *self.pulumi]


@dataclass(frozen=True, slots=True)
class Harness:
    """A copy of the repository's workflows, with a small program, in a folder of its own."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Harness:
        """Lay it out."""
        made = cls(folder)
        for name in ("repository", "home", "recorder", "store", "bin"):
            (folder / name).mkdir()
        root = made.repository
        shutil.copytree(WORKFLOWS, root / ".github" / "workflows")
        (root / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "gate.py", root / "scripts" / "gate.py")
        shutil.copy(ROOT / "noxfile.py", root / "noxfile.py")
        for name, text in _files().items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        stub = (HERE / "nox_stub.py").read_text(encoding="utf-8")
        filled = stub.replace("@FOLDER@", str(folder)).replace("@SCRIPTS@", str(ROOT / "scripts"))
        _executable(root / "scripts" / "nox", f"#!{sys.executable}\n{filled}")
        recorder = (HERE.parent / "pulumi_recorder.py").read_text(encoding="utf-8")
        _executable(folder / "bin" / "pulumi", f"#!{sys.executable}\n{recorder}")
        (folder / "bin" / "python3").symlink_to(sys.executable)
        made._git("init", "--quiet", "--initial-branch", "main")
        made.commit()
        return made

    @property
    def repository(self) -> Path:
        """The copy's root."""
        return self.folder / "repository"

    @property
    def workflows(self) -> list[Path]:
        """The copied workflows."""
        return sorted((self.repository / ".github" / "workflows").glob("*.yml"))

    def change(self, name: str, old: str, new: str) -> None:
        """Change the first place in a workflow that reads so."""
        path = self.repository / ".github" / "workflows" / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.commit()

    def repository_commit(self, name: str) -> str:
        """Give the commit that a name stands for."""
        return self._git("rev-parse", name)

    def play(self, **codes: int | str) -> None:
        """Say how sessions end."""
        (self.folder / "plays.json").write_text(json.dumps(codes), encoding="utf-8")

    def stored(self) -> list[str]:
        """List the files of all artifacts, each behind its artifact's name."""
        store = self.folder / "store"
        return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())

    def spoil_downloads(self, script: str) -> None:
        """Have a shell script, whose argument is the folder, change what is downloaded."""
        _executable(self.folder / "spoil", f"#!/bin/sh\n{script}\n")

    def commit(self) -> str:
        """Commit all there is, and give the commit."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self._git("rev-parse", "HEAD")

    def run(self, event: str, workflow: str = "", *, stop_at: str = "", **content: object) -> Ran:
        """Run the workflows that an event starts, or one of them; ``stop_at``: a session during which it is stopped."""
        (self.folder / "event.json").write_text(json.dumps(_event(event) | content), encoding="utf-8")
        command = self._command(event, workflow)
        kept = self._keep()
        ran = self._run(command, stop_at)
        for _ in range(_RUNS - 1):
            if ran.code not in _ANSWERS:
                self._restore(kept)
                ran = self._run(command, stop_at)
        assert ran.code in _ANSWERS, f"act crashed in each of {_RUNS} runs: {ran.end}"
        assert [item for item in self._asked() if "refused" in item] == []
        return ran

    def _run(self, command: list[str], stop_at: str) -> Ran:
        for path in (self.folder / "sessions.ndjson", self.folder / "recorder" / "calls.ndjson"):
            path.unlink(missing_ok=True)
        with (self.folder / "printed").open("w", encoding="utf-8") as printed:  # a pipe nobody reads would fill
            process = subprocess.Popen(
                command,
                cwd=self.repository,
                env=self._environment(),
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            if stop_at:
                self._await(stop_at, process)
                process.send_signal(signal.SIGINT)
            code = process.wait(_LONGEST)
        return self._told(code, (self.folder / "printed").read_text(encoding="utf-8"))

    def _keep(self) -> Path:
        """Copy what a run changes."""
        kept = self.folder / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        for name in _CHANGED:
            shutil.copytree(self.folder / name, kept / name)
        return kept

    def _restore(self, kept: Path) -> None:
        for name in _CHANGED:
            shutil.rmtree(self.folder / name)
            shutil.copytree(kept / name, self.folder / name)

    def _command(self, event: str, workflow: str) -> list[str]:
        where = str(self._prepared() / workflow)
        given = {"AWS_REGION": "eu-central-1", "PULUMI_BACKEND_URL": _BACKEND, "CODE_SCANNING": "true"}
        roles = {f"AWS_{kind}_ROLE_ARN": f"arn:aws:iam::123456789012:role/{kind}" for kind in ("DEPLOY", "PREVIEW")}
        variables = [word for key, value in (given | roles).items() for word in ("--var", f"{key}={value}")]
        return [
            *("act", event, "--workflows", where, "--platform", "ubuntu-24.04=-self-hosted", "--json"),
            *("--no-cache-server", "--action-cache-path", str(self.folder / "cache")),
            *("--eventpath", str(self.folder / "event.json"), "--env", f"RECORDER={self.folder / 'recorder'}"),
            *("--env", f"GITHUB_REPOSITORY={REPOSITORY}"),
            *variables,
            *self._stubs(),
        ]

    def _prepared(self) -> Path:
        """Give a folder with the workflows as act takes them: see `flatten`, and without a key it does not know."""
        folder = self.folder / "workflows"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in self.workflows:
            text = path.read_text(encoding="utf-8").replace("      queue: max\n", "")
            (folder / path.name).write_text(text, encoding="utf-8")
        flatten(folder)
        return folder

    def _stubs(self) -> Iterable[str]:
        """Make a local action for each one that a workflow uses, and name it to act."""
        used = {match.groups() for path in self.workflows for match in _USES.finditer(path.read_text(encoding="utf-8"))}
        for repository, path, commit in sorted(used, key=str):
            place = self.folder / "stubs" / repository / commit
            target = place / (path or "").lstrip("/")
            target.mkdir(parents=True, exist_ok=True)
            steps = STUBS.get(repository, NOTHING).replace("@STORE@", str(self.folder / "store"))
            steps = steps.replace("@REPOSITORY@", str(self.repository)).replace("@SPOIL@", str(self.folder / "spoil"))
            (target / "action.yml").write_text(_action(repository, steps), encoding="utf-8")
            yield from ("--local-repository", f"{repository}@{commit}={place}")

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        return {"PATH": path, "HOME": str(self.folder / "home"), "LANG": "C.UTF-8"}

    def _await(self, session: str, process: subprocess.Popen[bytes]) -> None:
        """Wait until a session has begun, or act is at its end."""
        while session not in {name for name, _ in self._sessions()}:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            return

    def _sessions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((item["session"], tuple(item["posargs"])) for item in _lines(self.folder / "sessions.ndjson"))

    def _told(self, code: int, printed: str) -> Ran:
        jobs = {}
        for line in printed.splitlines() if code in _ANSWERS else ():  # a crash may cut a line off
            said = json.loads(line) if line.startswith("{") else {}
            if "jobResult" in said:
                jobs[str(said.get("job", said["jobID"]))] = str(said["jobResult"])
        return Ran(code, jobs, self._sessions(), tuple(tuple(item["argv"]) for item in self._asked()), printed)

    def _asked(self) -> list[dict[str, Any]]:
        return _lines(self.folder / "recorder" / "calls.ndjson")

    def _git(self, *words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.repository), *identity, *words]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Start:
    """How workflows are started: by an event, all that it starts or one, with the inputs of a person."""

    event: str
    workflow: str = ""
    inputs: dict[str, str] = field(default_factory=dict)

    def of(self, act: Harness, *, stop_at: str = "", **content: object) -> Ran:
        """Run them; a rollback is to the commit before the last."""
        given = dict(self.inputs)
        if "commit" in given:
            given["commit"] = act.commit()
            act.commit()
        return act.run(self.event, self.workflow, stop_at=stop_at, **({"inputs": given} if given else {}), **content)


def _files() -> dict[str, str]:
    stacks = ("dev", "staging", "prod")
    configured = {f"program/Pulumi.{name}.yaml": f"config:\n  demo:size: {len(name)}\n" for name in stacks}
    return {
        ".gitignore": "build/\n__pycache__/\n",
        "program/Pulumi.yaml": "name: demo\nruntime: python\n",
        "program/__main__.py": PROGRAM,
        "policies/PulumiPolicy.yaml": "name: small\nversion: 1.0.0\nruntime: python\n",
        "policies/__main__.py": PACK,
        "requirements.lock": "pulumi==3\n",
        **configured,
        **{f"policies/config/{name}.json": "{}" for name in stacks},
    }


def _event(event: str) -> dict[str, Any]:
    common: dict[str, Any] = {"ref": "refs/heads/main", "repository": {"default_branch": "main", "private": True}}
    if event == "pull_request":
        fork = {"fork": True, "full_name": "somebody/fork"}
        return {**common, "ref": "refs/pull/7/merge", "pull_request": {"number": 7, "head": {"repo": fork}}}
    if event == "merge_group":
        return {**common, "ref": "refs/heads/gh-readonly-queue/main/pr-7"}
    return common


def _action(name: str, steps: str) -> str:
    """Write a composite action that takes whatever inputs the workflows give."""
    inputs = ("name", "path", "if-no-files-found", "artifact-ids", "ref")
    declared = "".join(f"  {item}:\n    default: ''\n" for item in inputs)
    output = "outputs:\n  artifact-id:\n    value: ${{ steps.keep.outputs.id }}\n" if "id: keep" in steps else ""
    head = f"name: {name}\ndescription: stands in\ninputs:\n{declared}{output}"
    return f"{head}runs:\n  using: composite\n  steps:\n{steps}"


def _executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
