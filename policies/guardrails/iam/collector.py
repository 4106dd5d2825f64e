# SPDX-License-Identifier: Apache-2.0
"""How often Python looks for cycles of garbage: seldom, for what a judgement makes is much and in no cycle."""

from __future__ import annotations

import gc

__all__ = ["collect_seldom"]

_COLLECT_AFTER = 50_000
"""Containers made and not freed before the collector looks; Python's own 700 have it walk through the views of a stack,
or the grants of a document, for up to half of the time that judging them takes."""


def collect_seldom() -> None:
    """Set the collector of this process."""
    gc.set_threshold(_COLLECT_AFTER)
