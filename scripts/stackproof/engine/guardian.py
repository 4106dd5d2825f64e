# SPDX-License-Identifier: Apache-2.0
"""Runs a command and ends it, with all it started, once the process that asked for it is gone.

Executed by path with only the standard library at hand. It stands between the engine and each child: a killed engine
cannot clean up, but its end of the guardian's standard input closes. The command's exit code is the guardian's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main() -> None:
    """Run the command on the command line, with nothing on its standard input."""
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603 (the engine's own argument list)
    threading.Thread(target=_wait_for_parent, daemon=True).start()
    code = child.wait()
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


def _wait_for_parent() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
