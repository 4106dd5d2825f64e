# SPDX-License-Identifier: Apache-2.0
"""Programs and packs that misbehave: each is told as what it is, with its own output, and leaves nothing running."""

from __future__ import annotations

import os
import signal
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
    from collections.abc import Callable

    from stackproof.engine.embedded import EmbeddedEngine
    from stackproof.model import Job

SCRIPTS = Path(__file__).parents[2] / "scripts"
GOOD_PACK = textwrap.dedent(
    """
    from pulumi_policy import PolicyPack, ResourceValidationPolicy
    PolicyPack("written", [ResourceValidationPolicy("p", "said", lambda args, report: {body})])
    """,
)


@pytest.mark.parametrize(
    ("text", "end", "words"),
    [
        ("raise ValueError('boom')", ProgramEnd.FAILED, "ValueError: boom"),
        ("def :", ProgramEnd.FAILED, "SyntaxError"),
        ("import nowhere_to_be_found", ProgramEnd.FAILED, "No module named 'nowhere_to_be_found'"),
        ("import pulumi; raise pulumi.RunError('told so')", ProgramEnd.FAILED, "told so"),
        ("import pulumi; pulumi.Config().require('size')", ProgramEnd.BAD_CONFIGURATION, "engine:size"),
        ("import sys; sys.exit(0)", ProgramEnd.EXITED_EARLY, "before Pulumi was done"),
        ("import os; os._exit(0)", ProgramEnd.EXITED_EARLY, "before Pulumi was done"),
        ("import os; os._exit(7)", ProgramEnd.FAILED, "exit code 7"),
        ("import os; os.kill(os.getpid(), 9)", ProgramEnd.FAILED, "killed by signal 9"),
    ],
)
def test_a_program_that_ends_badly_is_told_as_what_it_is(
    text: str,
    end: ProgramEnd,
    words: str,
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """The end, and the program's own words about it."""
    run = engine.run(job(write_program(text)), "faithful")
    assert run.end is end
    assert any(words in line.message for line in run.log if line.severity == "error"), run.log


def test_a_traceback_begins_in_the_users_own_code(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """Frames of the engine and the SDK would only hide it."""
    run = engine.run(job(write_program("def f():\n    raise ValueError('boom')\nf()\n")), "faithful")
    (message,) = [line.message for line in run.log if line.severity == "error"]
    frames = [line.split(", ", 1)[1] for line in message.splitlines() if line.startswith("  File ")]
    assert frames == ["line 3, in <module>", "line 2, in f"]


def test_a_program_that_never_ends_is_stopped(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    """After the job's timeout, and it is gone then."""
    root = write_program("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n")
    run = engine.run(job(root, timeout=3), "faithful")
    assert run.end is ProgramEnd.TIMED_OUT
    with pytest.raises(ProcessLookupError):
        os.kill(int(run.output), 0)


def test_what_a_program_prints_is_kept_and_a_flood_is_cut_at_its_head(
    engine: EmbeddedEngine,
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
    ],
)
def test_a_pack_that_does_not_start_is_an_error_with_its_own_words(
    text: str,
    words: str,
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """It says which pack, what it did, and what it printed."""
    made = job(write_program(""), write_pack(text), timeout=10)
    with pytest.raises(UnrunnableError, match=words) as raised:
        engine.run(made, "faithful")
    assert str(made.packs[0].root) in str(raised.value)


def test_a_pack_whose_policies_are_all_disabled_is_an_error(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """It would be green whatever the program does."""
    pack = write_pack(GOOD_PACK.format(body="None"))
    (pack / "config").mkdir()
    (pack / "config" / "dev.json").write_text('{"all": "disabled"}')
    with pytest.raises(UnrunnableError, match="every policy disabled"):
        engine.run(job(write_program(""), pack), "faithful")


def test_a_configuration_that_does_not_fit_the_pack_is_an_error(
    engine: EmbeddedEngine,
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
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """The run goes on, and the answer carries the exception."""
    run = engine.run(job(write_program(""), write_pack(GOOD_PACK.format(body="1 / 0"))), "faithful")
    assert [analysis.error for analysis in run.analyses if not analysis.stack_level] == ["division by zero"]


def test_a_pack_that_dies_in_the_middle_is_an_error_of_every_later_answer(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """Nothing that it did not say is taken for a pass."""
    body = "__import__('os')._exit(1)"
    run = engine.run(job(write_program(""), write_pack(GOOD_PACK.format(body=body))), "faithful")
    assert run.analyses
    assert all(analysis.error for analysis in run.analyses)


def test_nothing_is_left_running_after_an_interrupt(
    tmp_path: Path,
    silent_pack: Path,
    write_program: Callable[[str], Path],
) -> None:
    """Ctrl-C ends the program and the packs, and says that nothing was judged."""
    pids = tmp_path / "pids"
    root = write_program(f"import os, time\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\ntime.sleep(600)\n")
    command = [sys.executable, "-m", "stackproof", "preview", str(root), "--policy-pack", str(silent_pack)]
    env = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        _wait_for(lambda: pids.exists() and pids.read_text().count("\n") == 2)
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=30)
    assert (process.returncode, words.strip()) == (130, "stackproof: interrupted; nothing was judged")
    _wait_for(lambda: not any(_alive(int(pid)) for pid in pids.read_text().split()))


def test_a_killed_engine_takes_the_program_with_it(
    tmp_path: Path,
    silent_pack: Path,
    write_program: Callable[[str], Path],
) -> None:
    """SIGKILL leaves no chance to clean up, so the program watches its parent."""
    pids = tmp_path / "pids"
    root = write_program(f"import os, time\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\ntime.sleep(600)\n")
    command = [sys.executable, "-m", "stackproof", "preview", str(root), "--policy-pack", str(silent_pack)]
    env = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _wait_for(lambda: pids.exists() and pids.read_text().count("\n") == 2)
        process.kill()
    _wait_for(lambda: not any(_alive(int(pid)) for pid in pids.read_text().split()))


def _alive(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be reaped does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def _wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again until something holds, for half a minute at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come to hold within 30 seconds"
        time.sleep(0.05)
