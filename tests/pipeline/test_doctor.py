# SPDX-License-Identifier: Apache-2.0
"""A lock is told with its holder, and is released only where that one is known to be gone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipeline.clone import Terminal, Typed

FOLDER = ".pulumi/locks/organization/demo/dev"
TAKEN = datetime(2026, 11, 1, 12, 0, 30, tzinfo=UTC)
RUN = ["--run", "7", "--repository", "o/r"]


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    """Make a file backend."""
    (tmp_path / "backend" / FOLDER).mkdir(parents=True)
    return tmp_path / "backend"


def lock(backend: Path, host: str, process: int = 42, since: str = "2026-11-01T12:00:30.123456789Z") -> Path:
    path = backend / FOLDER / "one.json"
    told = {"pid": process, "username": "ann", "hostname": host, "timestamp": since}
    path.write_text(json.dumps(told), encoding="utf-8")
    (backend / FOLDER / "one.json.attrs").write_text("{}", encoding="utf-8")
    return path


def command(tmp_path: Path, name: str, text: str) -> None:
    """Put a command on the PATH that a test plays."""
    path = tmp_path / "bin" / name
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(0o755)


def doctor(type_: Terminal, backend: Path, *more: str) -> Typed:
    return type_("doctor", "program", "--stack", "dev", "--backend", f"file://{backend}", *more)


def gone() -> int:
    """Give the number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_stack_without_lock_is_free(type_: Terminal, backend: Path) -> None:
    done = doctor(type_, backend)
    assert (done.code, done.out) == (0, "demo · dev: no lock\n")


def test_a_lock_is_told_with_its_holder_and_age(type_: Terminal, backend: Path) -> None:
    since = (datetime.now(UTC) - timedelta(minutes=90, seconds=5)).isoformat()
    lock(backend, "runner-1", since=since)
    done = doctor(type_, backend)
    first, second = done.out.splitlines()
    assert first == f"{FOLDER}/one.json: ann@runner-1, process 42, for 90 minutes"
    told = "it is of the host runner-1; name the run that held it by --run, or release it there"
    assert (done.code, second) == (1, f"  not to be released: {told}")


def test_another_host_s_lock_is_not_released_on_yes_alone(type_: Terminal, backend: Path) -> None:
    path = lock(backend, "runner-1")
    assert (doctor(type_, backend, "--yes").code, path.exists()) == (1, True)


def test_the_lock_of_a_process_that_runs_here_is_not_released(type_: Terminal, backend: Path) -> None:
    path = lock(backend, socket.gethostname(), os.getpid())
    done = doctor(type_, backend, "--yes")
    assert (done.code, path.exists()) == (1, True)
    assert f"process {os.getpid()} is still running here" in done.out


def test_the_lock_of_a_process_that_ended_here_is_released_on_yes_alone(type_: Terminal, backend: Path) -> None:
    path = lock(backend, socket.gethostname(), gone())
    assert (doctor(type_, backend).code, path.exists()) == (1, True)
    assert (doctor(type_, backend, "--yes").code, path.exists()) == (0, False)


@pytest.mark.parametrize(
    ("status", "began", "code", "left"),
    [
        ("completed", TAKEN - timedelta(minutes=5), 0, []),
        ("completed", TAKEN + timedelta(minutes=5), 1, ["one.json"]),
        ("in_progress", TAKEN - timedelta(minutes=5), 2, ["one.json"]),
    ],
)
def test_a_run_s_lock_is_released_if_it_ended_and_ran_when_the_lock_was_taken(
    status: str, began: datetime, code: int, left: list[str], type_: Terminal, backend: Path, tmp_path: Path
) -> None:
    path = lock(backend, "runner-1")
    told = {
        "status": status,
        "run_started_at": began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated_at": (began + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    asked = "import sys\nassert sys.argv[1:] == ['api', 'repos/o/r/actions/runs/7']\n"
    command(tmp_path, "gh", f"{asked}print({json.dumps(json.dumps(told))})\n")
    assert (doctor(type_, backend, "--yes", *RUN).code, [one.name for one in path.parent.glob("*.json")]) == (
        code,
        left,
    )


def test_a_lock_that_cannot_be_read_is_never_released(type_: Terminal, backend: Path) -> None:
    path = lock(backend, "x")
    path.write_text("{}", encoding="utf-8")
    done = doctor(type_, backend, "--yes")
    assert (done.code, path.exists()) == (1, True)
    assert "it cannot be read, so whose it is cannot be told" in done.out


def test_a_bucket_is_read_and_written_by_the_aws_command(type_: Terminal, tmp_path: Path) -> None:
    told = {"pid": gone(), "username": "ann", "hostname": socket.gethostname(), "timestamp": "2026-11-01T12:00:30Z"}
    key = f"team/{FOLDER}/one.json"
    listed = {"Contents": [{"Key": key}, {"Key": f"{key}.attrs"}]}
    script = f"""
import json, pathlib, sys
with pathlib.Path({str(tmp_path / "asked")!r}).open("a") as file:
    file.write(" ".join(sys.argv[1:]) + chr(10))
print({{"s3api": {json.dumps(listed)!r}, "s3": {json.dumps(told)!r}}}[sys.argv[1]], end="")
"""
    command(tmp_path, "aws", script)
    done = type_("doctor", "program", "--stack", "dev", "--backend", "s3://states/team?region=eu-west-1", "--yes")
    assert done.code == 0, done.err
    assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines() == [
        f"s3api list-objects-v2 --bucket states --prefix team/{FOLDER}/ --output json",
        f"s3 cp s3://states/{key} -",
        f"s3 cp s3://states/{key} -",
        f"s3 rm s3://states/{key}",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--backend", "https://api.pulumi.com"], "keeps its locks itself and ends them itself"),
        (["--backend", "azblob://states"], "is no backend whose locks can be read; file:// and s3:// are"),
        (["--backend", "file:///x", "--run", "7"], "--run needs the repository of the run"),
    ],
)
def test_what_cannot_be_asked_is_said(words: list[str], told: str, type_: Terminal) -> None:
    done = type_("doctor", "program", "--stack", "dev", *words)
    assert (done.code, told in done.err) == (2, True)


def test_a_command_that_is_missing_or_fails_is_named(type_: Terminal, backend: Path, tmp_path: Path) -> None:
    lock(backend, "runner-1")
    command(tmp_path, "gh", "import sys\nsys.exit('no token')\n")
    done = doctor(type_, backend, *RUN)
    assert (done.code, "`gh api repos/o/r/actions/runs/7` failed: no token" in done.err) == (4, True)
