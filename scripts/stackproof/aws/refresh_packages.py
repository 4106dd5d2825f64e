# SPDX-License-Identifier: Apache-2.0
"""The table of output-only properties in ``data/packages.json``, read from the Python SDKs of packages but AWS's."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

from stackproof.aws.refresh import assigned, compact, getters, secrets, section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Package", "changes", "read_packages", "render"]


@dataclass(frozen=True, slots=True)
class Package:
    """An SDK: where it is from, and for each type its output-only properties and which of them are secret."""

    name: str
    version: str
    licence: str
    types: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def read_packages(folder: Path) -> list[Package]:
    """Read every SDK that is installed in a folder (``pip install --no-deps --target FOLDER``).

    Raises ``ValueError`` where there is none.
    """
    found = [
        _read(distribution, folder / root)
        for distribution in metadata.distributions(path=[str(folder)])
        for root in _sdk_folders(distribution)
    ]
    if not found:
        message = f"no Pulumi SDK is installed in {folder}: install those that are to be read with pip --target"
        raise ValueError(message)
    return sorted(found, key=lambda package: package.name)


def _sdk_folders(distribution: metadata.Distribution) -> Iterator[str]:
    for path in distribution.files or ():
        if path.name == "pulumi-plugin.json":
            yield str(path.parent)


def _read(distribution: metadata.Distribution, root: Path) -> Package:
    stated = {key.lower(): value for key, value in distribution.metadata.json.items()}
    licence = str(stated.get("license_expression") or stated.get("license") or "unknown")
    package = Package(distribution.name, distribution.version, licence)
    for source in sorted(root.rglob("*.py")):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for token, row in filter(None, map(_row, tree.body)):
            package.types[token] = row
    return package


def _row(node: ast.stmt) -> tuple[str, dict[str, list[str]]] | None:
    """Give a resource's type and its row, ``None`` for what is no resource or has no output of its own."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    functions = {inner.name: inner for inner in body if isinstance(inner, ast.FunctionDef)}
    init = functions.get("_internal_init")
    token = _token(init) if init else ""
    if not isinstance(node, ast.ClassDef) or init is None or not token:
        return None
    properties = getters(node)
    outputs = {properties[name].wire for name, only in assigned(init) if only and name in properties}
    row = {"out": sorted(outputs), "secret": sorted(outputs & set(secrets(init)))}
    return (token, {key: names for key, names in row.items() if names}) if outputs else None


def _token(init: ast.FunctionDef) -> str:
    """Find the type in ``super(Thing, __self__).__init__("package:module:Thing", …)``."""
    for node in ast.walk(init):
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(value=str(token)), *_]):
                return token
            case _:
                continue
    return ""


def render(packages: list[Package], date: str) -> str:
    """Write a table as JSON with one row a line."""
    types = {token: row for package in packages for token, row in package.types.items()}
    provenance = {
        "source": "Python SDKs (PyPI), read as syntax trees",
        "date": date,
        "packages": {
            package.name: {"version": package.version, "licence": package.licence, "types": len(package.types)}
            for package in packages
        },
        "legend": "out: output-only properties; secret: those that the SDK declares secret",
    }
    return "{\n" + f'"provenance":{compact(provenance)},\n' + section("types", dict(sorted(types.items()))) + "\n}\n"


def changes(old: str, new: str) -> list[str]:
    """Say in lines what differs between two rendered tables; ``old`` may be empty."""
    was, now = (json.loads(text)["types"] if text else {} for text in (old, new))
    lines = [f"- {token}" for token in sorted(was.keys() - now.keys())]
    lines += [f"+ {token}" for token in sorted(now.keys() - was.keys())]
    changed = sum(was[token] != now[token] for token in was.keys() & now.keys())
    return [*lines, f"types: {len(was)} -> {len(now)}, {changed} changed"]
