# SPDX-License-Identifier: Apache-2.0
"""The stack configuration ``pulumi:autonaming``: what the engine proposes to a provider as a resource's name.

Grammar, precedence and modes are the engine's (pulumi/pulumi, ``pkg/cmd/pulumi/autonaming`` and
``pkg/resource/autonaming``). Where the engine draws at random, text is derived from the URN, so that two previews of
one program agree.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from stackproof.aws import Autonaming
from stackproof.aws.arns import invent
from stackproof.engine.embedded.registry import package_of, type_chain
from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stackproof.model import Program

__all__ = ["Autonamer", "Proposal", "autonamer_of"]

_KEY = "pulumi:autonaming"
_ORGANIZATION = "organization"
"""The organization of every stack on a backend that has none; ``GetDeploymentInfo`` says the same."""

_NAMING_KEYS = frozenset({"mode", "pattern", "enforce"})
_ALPHABETS = {"hex": "hex", "alphanum": "base36", "string": "letters", "num": "digits"}
_RANDOM = re.compile(r"\$\{(hex|alphanum|string|num)\((\d+)\)\}")
_CONFIG = re.compile(r"\$\{config\.([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a provider is told about a name, and whether a part of it is random.

    A name without a random part cannot be taken twice, so its resource is deleted before it is replaced.
    """

    naming: Autonaming
    random: bool


_Namer: TypeAlias = "Callable[[str], Proposal | None]"
"""From a URN to what the configuration says about it; ``None`` where it leaves the name to the provider."""


@dataclass(frozen=True, slots=True)
class Autonamer:
    """Names for the resources of one stack: by type, else by package, else for all."""

    of_all: _Namer
    of_packages: Mapping[str, _Namer]
    of_types: Mapping[str, _Namer]

    def propose(self, urn: str) -> Proposal | None:
        """Give what the configuration says about a resource; ``None``: the provider names it as it always does."""
        token = type_chain(urn).rpartition("$")[2]
        fallback = self.of_packages.get(package_of(token), self.of_all)
        return self.of_types.get(token, fallback)(urn)


def autonamer_of(program: Program) -> Autonamer:
    """Read a program's configuration. Raises ``UsageError`` for what the engine does not accept."""
    return _Reader(program).autonamer()


class _Reader:
    def __init__(self, program: Program) -> None:
        self._program = program

    def autonamer(self) -> Autonamer:
        text = self._program.config.get(_KEY)
        if text is None:
            return Autonamer(_by_provider, {}, {})
        try:
            decoded: object = json.loads(text)
        except ValueError:
            decoded = text
        root = self._section(decoded, "", "providers")
        of_all = self._naming(root, "") or _by_provider
        of_packages = {}
        of_types = {}
        for package, entry in self._entries(root, "providers", "").items():
            place = f"providers.{package}"
            section = self._section({} if entry is None else entry, place, "resources")
            of_packages[package] = self._naming(section, place) or of_all
            for token, naming in self._entries(section, "resources", place).items():
                # The engine looks under a package for that package's types only.
                made = self._type_naming(naming, f"{place}.resources.{token}")
                if package_of(token) == package:
                    of_types[token] = made
        return Autonamer(of_all, of_packages, of_types)

    def _type_naming(self, value: object, place: str) -> _Namer:
        naming = self._naming(self._section({} if value is None else value, place), place)
        if naming is None:
            raise _refusal(place, "mode or pattern must be specified")
        return naming

    def _section(self, value: object, place: str, *inner: str) -> dict[str, object]:
        if not isinstance(value, dict):
            raise _refusal(place, f"must be an object, not {json.dumps(value)}")
        allowed = _NAMING_KEYS | set(inner)
        unknown = next((key for key in value if key not in allowed), None)
        if unknown is not None:
            raise _refusal(place, f"unknown field {unknown!r}; known are {', '.join(sorted(allowed))}")
        return {key: item for key, item in value.items() if item is not None}

    def _entries(self, section: dict[str, object], key: str, place: str) -> dict[str, object]:
        value = section.get(key, {})
        if not isinstance(value, dict):
            raise _refusal(f"{place}.{key}".strip("."), f"must be an object, not {json.dumps(value)}")
        return value

    def _naming(self, section: dict[str, object], place: str) -> _Namer | None:
        mode, pattern, enforce = section.get("mode"), section.get("pattern"), section.get("enforce")
        if not isinstance(mode, str | None) or not isinstance(pattern, str | None):
            raise _refusal(place, "mode and pattern must be text")
        if not isinstance(enforce, bool | None):
            raise _refusal(place, "enforce must be true or false")
        if mode is not None and not (pattern is None and enforce is None):
            raise _refusal(place, "cannot specify both mode and pattern/enforce")
        if pattern is not None:
            return _by_pattern(self._resolved(pattern, place), enforce=enforce is True)
        if enforce is not None:
            raise _refusal(place, "pattern must be specified when enforce is true")
        if mode is not None and mode not in _MODES:
            raise _refusal(place, f"invalid naming mode {mode!r}: must be one of {', '.join(_MODES)}")
        return _MODES[mode] if mode is not None else None

    def _resolved(self, pattern: str, place: str) -> str:
        """Put in what is the same for all resources of the stack."""
        fixed = {"organization": _ORGANIZATION, "project": self._program.project, "stack": self._program.stack}
        for name, value in fixed.items():
            pattern = pattern.replace(f"${{{name}}}", value)
        return _CONFIG.sub(lambda match: self._configured(match[1], place), pattern)

    def _configured(self, path: str, place: str) -> str:
        head, *rest = path.split(".")
        value: object = self._program.config.get(f"{self._program.project}:{head}")
        for step in rest:
            value = _decoded(value)
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            raise _refusal(place, f"no value found for configuration key {path!r}")
        return value if isinstance(value, str) else json.dumps(value)


def _decoded(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _refusal(place: str, problem: str) -> UsageError:
    where = f"{_KEY}, {place}" if place else _KEY
    return UsageError(f"configuration {where}: {problem}; mend the stack's configuration")


def _by_provider(urn: str) -> Proposal | None:  # noqa: ARG001 - the form of every naming
    return None


def _verbatim(urn: str) -> Proposal | None:
    return Proposal(Autonaming(urn.rpartition("::")[2], "enforce"), random=False)


def _disabled(urn: str) -> Proposal | None:  # noqa: ARG001 - the form of every naming
    return Proposal(Autonaming("", "disable"), random=False)


_MODES: Mapping[str, _Namer] = {
    "default": _by_provider,
    "verbatim": _verbatim,
    "disabled": _disabled,
}


def _by_pattern(pattern: str, *, enforce: bool) -> _Namer:
    def propose(urn: str) -> Proposal:
        plain = pattern.replace("${name}", urn.rpartition("::")[2])
        name = _randomised(plain, urn)
        return Proposal(Autonaming(name, "enforce" if enforce else "propose"), random=name != plain)

    return propose


def _randomised(text: str, urn: str) -> str:
    """Replace the random expressions; two of one kind differ, as two draws do, but every ``${uuid}`` is the same."""
    drawn = 0

    def draw(match: re.Match[str]) -> str:
        nonlocal drawn
        drawn += 1
        return invent(urn, _ALPHABETS[match[1]], int(match[2]), f"autonaming {drawn}")

    made = str(uuid.UUID(hex=invent(urn, "hex", 32, "autonaming uuid")))
    return _RANDOM.sub(draw, text).replace("${uuid}", made)
