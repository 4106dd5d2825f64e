# SPDX-License-Identifier: Apache-2.0
"""A run that somebody stops: its reports exist, and none is that of an earlier run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """\
import pathlib, time

pathlib.Path("started").touch()
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGINT, 130, "interrupted; nothing was judged"),
        (signal.SIGTERM, 130, "interrupted; nothing was judged"),
        (signal.SIGKILL, 4, "the run did not finish: it was killed, or it is still going on"),
    ],
    ids=["Ctrl-C", "terminated", "killed"],
)
def test_the_reports_of_a_stopped_run_say_so(tmp_path: Path, number: int, code: int, words: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    report.write_text('{"exitCode": 0}')
    command = (sys.executable, "-m", "stackproof", "preview", tmp_path, "--policy-pack", ROOT / "policies")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    run = subprocess.Popen(
        [*command, "--output", f"json={report}", "--output", f"junit={junit}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=tmp_path,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists() and time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.05)
    run.send_signal(number)
    run.wait(30)
    (said,) = map(json.loads, report.read_text(encoding="utf-8").splitlines())
    assert (said["exitCode"], said["problems"]) == (code, [words])
    assert 'errors="1"' in junit.read_text(encoding="utf-8")
