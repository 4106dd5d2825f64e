# SPDX-License-Identifier: Apache-2.0
"""Regenerate the lengths and letters of names, from the input shapes of AWS's API and from CloudFormation's schemas.

Reads botocore's service models and cfn-lint's resource schemas as they are installed (dependency group ``refresh``),
and imports neither. The operation that creates a type and its member that holds the name are found by their names;
where those do not tell, ``names_sources.json`` says. Prints what changes, then replaces ``names_limits.json`` at once.
``refresh_names.py`` says before which types have a name, and takes what is found here into its table afterwards.
"""

from __future__ import annotations

import argparse
import bisect
import datetime as dt
import gzip
import importlib.metadata
import importlib.util
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refresh_names import DATA, changes, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SCHEMAS = Path("data") / "schemas"
_VERBS = ("Create", "Put", "Register", "Add", "Request", "Start", "Import", "Allocate", "Publish", "Define", "Enable")
_LONGEST = 2_049
"""What is as long is a text field's bound and no name's."""

_PROBED = 600
"""A pattern that takes as many letters takes any number."""

_SEPARATORS = "-_./"
_SAMPLES = ("abcdefgh", "Abcdefgh", "a1b2c3d4", "alias/abcd")
_CAPITALS = ("ABCDEFGH", "Abcdefgh", "aBCDEFGH", "alias/ABCD")
"""Short, as the sources' expressions may try exponentially many ways to match a long one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one source says of a name: the most characters, the pattern, and which member of which shape says it."""

    source: str
    place: str
    longest: int | None
    pattern: str

    @property
    def takes_arns(self) -> bool:
        """Whether the member takes an ARN as well, so that neither its length nor its letters are a name's."""
        return "arn" in self.pattern.lower()

    @property
    def most(self) -> int | None:
        """Give the most characters, stated or by the pattern; what no name reaches is none."""
        stated = self.longest if self.longest is not None and self.longest < _LONGEST else None
        found = [item for item in (stated, longest(self.pattern)) if item is not None]
        return min(found, default=None)


@dataclass(frozen=True)
class Botocore:
    """The service models of botocore, a service read when it is asked for."""

    folder: Path
    models: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def services(self) -> dict[str, Path]:
        """Give the newest model of each service, by the service's name."""
        found = sorted(self.folder.glob("*/*/service-2.json.gz"))
        return {path.parent.parent.name: path for path in found}

    def model(self, service: str) -> dict[str, Any]:
        """Read a service."""
        if service not in self.models:
            self.models[service] = json.loads(gzip.decompress(self.services[service].read_bytes()))
        return self.models[service]

    def find(self, services: Sequence[str], words: Names) -> str | None:
        """Find where a type's name goes: ``service.Operation.member``, with a further step into a structure."""
        known = [name for name in services if name in self.services]
        for cls in words.classes:
            for service in known:
                operations = {plain(name): name for name in self.model(service)["operations"]}
                for verb in _VERBS:
                    operation = operations.get(plain(verb) + cls)
                    member = self._member(service, operation, words) if operation else None
                    if member:
                        return f"{service}.{operation}.{member}"
        return None

    def _member(self, service: str, operation: str, words: Names) -> str | None:
        shapes = self.model(service)["shapes"]
        shape = self.model(service)["operations"][operation].get("input", {}).get("shape")
        members = shapes[shape].get("members", {}) if shape else {}
        for name in words.pick(members):
            inner = shapes[members[name]["shape"]]
            if inner["type"] == "string":
                return name
            deeper = [key for key in words.pick(inner.get("members", {})) if self._is_text(shapes, inner, key)]
            if deeper:
                return f"{name}.{deeper[0]}"
        return None

    @staticmethod
    def _is_text(shapes: Mapping[str, Any], shape: Mapping[str, Any], key: str) -> bool:
        return bool(shapes[shape["members"][key]["shape"]]["type"] == "string")

    def limits(self, place: str) -> Limits:
        """Read the constraints of a member.

        Raises:
            SystemExit: the place does not exist, which names it.

        """
        service, operation, *steps = place.split(".")
        try:
            model = self.model(service)
            shape = model["shapes"][model["operations"][operation]["input"]["shape"]]
            for step in steps:
                shape = model["shapes"][shape["members"][step]["shape"]]
        except KeyError as missing:
            sys.exit(f"names_sources.json speaks of {place}, and botocore has no {missing}")
        return Limits("botocore", place, shape.get("max"), shape.get("pattern", ""))


@dataclass(frozen=True)
class Schemas:
    """The resource schemas of CloudFormation as cfn-lint ships them."""

    folder: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """Give the file of each type."""
        listed = json.loads((self.folder / "providers" / "us-east-1.json").read_text("utf-8"))
        return {name: self.folder / "resources" / f"{digest}.json" for name, digest in listed.items()}

    @cached_property
    def by_words(self) -> dict[tuple[str, str], str]:
        """Give each type by its service and its class, in plain letters."""
        parts = {name: name.split("::") for name in self.files}
        return {(plain(item[1]), plain(item[2])): name for name, item in parts.items() if len(item) == 3}  # noqa: PLR2004 - AWS::Service::Class

    def find(self, service: str, words: Names) -> str | None:
        """Find where a type's name goes: ``AWS::Service::Class.Property``."""
        for cls in words.classes[:1]:
            name = self.by_words.get((plain(service), cls))
            if name:
                found = words.pick(self.properties(name))
                return f"{name}.{found[0]}" if found else None
        return None

    def properties(self, name: str) -> dict[str, Any]:
        """Read the properties of a type."""
        schema = json.loads(self.files[name].read_text("utf-8"))
        definitions = schema.get("definitions", {})
        return {
            key: definitions.get(str(item.get("$ref", "")).rpartition("/")[2], item)
            for key, item in schema["properties"].items()
        }

    def limits(self, place: str) -> Limits:
        """Read the constraints of a property.

        Raises:
            SystemExit: the place does not exist, which names it.

        """
        name, _, prop = place.rpartition(".")
        if name not in self.files or prop not in self.properties(name):
            sys.exit(f"names_sources.json speaks of {place}, and cfn-lint has no such property")
        found = self.properties(name)[prop]
        return Limits("cfn-lint", place, found.get("maxLength"), found.get("pattern", ""))


@dataclass(frozen=True)
class Names:
    """The words of one type: what its class and the property of its name can be called elsewhere."""

    cls: str
    prop: str
    prefixes: Sequence[str] = ()

    @cached_property
    def classes(self) -> list[str]:
        """List the class in plain letters, whole, with a service's prefixes, and with its first words left out."""
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", self.cls)
        tails = ["".join(words[start:]) for start in range(len(words))]
        return [plain(prefix + tails[0]) for prefix in ("", *self.prefixes)] + [plain(item) for item in tails[1:]]

    def pick(self, members: Mapping[str, Any]) -> list[str]:
        """List the members that can be the name, the likeliest first."""
        known = {plain(name): name for name in members}
        prop = plain(self.prop)
        wanted = [prop, "name", *(cls + end for cls in self.classes for end in (prop, "name", "identifier", "id", ""))]
        return list(dict.fromkeys(known[item] for item in wanted if item in known))


def main() -> int:
    """Write the table; with ``--check`` only say whether it is the one that would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the table would change; write nothing")
    options = parser.parse_args()
    target = DATA / "names_limits.json"
    sources = json.loads((DATA / "names_sources.json").read_text("utf-8"))
    types = json.loads((DATA / "names.json").read_text("utf-8"))["types"]
    table = build(Botocore(package("botocore") / "data"), Schemas(package("cfnlint") / SCHEMAS), sources, types)
    before = json.loads(target.read_text("utf-8")) if target.exists() else {"provenance": {}, "types": {}}
    table["provenance"]["date"] = before["provenance"].get("date")
    if table != before:
        table["provenance"]["date"] = dt.datetime.now(dt.UTC).date().isoformat()
    lines = [*changes(before["types"], table["types"]), f"{len(before['types'])} types -> {len(table['types'])} types"]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if not options.check:
        replace(target, render(table))
    return int(options.check and table != before)


def package(name: str) -> Path:
    """Find an installed package.

    Raises:
        SystemExit: it is not installed.

    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"{name} is not installed here; install the dependency group refresh, then run this again")
    return Path(spec.origin).parent


def build(
    botocore: Botocore, schemas: Schemas, sources: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Make the table: token to ``{max?, lower?, seps?, from}`` of every type that a source says something of."""
    foreign = sorted(set(sources["types"]) - set(types))
    if foreign:
        sys.exit(f"names_sources.json speaks of types that have no name: {', '.join(foreign)}")
    rows = {}
    for token, entry in sorted(types.items()):
        row = merged(list(said(token, entry["prop"], botocore, schemas, sources)))
        if row:
            rows[token] = row
    provenance = {
        "source": "botocore, service models; cfn-lint, resource schemas of us-east-1",
        "version": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("botocore", "cfn-lint")),
        "licence": "Apache-2.0 (botocore), MIT-0 (cfn-lint)",
        "generator": "scripts/refresh_name_limits.py with names_sources.json",
        "counts": {"types": len(rows), **dict(sorted(Counter(key for row in rows.values() for key in row).items()))},
    }
    return {"provenance": provenance, "types": rows}


def said(token: str, prop: str, botocore: Botocore, schemas: Schemas, sources: Mapping[str, Any]) -> Iterator[Limits]:
    """Yield what the two sources say of one type; an empty place in ``names_sources.json`` is none."""
    module, cls = token.removeprefix("aws:").partition("/")[0], token.rpartition(":")[2]
    about, given = sources["modules"].get(module, {}), sources["types"].get(token, {})
    words = Names(cls, prop, about.get("prefixes", ()))
    services = about.get("botocore") or [name for name in botocore.services if plain(name) == plain(module)]
    place = given.get("botocore", botocore.find(services, words) if "botocore" not in given else None)
    if place:
        yield botocore.limits(place)
    place = given.get("cfn", schemas.find(about.get("cfn", module), words) if "cfn" not in given else None)
    if place:
        yield schemas.limits(place)


def merged(found: Sequence[Limits]) -> dict[str, Any]:
    """Join what sources say: the least length; the separators that all allow; lower case where one demands it."""
    names = [item for item in found if not item.takes_arns]
    row: dict[str, Any] = {}
    lengths = [most for item in names if (most := item.most) is not None]
    if lengths:
        row["max"] = min(lengths)
    letters = [read for item in names if (read := alphabet(item.pattern)) is not None]
    if any(lower for _, lower in letters):
        row["lower"] = True
    if letters:
        row["seps"] = "".join(mark for mark in _SEPARATORS if all(mark in seps for seps, _ in letters))
    return {**row, "from": ", ".join(item.place for item in names)} if row else {}


def alphabet(pattern: str) -> tuple[str, bool] | None:
    """Say which separators a pattern allows inside of a name, and whether it demands lower case.

    ``None`` where it tells nothing: it does not compile here (the sources write Java's expressions), or none of the
    samples is a name by it.
    """
    try:
        form = re.compile(pattern)
    except re.error:
        return None
    fitting = [sample for sample in _SAMPLES if form.fullmatch(sample)]
    if not pattern or not fitting:
        return None
    seps = "".join(
        mark for mark in _SEPARATORS if any(form.fullmatch(f"{item[:-4]}{mark}{item[-4:]}") for item in fitting)
    )
    return seps, not any(map(form.fullmatch, _CAPITALS))


def longest(pattern: str) -> int | None:
    """Say how many letters a pattern allows, ``None`` where it tells nothing or has no end."""
    try:
        form = re.compile(pattern)
    except re.error:
        return None
    few = len(_SAMPLES[0])
    if not pattern or not form.fullmatch("a" * few) or form.fullmatch("a" * _PROBED):
        return None
    return bisect.bisect_left(range(_PROBED), x=True, lo=few, key=lambda size: not form.fullmatch("a" * size)) - 1


def plain(text: str) -> str:
    """Leave out all that sources write differently: case and everything but letters and digits."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def render(table: dict[str, Any]) -> str:
    """Write the table, a type a line, so that a difference between versions can be read."""
    rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table["types"].items())
    return f'{{\n "provenance": {json.dumps(table["provenance"])},\n "types": {{\n{rows}\n }}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
