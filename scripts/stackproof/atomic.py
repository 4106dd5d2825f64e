# SPDX-License-Identifier: Apache-2.0
"""A text file that appears whole or not at all: written beside its place, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from stackproof.errors import UsageError

__all__ = ["write_text"]

_MODE = 0o644


def write_text(path: Path, text: str) -> None:
    """Write a file, with the permissions of the one that it replaces.

    Raises:
        UsageError: its folder does not exist, or may not be written.

    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}; name a file in a folder that exists") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            temporary.chmod(_MODE)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
