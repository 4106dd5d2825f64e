# SPDX-License-Identifier: Apache-2.0
"""The envelope itself: its fields, its one written form, its digest, and how a file is read back strictly.

Each field has a seal, its own hash; the envelope's digest is the hash of all seals. So an edited field is named, and
whoever edits seals as well changes the digest, which is kept elsewhere: in a job's output, in an attestation.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal, TypeVar, cast, get_args

from stackproof.errors import UsageError
from stackproof.pipeline.plan.canonical import canonical, digest_of
from stackproof.pipeline.plan.operations import Operation
from stackproof.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = [
    "SCHEMA",
    "Envelope",
    "Mode",
    "PackMark",
    "Sealed",
    "StateMark",
    "read_envelope",
    "write_private",
]

SCHEMA = "stackproof.plan/1"

Mode = Literal["plan", "compare"]
"""How the approved is enforced: by Pulumi's update plan, or by a second preview whose operations must be the same."""

_SEALS = "seals"
_MOST = 2**37
"""More than any count, and any time before the year 6000."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StateMark:
    """The state that was planned on: when it was written, the hash of all of it, and one for each resource by URN."""

    version: str
    digest: str
    resources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PackMark:
    """A pack as it judged: ``digest`` is of its files, ``config`` of its configuration; levels by policy."""

    name: str
    version: str
    digest: str
    config: str
    policies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything that an approval is for.

    ``files`` are hashes by path (project and stack files, locks), ``configuration`` hashes by key, ``versions`` those
    of the CLI and the SDKs, ``executables`` hashes of what runs, ``verdicts`` counts by verdict, ``plan`` the hash of
    the update plan's bytes (empty in mode compare), ``allowed`` the URNs that may be destroyed although they are
    protected. ``created`` is in seconds since 1970, ``time_to_live`` in seconds, ``run`` who made it.
    """

    schema: str
    mode: Mode
    commit: str
    project: str
    stack: str
    backend: str
    state: StateMark
    packs: tuple[PackMark, ...]
    configuration: Mapping[str, str]
    files: Mapping[str, str]
    versions: Mapping[str, str]
    executables: Mapping[str, str]
    verdicts: Mapping[str, int]
    operations: tuple[Operation, ...]
    plan: str
    allowed: tuple[str, ...]
    created: int
    time_to_live: int
    run: str

    @property
    def seals(self) -> dict[str, str]:
        """The hash of each field, by its name."""
        return {name: digest_of(value) for name, value in asdict(self).items()}

    @property
    def digest(self) -> str:
        """The envelope's digest: what an approval names."""
        return digest_of(self.seals)

    @property
    def destructive(self) -> tuple[Operation, ...]:
        """The operations after which something is gone."""
        return tuple(item for item in self.operations if item.destructive)

    def write(self, path: Path) -> None:
        """Write the file that `read_envelope` reads, whole or not at all."""
        write_private(path, canonical({**asdict(self), _SEALS: self.seals}) + b"\n")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope as a file holds it, with the seals that the file claims."""

    envelope: Envelope
    claimed: Mapping[str, str]

    @property
    def broken(self) -> tuple[str, ...]:
        """The fields that are not what their seal says."""
        actual = self.envelope.seals
        return tuple(
            sorted(name for name in actual.keys() | self.claimed if actual.get(name) != self.claimed.get(name))
        )

    @property
    def digest(self) -> str:
        """The digest that the claimed seals make."""
        return digest_of(dict(self.claimed))


def read_envelope(path: Path) -> Sealed:
    """Read an envelope; nothing in it has a default.

    Raises:
        UsageError: the file is missing, of another schema, or has a field too many, too few or of another type.

    """
    try:
        content = json.loads(path.read_bytes(), object_pairs_hook=_unique)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no envelope can be read: {error}; create the plan again") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        found = content.get("schema") if isinstance(content, dict) else None
        raise UsageError(f"{path}: its schema is {found!r}, not {SCHEMA!r}; create the plan again with this release")
    claimed = content.pop(_SEALS, None)
    try:
        return Sealed(_envelope(content), _texts(claimed, _SEALS))
    except ValueError as error:
        raise UsageError(f"{path}: {error}; create the plan again") from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its user may read, whole or not at all; its folder is made.

    Raises:
        UsageError: it cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}; name another place") from error
    write_whole(path, content, private=True)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _envelope(content: dict[str, object]) -> Envelope:
    given = _exactly(content, Envelope, "the envelope")
    if given["mode"] not in get_args(Mode):
        raise ValueError(f"mode is {given['mode']!r}, not one of {', '.join(get_args(Mode))}")
    return Envelope(
        schema=SCHEMA,
        mode=cast("Mode", given["mode"]),
        commit=_text(given["commit"], "commit"),
        project=_text(given["project"], "project"),
        stack=_text(given["stack"], "stack"),
        backend=_text(given["backend"], "backend"),
        state=_state(given["state"]),
        packs=tuple(_pack(item) for item in _list(given["packs"], "packs")),
        configuration=_texts(given["configuration"], "configuration"),
        files=_texts(given["files"], "files"),
        versions=_texts(given["versions"], "versions"),
        executables=_texts(given["executables"], "executables"),
        verdicts={name: _number(item, "verdicts") for name, item in _object(given["verdicts"], "verdicts").items()},
        operations=tuple(_operation(item) for item in _list(given["operations"], "operations")),
        plan=_text(given["plan"], "plan"),
        allowed=tuple(_text(item, "allowed") for item in _list(given["allowed"], "allowed")),
        created=_number(given["created"], "created"),
        time_to_live=_number(given["time_to_live"], "time_to_live"),
        run=_text(given["run"], "run"),
    )


def _state(value: object) -> StateMark:
    given = _exactly(value, StateMark, "state")
    resources = _texts(given["resources"], "state.resources")
    return StateMark(_text(given["version"], "state.version"), _text(given["digest"], "state.digest"), resources)


def _pack(value: object) -> PackMark:
    given = _exactly(value, PackMark, "packs")
    name, version, digest, config = (
        _text(given[key], f"packs.{key}") for key in ("name", "version", "digest", "config")
    )
    return PackMark(name, version, digest, config, _texts(given["policies"], "packs.policies"))


def _operation(value: object) -> Operation:
    given = _exactly(value, Operation, "operations")
    urn, op, type_, inputs = (_text(given[name], f"operations.{name}") for name in ("urn", "op", "type", "inputs"))
    keys = tuple(_text(item, "operations.keys") for item in _list(given["keys"], "operations.keys"))
    return Operation(urn, op, type_, keys, inputs)


def _exactly(value: object, kind: type[Envelope | StateMark | PackMark | Operation], place: str) -> dict[str, object]:
    """Take an object that has exactly the fields of a dataclass."""
    content, wanted = _object(value, place), {field.name for field in fields(kind)}
    if strange := sorted(content.keys() ^ wanted):
        raise ValueError(f"{place} has a field too many or too few: {', '.join(strange)}")
    return content


def _object(value: object, place: str) -> dict[str, object]:
    return cast("dict[str, object]", _checked(value, place, "an object", lambda item: isinstance(item, dict)))


def _list(value: object, place: str) -> list[object]:
    return cast("list[object]", _checked(value, place, "a list", lambda item: isinstance(item, list)))


def _text(value: object, place: str) -> str:
    return cast("str", _checked(value, place, "text", lambda item: isinstance(item, str)))


def _number(value: object, place: str) -> int:
    return cast("int", _checked(value, place, "a whole number", lambda item: type(item) is int and 0 <= item < _MOST))


def _texts(value: object, place: str) -> dict[str, str]:
    return {name: _text(item, f"{place}.{name}") for name, item in _object(value, place).items()}


def _checked(value: _T, place: str, what: str, fits: Callable[[_T], bool]) -> _T:
    if not fits(value):
        raise ValueError(f"{place} is not {what}")
    return value
