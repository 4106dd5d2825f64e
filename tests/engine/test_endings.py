# SPDX-License-Identifier: Apache-2.0
"""Programs and packs that misbehave: each is told as what it is, with its own output, and leaves nothing running."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UnrunnableError, UsageError
from stackproof.model import ProgramEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackproof.engine import Engine
    from stackproof.model import Job

SCRIPTS = Path(__file__).parents[2] / "scripts"
GOOD_PACK = textwrap.dedent(
    """
    from pulumi_policy import PolicyPack, ResourceValidationPolicy
    PolicyPack("written", [ResourceValidationPolicy("p", "said", lambda args, report: {body})])
    """,
)


SLEEPER = """\
import fcntl, os, time
lock = open(f"{folder}/{{os.getpid()}}", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
os.mkdir(f"{folder}/{{os.getpid()}}.held")
time.sleep(600)
"""
"""A program or pack that never ends, and holds a lock on a file of its own for as long as it lives."""

DAEMON = """\
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
{sleeper}
    os._exit(0)
while not [name for name in os.listdir("{folder}") if name.endswith(".held")]:
    pass
{then}
"""
"""It leaves behind a process with a session of its own, whose parent is gone."""


TRANSFORMING = """\
import pulumi
pulumi.runtime.register_resource_transform(lambda args: pulumi.ResourceTransformResult(args.props, args.opts))
pulumi.CustomResource("test:index:Thing", "thing", {})
"""


@pytest.mark.parametrize(
    ("text", "end", "words"),
    [
        ("raise ValueError('boom')", ProgramEnd.FAILED, "ValueError: boom"),
        ("def :", ProgramEnd.FAILED, "SyntaxError"),
        ("import nowhere_to_be_found", ProgramEnd.FAILED, "No module named 'nowhere_to_be_found'"),
        ("import pulumi; raise pulumi.RunError('told so')", ProgramEnd.FAILED, "told so"),
        ("import pulumi; pulumi.Config().require('size')", ProgramEnd.BAD_CONFIGURATION, "engine:size"),
        ("import os; os._exit(0)", ProgramEnd.EXITED_EARLY, "before Pulumi was done"),
        ("import os; os._exit(7)", ProgramEnd.FAILED, "exit code:? 7"),
        ("import os, threading; threading.Timer(0, os._exit, [0]).run()", ProgramEnd.EXITED_EARLY, "before Pulumi was"),
        (
            "import os, threading; threading.Thread(target=os._exit, args=[7]).start()\nwhile 1: 1",
            ProgramEnd.FAILED,
            "7",
        ),
        ("import os; os.kill(os.getpid(), 15)", ProgramEnd.FAILED, "killed by signal 15|signal: |exit code: -?[0-9]+"),
        ("import os; os.abort()", ProgramEnd.FAILED, "killed by signal 6|signal: |exit code: -?[0-9]+"),
        ("import os; os.kill(os.getpid(), 9)", ProgramEnd.FAILED, "killed by signal 9|signal: |exit code: -?[0-9]+"),
    ],
)
def test_a_program_that_ends_badly_is_told_as_what_it_is(
    text: str,
    end: ProgramEnd,
    words: str,
    each_engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """The end, and the program's own words about it; the CLI has its own for signals."""
    run = each_engine.run(job(write_program(text)), "faithful")
    assert run.end is end
    assert any(re.search(words, line.message) for line in run.log if line.severity == "error"), run.log


def test_a_program_may_end_by_sys_exit(
    each_engine: Engine, job: Callable[..., Job], write_program: Callable[[str], Path]
) -> None:
    """The SDK registers the Stack's outputs all the same, and Pulumi takes it for a success."""
    text = "import pulumi, sys\npulumi.export('a', 1)\nsys.exit(0)\n"
    run = each_engine.run(job(write_program(text)), "faithful")
    assert (run.end, [item.outputs for item in run.resources]) == (ProgramEnd.COMPLETED, [{"a": 1.0}])


def test_a_program_in_another_language_is_an_error_that_names_the_engine_for_it(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """Only the real CLI has language hosts."""
    root = write_program("")
    (root / "Pulumi.yaml").write_text("name: engine\nruntime: nodejs\n")
    with pytest.raises(UsageError, match=r"runtime is 'nodejs'; .* use --engine pulumi"):
        engine.run(job(root), "faithful")


def test_a_traceback_begins_in_the_users_own_code(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """Frames of the engine and the SDK would only hide it."""
    run = engine.run(job(write_program("def f():\n    raise ValueError('boom')\nf()\n")), "faithful")
    (message,) = [line.message for line in run.log if line.severity == "error"]
    frames = [line.split(", ", 1)[1] for line in message.splitlines() if line.startswith("  File ")]
    assert frames == ["line 3, in <module>", "line 2, in f"]


def test_a_file_that_an_asset_names_and_nobody_has_is_told(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """A preview of Pulumi's would stop there; here the resource is judged all the same."""
    text = """\
import pulumi
inner = {"here": pulumi.FileAsset("Pulumi.yaml"), "gone": pulumi.FileArchive("./dist")}
pulumi.CustomResource("test:index:Thing", "code", {"list": [pulumi.AssetArchive(inner)]})
"""
    run = engine.run(job(write_program(text)), "faithful")
    assert run.end is ProgramEnd.COMPLETED
    told = "test:index:Thing 'code' takes './dist', which does not exist: a real preview would stop there"
    assert run.assumptions == (told,)


def test_a_program_that_never_ends_is_stopped(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """After the job's timeout, and it is gone then."""
    run = engine.run(job(write_program(SLEEPER.format(folder=tmp_path)), timeout=15), "faithful")
    assert run.end is ProgramEnd.TIMED_OUT
    assert len(list(tmp_path.glob("*.held"))) == 1
    _wait_for(lambda: _alive(tmp_path) == 0)


def daemon(folder: Path, then: str = "") -> str:
    """Give a program or pack that starts a daemon, which holds a lock, and goes on."""
    sleeper = textwrap.indent(SLEEPER.format(folder=folder), " " * 8)
    return DAEMON.format(sleeper=sleeper, folder=folder, then=then)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a guardian adopt what has left its group")
@pytest.mark.parametrize("then", ["", "raise SystemExit(1)", "import time; time.sleep(600)"])
def test_a_daemon_that_a_program_leaves_behind_is_ended(
    then: str,
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """However the program itself ends, by the time the run is over."""
    engine.run(job(write_program(daemon(tmp_path, then)), timeout=15), "faithful")
    assert len(list(tmp_path.glob("*.held"))) == 1
    assert _alive(tmp_path) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a guardian adopt what has left its group")
def test_a_daemon_that_a_pack_leaves_behind_is_ended(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """The same for packs."""
    engine.run(job(write_program(""), write_pack(daemon(tmp_path, GOOD_PACK.format(body="None")))), "faithful")
    assert len(list(tmp_path.glob("*.held"))) == 1
    assert _alive(tmp_path) == 0


def test_the_port_of_a_run_is_closed_with_it(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """Nothing that comes late could still be taken for part of the run."""
    told = tmp_path / "address"
    engine.run(job(write_program(f"import sys\nopen({str(told)!r}, 'w').write(sys.orig_argv[-2])\n")), "faithful")
    host, port = told.read_text().split(":")
    with socket.socket() as client:
        assert client.connect_ex((host, int(port))) == errno.ECONNREFUSED


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """gRPC would send even 127.0.0.1 through it."""
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    run = engine.run(
        job(write_program(TRANSFORMING), write_pack(GOOD_PACK.format(body="None")), timeout=60), "faithful"
    )
    assert run.end is ProgramEnd.COMPLETED, run.log
    assert not [analysis.error for analysis in run.analyses if analysis.error]


def test_what_a_program_prints_is_kept_and_a_flood_is_cut_at_its_head(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """A full pipe must not stop the program, nor its output fill the memory."""
    run = engine.run(job(write_program("print('x' * 99)\nfor n in range(50000): print(n)\n")), "faithful")
    assert run.end is ProgramEnd.COMPLETED
    assert run.output.endswith("49999")
    assert "earlier lines left out" in run.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print('hello')\n" + GOOD_PACK.format(body="None"), "printed 'hello' before its port"),
        ("from pulumi_policy import PolicyPack\nPolicyPack('empty', [])", "Missing policies argument"),
        ("raise ValueError('broken pack')", "broken pack"),
        ("pass", "ended before it was ready"),
        ("print(1)\nimport time; time.sleep(600)", "did not answer"),
        ("import time; time.sleep(600)", "did not print its port within 15 seconds"),
    ],
)
def test_a_pack_that_does_not_start_is_an_error_with_its_own_words(
    text: str,
    words: str,
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """It says which pack, what it did, and what it printed."""
    made = job(write_program(""), write_pack(text), timeout=15)
    with pytest.raises(UnrunnableError, match=words) as raised:
        engine.run(made, "faithful")
    assert str(made.packs[0].root) in str(raised.value)


def test_a_configuration_that_does_not_fit_the_pack_is_an_error(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """The pack must have been asked what it has before that can be said."""
    pack = write_pack(GOOD_PACK.format(body="None"))
    (pack / "config").mkdir()
    (pack / "config" / "dev.json").write_text('{"q": "mandatory"}')
    with pytest.raises(UsageError, match=r"no policy 'q' in pack written \(it has p\)"):
        engine.run(job(write_program(""), pack), "faithful")


def test_a_rule_that_raises_is_an_error_of_that_answer(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """The run goes on, and the answer carries the exception."""
    run = engine.run(job(write_program(""), write_pack(GOOD_PACK.format(body="1 / 0"))), "faithful")
    assert [analysis.error for analysis in run.analyses if not analysis.stack_level] == ["division by zero"]


def test_a_pack_that_dies_in_the_middle_is_an_error_of_every_later_answer(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """Nothing that it did not say is taken for a pass."""
    body = "__import__('os')._exit(1)"
    run = engine.run(job(write_program(""), write_pack(GOOD_PACK.format(body=body))), "faithful")
    assert run.analyses
    assert all(analysis.error for analysis in run.analyses)


@pytest.fixture
def previewing(
    tmp_path: Path,
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> Iterator[subprocess.Popen[str]]:
    """Give a command whose two passes are both in the middle of a program, and of a pack, that never end.

    On Linux each holds its lock by a daemon that has left its group.
    """
    locks = tmp_path / "locks"
    locks.mkdir()
    text = daemon(locks, "import time; time.sleep(600)") if sys.platform == "linux" else SLEEPER.format(folder=locks)
    root, pack = (write(text) for write in (write_program, write_pack))
    command = [sys.executable, "-m", "stackproof", "preview", str(root), "--policy-pack", str(pack)]
    env = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        _wait_for(lambda: len(list(locks.glob("*.held"))) == 4)
        assert _alive(locks) == 4
        yield process
        process.kill()
    _wait_for(lambda: _alive(locks) == 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_running_after_an_interrupt(previewing: subprocess.Popen[str], number: signal.Signals) -> None:
    """Ctrl-C or a termination ends the programs, and says that nothing was judged."""
    previewing.send_signal(number)
    _, words = previewing.communicate(timeout=90)
    assert (previewing.returncode, words.strip()) == (130, "stackproof: interrupted; nothing was judged")


def test_a_killed_engine_takes_programs_and_packs_with_it(previewing: subprocess.Popen[str]) -> None:
    """SIGKILL leaves no chance to clean up, so a guardian watches; the fixture sees programs and packs end."""
    previewing.kill()
    assert previewing.wait(timeout=90) == -signal.SIGKILL


def _alive(locks: Path) -> int:
    """Count the programs and packs that still hold their lock."""
    held = 0
    for path in locks.glob("*[0-9]"):
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held += 1
    return held


def _wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again until something holds, for a minute and a half at most."""
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline, "it did not come to hold within 90 seconds"
        time.sleep(0.05)
