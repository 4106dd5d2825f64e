# SPDX-License-Identifier: Apache-2.0
"""Whether a name ends in its stack's suffix, whether Pulumi made it up, and a name that would do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardrails.naming.table import NameSpec

__all__ = ["has_suffix", "is_auto_named", "propose"]

_DIRECTORY_BUCKET = re.compile(r"--[a-z0-9-]+-az\d+--x-s3$")
_HEX = re.compile(r"[-_][0-9a-f]{7}")


def has_suffix(name: str, suffix: str, spec: NameSpec) -> bool:
    """Say whether a name ends in the suffix after a separator, or is the suffix.

    Of a path (``/aws/lambda/orders-dev/x``, ``/dev/app/key``) any segment may carry it. What the service demands at
    the end (``.fifo``, a directory bucket's zone) comes after it. Types that allow no separator take it bare.
    """
    core, wanted = _core(name, spec), suffix.casefold() if spec.lower else suffix
    core = core.casefold() if spec.lower else core
    segments = [*core.split("/"), core] if spec.kind == "path" else [core]
    return any(_carries(segment, wanted, spec) for segment in segments)


def _carries(segment: str, suffix: str, spec: NameSpec) -> bool:
    if segment == suffix:
        return True
    head = segment.removesuffix(suffix)
    if head == segment:
        return False
    return not spec.seps or head[-1] in "-_./"


def _core(name: str, spec: NameSpec) -> str:
    return _DIRECTORY_BUCKET.sub("", name.removesuffix(spec.ending) if spec.ending else name)


def is_auto_named(name: str, logical: str, spec: NameSpec) -> bool:
    """Say whether a name is the logical name and seven random hexadecimal digits, as Pulumi fills it in."""
    core, base = _core(name, spec), logical.lower() if spec.lower else logical
    core = core.removeprefix("alias/")
    return core.startswith(base) and _HEX.fullmatch(core[len(base) :]) is not None


def propose(base: str, suffix: str, spec: NameSpec) -> str | None:
    """Make a name of a base that carries the suffix and is not too long; ``None`` where nothing of the base is left."""
    core = _core(base, spec)
    separator = ("-" if "-" in spec.seps else spec.seps[:1]) if spec.seps else ""
    tail = f"{separator}{suffix}{base[len(core) :]}"
    if spec.max is not None:
        core = core[: max(spec.max - len(tail), 0)]
    core = core.rstrip("-_./")
    return f"{core}{tail}" if core else None
