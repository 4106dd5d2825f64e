# SPDX-License-Identifier: Apache-2.0
"""The one way in which a value is written down before it is hashed, and how hashes are told."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["canonical", "digest_of", "digest_of_bytes", "digest_of_file"]


def canonical(value: object) -> bytes:
    """Write a JSON value: keys sorted, no spaces, ASCII alone, no NaN."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def digest_of(value: object) -> str:
    """Hash a JSON value, as ``sha256:`` and 64 hexadecimal digits."""
    return digest_of_bytes(canonical(value))


def digest_of_bytes(content: bytes) -> str:
    """Hash bytes in the same form."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def digest_of_file(path: Path) -> str:
    """Hash a file in the same form.

    Raises:
        UsageError: it cannot be read.

    """
    try:
        return digest_of_bytes(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}; restore the file, or name another") from error
