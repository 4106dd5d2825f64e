# SPDX-License-Identifier: Apache-2.0
"""The packages that a Python program could use: every Pulumi SDK installed beside it names one, with its version."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["installed"]


@functools.cache
def installed(interpreter: Path) -> Mapping[str, str]:
    """Give version by package, from the ``pulumi-plugin.json`` of each SDK in an interpreter's environment.

    Pulumi's language host reads the same files, and the engine takes the versions for default providers that a
    program does not ask for by version. A file that cannot be read names none.
    """
    found: dict[str, str] = {}
    for path in sorted(interpreter.parent.parent.glob("lib/python*/site-packages/*/pulumi-plugin.json")):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            found[str(manifest["name"])] = str(manifest["version"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found
