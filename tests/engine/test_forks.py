# SPDX-License-Identifier: Apache-2.0
"""Children forked from an interpreter that has imported the SDK: they cannot tell that they were."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.engine.nursery import Nursery

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK = """\
import gc, json, os, signal, sys, threading
here = "/proc/self/fd/"
fds = [fd + os.readlink(here + fd).partition(":")[0] for fd in sorted(os.listdir(here)) if os.path.exists(here + fd)]
if __name__ == "__main__":
    handlers = {number.name: str(signal.getsignal(number)) for number in signal.valid_signals() if number < 32}
    import pulumi
    seen = [
        [sys.argv, sys.orig_argv, sys.path, sys.flags.optimize, __name__, __file__, __spec__ and __spec__.name],
        [os.getcwd(), sorted(os.environ.items()), handlers, fds, os.getsid(0) == os.getpid()],
        [gc.get_threshold(), gc.isenabled(), threading.active_count(), sys.stdin.read(), sys.stdout.write_through],
        [pulumi.__file__, threading.current_thread() is threading.main_thread()],
    ]
    with open("seen.json", "w") as file:  # a line that is printed may be cut, and the environment is long
        json.dump(seen, file)
"""
"""What a program can see of how it was started."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")


@pytest.fixture
def cold() -> Iterator[Nursery]:
    """Give a nursery in which every child imports for itself."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def warm() -> Iterator[Nursery]:
    """Give a nursery in which this interpreter has imported the SDK already."""
    made = Nursery()
    made.warm(Path(sys.executable))
    yield made
    made.close()


def told(nursery: Nursery, command: list[str], folder: Path, **env: str) -> tuple[int | None, str, str]:
    """Run a Python command to its end; give its exit code and what it printed."""
    child = nursery.run_python(command, folder, os.environ | env)
    code = child.wait(60)
    return code, child.first_line, child.output()


@pytest.mark.parametrize("words", [["look.py", "one", "two"], ["-u", "-m", "look", "one"]])
def test_a_fork_looks_to_its_program_like_an_interpreter_of_its_own(
    words: list[str], cold: Nursery, warm: Nursery, tmp_path: Path
) -> None:
    """Arguments, path, environment, descriptors, signals: all that it can see is the same."""
    (tmp_path / "look.py").write_text(LOOK)
    (tmp_path / "more").mkdir()
    command = [sys.executable, *(str(tmp_path / word) if word == "look.py" else word for word in words)]
    env = {"PYTHONPATH": str(tmp_path / "more"), "PYTHONUNBUFFERED": "1", "PULUMI_CONFIG": '{"a:b": "\udcff"}'}
    seen = []
    for nursery in (cold, warm):
        assert told(nursery, command, tmp_path, **env) == (0, "", "")
        seen.append(json.loads((tmp_path / "seen.json").read_text()))
        (tmp_path / "seen.json").unlink()
    wanted, found = seen
    assert found == wanted
    assert found[2][3] == ""


def test_a_module_of_the_programs_own_still_comes_before_one_that_was_imported(warm: Nursery, tmp_path: Path) -> None:
    """Then the fork starts the interpreter anew, in its own place."""
    (tmp_path / "main.py").write_text("import sys, dill; print(dill.__file__, 'pulumi' in sys.modules)")
    (tmp_path / "dill.py").write_text("")
    wanted = (0, f"{tmp_path}/dill.py False", "")
    assert told(warm, [sys.executable, str(tmp_path / "main.py")], tmp_path) == wanted


@pytest.mark.parametrize("name", ["dill.py", "sitecustomize.py"])
def test_so_does_one_from_the_path_of_the_environment(name: str, warm: Nursery, tmp_path: Path) -> None:
    """The SDK was imported without it, and the interpreter itself would import the latter at its start."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / name).write_text("print(__file__)")
    (tmp_path / "main.py").write_text("import dill")
    command = [sys.executable, str(tmp_path / "main.py")]
    wanted = (0, f"{tmp_path}/more/{name}", "")
    assert told(warm, command, tmp_path, PYTHONPATH=str(tmp_path / "more")) == wanted


def test_an_interpreter_that_cannot_import_the_sdk_runs_its_children_itself(tmp_path: Path) -> None:
    """What is missing is told by the program, in its own words."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(stat.S_IRWXU)
    (tmp_path / "main.py").write_text("import pulumi")
    nursery = Nursery()
    nursery.warm(bare)
    code, _, words = told(nursery, [str(bare), str(tmp_path / "main.py")], tmp_path)
    nursery.close()
    assert (code, words.splitlines()[-1]) == (1, "ModuleNotFoundError: No module named 'pulumi'")


def test_an_interpreter_that_has_started_a_thread_is_not_forked(tmp_path: Path) -> None:
    """What the thread held at that moment would never be let go."""
    (tmp_path / "sitecustomize.py").write_text(
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    threaded = tmp_path / "python"
    threaded.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    threaded.chmod(stat.S_IRWXU)
    (tmp_path / "look").mkdir()
    (tmp_path / "look" / "main.py").write_text("import sys; print('pulumi' in sys.modules)")
    nursery = Nursery()
    nursery.warm(threaded)
    found = told(nursery, [str(threaded), str(tmp_path / "look" / "main.py")], tmp_path / "look")
    nursery.close()
    assert found == (0, "False", "")


def test_two_forks_of_one_interpreter_draw_other_random_numbers(warm: Nursery, tmp_path: Path) -> None:
    """They share what was imported, not what it will do."""
    (tmp_path / "main.py").write_text("import random, sys; print('pulumi' in sys.modules); print(random.random())")
    command = [sys.executable, str(tmp_path / "main.py")]
    first, second = (told(warm, command, tmp_path) for _ in range(2))
    assert first[:2] == second[:2] == (0, "True")
    assert first[2] != second[2]


def test_without_the_interpreter_that_was_to_be_forked_the_child_runs_all_the_same(
    warm: Nursery, tmp_path: Path
) -> None:
    """A program that kills it gains nothing."""
    (tmp_path / "main.py").write_text("import os, signal; print(2); os.kill(os.getppid(), signal.SIGKILL)")
    (server,) = warm._servers.values()
    assert server.ready()
    server.close()
    code, first, _ = told(warm, [sys.executable, str(tmp_path / "main.py")], tmp_path)
    assert (code, first) == (-9, "2")
