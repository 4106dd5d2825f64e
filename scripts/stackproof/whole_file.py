# SPDX-License-Identifier: Apache-2.0
"""Writing a file that appears whole or not at all: into a temporary one beside it, which then takes its name."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["whole_file", "write_whole"]

_MODE = 0o644
"""The permissions of a new file: a temporary one has its user's alone, and others are to read it, too."""


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a text, in UTF-8, or bytes, with the permissions of the file that it replaces.

    Where it is ``private``, none but its user may read it, whatever was there.

    Raises:
        UsageError: it cannot be written.

    """
    with whole_file(path, private=private) as file:
        file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


@contextlib.contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Give a file to write, which takes its place when all is written, and never does where that fails.

    Raises:
        UsageError: it cannot be written.

    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; name a file in a folder that exists"
        raise UsageError(message) from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        if not private:
            temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else _MODE)
        temporary.replace(path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; name another file"
        raise UsageError(message) from error
    finally:
        temporary.unlink(missing_ok=True)
