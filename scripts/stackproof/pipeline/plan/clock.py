# SPDX-License-Identifier: Apache-2.0
"""What time it is, in whole seconds since 1970."""

from __future__ import annotations

import time

__all__ = ["now"]


def now() -> int:
    """Give the time."""
    return int(time.time())
