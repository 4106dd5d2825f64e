# SPDX-License-Identifier: Apache-2.0
"""The lock file: resolves every dependency group of pyproject.toml into requirements.lock, pinned and hashed.

One file serves Python 3.11 to 3.13 on Linux and macOS. Pins that still satisfy pyproject.toml are kept, so nothing
moves unless `--upgrade` says so. Needs uv, in this environment or on PATH, and a package index.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["compile_lock", "main", "pins"]

_ROOT = Path(__file__).resolve().parents[1]
_HEADER = "# Every dependency of this repository, pinned and hashed. Made by `scripts/nox -s lock`; do not edit.\n"
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ \\]+)", re.MULTILINE)
_OPTIONS = (
    "--group=dev",
    "--universal",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
)


def pins(text: str) -> dict[str, str]:
    """Read a lock file's text into the version pinned for each distribution, by normalised name."""
    return {found["name"]: found["version"] for found in _PIN.finditer(text)}


def compile_lock(root: Path, *, upgrade: bool) -> str:
    """Resolve the project in ``root`` and return the lock file's text.

    Args:
        root: the folder with pyproject.toml and, unless ``upgrade``, the requirements.lock whose pins are kept.
        upgrade: forget the present pins and take the newest versions the bounds allow.

    Raises:
        ValueError: uv is missing, the resolution fails, or the result names a package index.

    """
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if uv is None:
        raise ValueError("uv is neither in this environment nor on PATH; run `scripts/nox -s lock`")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "requirements.lock"
        present = root / "requirements.lock"
        if present.is_file() and not upgrade:
            shutil.copyfile(present, output)
        command = [uv, "pip", "compile", "pyproject.toml", *_OPTIONS, f"--output-file={output}"]
        done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)  # noqa: S603 (our own arguments)
        if done.returncode:
            raise ValueError(f"{root / 'pyproject.toml'} does not resolve; mend its bounds:\n{done.stderr.strip()}")
        text = output.read_text(encoding="utf-8")
    if "://" in text:
        raise ValueError("the resolution names an index or a direct address; a lock holds names and hashes only")
    return _HEADER + text.removeprefix(_HEADER)


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".lock.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def main(arguments: list[str] | None = None, root: Path = _ROOT) -> int:
    """Renew the lock file, or with --check only compare it; the exit code is 1 where it is stale, 2 on an error."""
    parser = argparse.ArgumentParser(prog="lock.py", description="resolve pyproject.toml into requirements.lock")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="write nothing; fail where the file is not what resolves")
    mode.add_argument("--upgrade", action="store_true", help="take the newest versions that the bounds allow")
    options = parser.parse_args(arguments)
    path = root / "requirements.lock"
    try:
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        after = compile_lock(root, upgrade=options.upgrade)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"lock: {error}\n")
        return 2
    old, new = ([f"{name}=={version}" for name, version in pins(text).items()] for text in (before, after))
    changes = [line for line in difflib.unified_diff(old, new, lineterm="", n=0) if re.match(r"[-+][a-z0-9]", line)]
    sys.stdout.writelines(f"{change}\n" for change in changes)
    if before == after:
        sys.stdout.write(f"lock: {len(new)} pins, up to date\n")
        return 0
    if options.check:
        sys.stderr.write("lock: requirements.lock is not what pyproject.toml resolves to; run `scripts/nox -s lock`\n")
        return 1
    _write(path, after)
    sys.stdout.write(f"lock: {len(new)} pins written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
