# SPDX-License-Identifier: Apache-2.0
"""The files of a wheel, laid out as it has them, to be run outside of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

__all__ = ["lay_out", "run"]

ROOT = Path(__file__).parents[2]


def lay_out(folder: Path) -> None:
    """Copy what pyproject.toml puts into a wheel."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, target in {"scripts/stackproof": "stackproof", **wheel["force-include"]}.items():
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / source, folder / target)


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run an interpreter that knows the files in a folder and nothing of the repository."""
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
    )
