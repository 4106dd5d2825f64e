# SPDX-License-Identifier: Apache-2.0
"""The identity of a finding: the same in every run, on every machine, in every stack, wherever its line moves."""

from __future__ import annotations

import hashlib

__all__ = ["finding_id"]


def finding_id(rule: str, key: str, type_: str, name: str) -> str:
    """Give the twelve hexadecimal digits by which a finding is named on a command line.

    ``type_`` and ``name`` are those of the resource that it is about.
    """
    return hashlib.sha256(f"{rule}\n{key}\n{type_}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
