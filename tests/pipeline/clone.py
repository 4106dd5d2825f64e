# SPDX-License-Identifier: Apache-2.0
"""What tests of the pipeline's commands type, and where: a clone, and a terminal in it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from stackproof import cli

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone that plans are made in, and the recorder's folder."""

    root: Path
    recorder: Path

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.root), *identity, *words]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def play(self, **how: object) -> None:
        (self.recorder / "play.json").write_text(json.dumps(how), encoding="utf-8")

    def calls(self) -> list[dict[str, Any]]:
        path = self.recorder / "calls.ndjson"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def verbs(self) -> list[str]:
        """What was asked for, beyond what is only read."""
        return [call["argv"][0] for call in self.calls() if call["argv"][0] not in {"whoami", "stack"}]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a command ended with: its exit code and what it printed itself."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """Types commands of the tool."""

    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Typed:
        self.monkeypatch.setattr("sys.argv", ["stackproof", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = self.capfd.readouterr()
        return Typed(int(str(ended.value.code)), printed.out, printed.err)
