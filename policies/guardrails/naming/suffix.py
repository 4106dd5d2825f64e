# SPDX-License-Identifier: Apache-2.0
"""Whether a name ends in a suffix, whether Pulumi made it up, and a name that would do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.naming.table import NameSpec

__all__ = ["foreign_suffix", "has_suffix", "is_auto_named", "is_prescribed", "propose"]

_DIRECTORY_BUCKET = re.compile(r"--[a-z0-9-]+-az\d+--x-s3$")
_DIRECTORY = "--x-s3"
_RANDOM = {
    "auto": re.compile(r"[-_]?(?:[0-9a-f]{7}|[0-9a-f]{3})"),
    "letters": re.compile(r"_[a-z]{8}"),
}
"""What Pulumi appends: seven hexadecimal digits, three for a SQL Server, eight letters (``provider/autonaming.go``)."""

_PRESCRIBED = ("$default", "AWSServiceRoleFor", "aws.partner/", "aws.partner@", "default.")
_SEPARATORS = "-_./"
_ALIKE = 3


def is_prescribed(name: str, spec: NameSpec) -> bool:
    """Say whether the service itself prescribes a name, so that nobody can add a suffix to it."""
    return name in spec.exempt or name.startswith(_PRESCRIBED)


def has_suffix(name: str, suffix: str, spec: NameSpec) -> bool:
    """Say whether a name ends in the suffix after a separator, or is the suffix.

    Of a path (``/aws/lambda/orders-dev/x``, ``/dev/app/key``) any segment may carry it. What the service demands at
    the end (``.fifo``, a directory bucket's zone) comes after it. Types that allow no separator take it bare. A suffix
    of several words matches whatever separator is between them.
    """
    core, wanted = _plain(_core(name, spec), spec), _plain(suffix, spec)
    if _carries(core, wanted, spec):
        return True
    return spec.kind == "path" and any(_carries(segment, wanted, spec) for segment in core.split("/"))


def _plain(text: str, spec: NameSpec) -> str:
    """Give the form in which texts compare: lower case where AWS lowers it, underscores where it has no hyphen."""
    text = text.casefold() if spec.lower else text
    return text if "-" in spec.seps else text.replace("-", "_")


def _carries(segment: str, suffix: str, spec: NameSpec) -> bool:
    if not segment.endswith(suffix):
        return False
    return len(segment) == len(suffix) or not spec.seps or segment[-len(suffix) - 1] in _SEPARATORS


def foreign_suffix(name: str, own: str, others: Iterable[str], spec: NameSpec) -> str | None:
    """Find the suffix of another environment that a name carries; ``None`` if none, or if it carries its own.

    Another spelling of one's own environment (``prod`` and ``production``) is none, nor is a part of one's own suffix.
    """
    if has_suffix(name, own, spec):
        return None
    words = re.split(r"[-_./]", own.casefold())
    for other in others:
        alike = any(word[:_ALIKE] == other.casefold()[:_ALIKE] for word in words)
        if not alike and has_suffix(name.casefold(), other.casefold(), spec):
            return other
    return None


def _core(name: str, spec: NameSpec) -> str:
    core = name.removesuffix(spec.ending) if spec.ending else name
    return _DIRECTORY_BUCKET.sub("", core) if core.endswith(_DIRECTORY) else core


def is_auto_named(name: str, logical: str, spec: NameSpec) -> bool:
    """Say whether a name is the logical name and a random part, as Pulumi fills it in."""
    core, base = _core(name, spec), logical.lower() if spec.lower else logical
    core, random = core.removeprefix(spec.start), _RANDOM.get(spec.absent)
    return random is not None and core.startswith(base) and random.fullmatch(core[len(base) :]) is not None


def propose(base: str, suffix: str, spec: NameSpec) -> str | None:
    """Make a name of a base that carries the suffix and keeps to the type's length and letters.

    ``None`` where nothing of the base is left. Of a path that starts with a slash, a service's own (``/aws/…``) gets
    the suffix at the segment that is free, any other as its first segment.
    """
    tail = _plain(suffix, spec)
    if spec.kind == "path" and base.startswith("/"):
        made = _path(base, tail)
        return made if spec.max is None or len(made) <= spec.max else None
    core = _core(base, spec)
    ending = base[len(core) :]
    core = core.lower() if spec.lower else core
    core = core if core.startswith(spec.start) else spec.start + core
    core = "".join(spec.separator if mark in _SEPARATORS and mark not in spec.seps else mark for mark in core)
    tail = f"{spec.separator}{tail}{ending}"
    if spec.max is not None:
        core = core[: max(spec.max - len(tail), 0)]
    core = core.rstrip(_SEPARATORS)
    return f"{core}{tail}" if core else None


def _path(base: str, suffix: str) -> str:
    if not base.startswith("/aws/"):
        return f"/{suffix}{base}"
    parts = base.split("/")
    place = -2 if base.startswith("/aws/eks/") and parts[-1] == "cluster" else -1
    parts[place] = f"{parts[place]}-{suffix}"
    return "/".join(parts)
