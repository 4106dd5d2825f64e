# SPDX-License-Identifier: Apache-2.0
"""An update that is told to stop is told once, and waited for: it has a lock to give back."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UnrunnableError
from stackproof.pipeline.plan.console import _Interruptible

if TYPE_CHECKING:
    from pathlib import Path

CHILD = """
import pathlib, signal, sys, time
told = pathlib.Path(sys.argv[1])
def stop(number, frame):
    with told.open("a") as file:
        file.write(f"{number} ")
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
pathlib.Path(sys.argv[2]).touch()
while not told.exists():
    time.sleep(0.01)
time.sleep(0.3)
sys.exit(7)
"""


def test_each_signal_is_handed_on_as_one_interrupt_and_the_child_is_waited_for(tmp_path: Path) -> None:
    told, ready = tmp_path / "told", tmp_path / "ready"
    before = signal.getsignal(signal.SIGTERM)
    with _Interruptible([sys.executable, "-c", CHILD, str(told), str(ready)], dict(os.environ)) as child:
        while not ready.exists():
            assert child.poll() is None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            os.kill(os.getpid(), number)
        assert child.wait() == 7
    assert told.read_text(encoding="utf-8").split() == [str(int(signal.SIGINT))]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_command_that_is_not_there_is_named() -> None:
    absent = _Interruptible(["/nowhere/pulumi"], {})
    with pytest.raises(UnrunnableError, match="/nowhere/pulumi cannot be started"):
        absent.__enter__()
