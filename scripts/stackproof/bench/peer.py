# SPDX-License-Identifier: Apache-2.0
"""Times one offline preview by the real CLI: the CLI alone, with the provider served by this process meanwhile.

Called with a program's and a pack's folder; prints seconds. The CLI is told no more than it needs: no engine events,
no recorder, and not to look for plugins.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stackproof.aws import World, providers
from stackproof.aws.serve import ProviderServer
from stackproof.engine.plugins import installed
from stackproof.engine.pulumi import cli
from stackproof.engine.pulumi.workspace import Workspace
from stackproof.model import Job
from stackproof.outside import Outside
from stackproof.project import load_program

__all__ = ["measure"]

_SECONDS = 600.0
"""What a preview may take."""


def measure(root: Path, pack: Path) -> float:
    """Give the wall time, in seconds, of `pulumi preview` of a program for its stack dev, against a pack."""
    path, _ = cli.find()
    program = load_program(root, "dev", {})
    server = ProviderServer(providers(World(), Outside(), resolved=False))
    with tempfile.TemporaryDirectory() as folder:
        place = Workspace.create(Path(folder), Job(program, (), _SECONDS), offline=True)
        environment = place.environment(server.start(), tuple(sorted({"aws", *installed(program.interpreter)})))
        told = ["--non-interactive", "--cwd", str(root), "--stack", place.stack, "--config-file", str(place.config)]
        command = [str(path), "preview", *told, "--policy-pack", str(pack)]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=_SECONDS)  # noqa: S603 (an argument list, never a shell)
        seconds = time.perf_counter() - started
    server.stop()
    return seconds


if __name__ == "__main__":
    sys.stdout.write(f"{measure(*map(Path, sys.argv[1:3]))}\n")
