# SPDX-License-Identifier: Apache-2.0
"""A `scripts/nox` for workflow runs: gate sessions are played, deploying ones run as the real noxfile has them.

FOLDER, which the harness writes in, holds `plays.json`, the exit code of each session that shall fail ("hang": it
waits until it is killed), and `sessions.ndjson`, what was asked for.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

FOLDER = Path("@FOLDER@")
SCRIPTS = "@SCRIPTS@"
REAL = {"plan", "deploy", "drift", "rollback"}
HANG = 60


@dataclass
class Session:
    """As much of nox's session as the noxfile needs, without an environment of its own."""

    posargs: list[str]
    env: dict[str, str] = field(default_factory=dict)

    def error(self, message: str) -> NoReturn:
        sys.exit(message)

    def run(self, *words: str, **_: Any) -> None:
        command = [sys.executable if words[0] == "python" else words[0], *words[1:]]
        code = subprocess.run(command, env={**os.environ, **self.env}, check=False).returncode
        if code:
            sys.exit(code)


def prepare(session: Session) -> None:
    session.env["PYTHONPATH"] = SCRIPTS


def run(name: str, posargs: list[str]) -> None:
    spec = importlib.util.spec_from_file_location("noxfile", "noxfile.py")
    if spec is None or spec.loader is None:
        sys.exit("there is no noxfile")
    noxfile = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(noxfile)
    vars(noxfile)["prepare"] = prepare
    getattr(noxfile, name)(Session(posargs))


def main() -> None:
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    names, posargs = words[1:split], words[split + 1 :]
    path = FOLDER / "plays.json"
    plays = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in names:
        with (FOLDER / "sessions.ndjson").open("a", encoding="utf-8") as file:
            file.write(
                json.dumps({"session": name, "posargs": posargs, "job": os.environ.get("GITHUB_JOB", "")}) + "\n"
            )
        if plays.get(name) == "hang":
            time.sleep(HANG)
        if name == "preview":  # which reports whatever it finds
            Path("build").mkdir(exist_ok=True)
            for report in ("preview.sarif", "preview.md"):
                Path("build", report).write_text(report, encoding="utf-8")
        if name == "comment" and Path("build/preview.md").read_text(encoding="utf-8") != "preview.md":
            sys.exit("there is no report to comment with")
        if code := plays.get(name):
            sys.exit(code)
        if name in REAL:
            run(name, posargs)


if __name__ == "__main__":
    main()
