# SPDX-License-Identifier: Apache-2.0
"""How the table of AWS types is made: the SDK's source read as syntax trees, never imported.

``pulumi_aws`` takes seconds and hundreds of megabytes to import; its files are generated, so four regular facts
are enough: the getters of a resource class (wire name and type), the assignments in ``_internal_init`` (inputs,
and the outputs assigned ``None``), the ``Missing required property`` raises, and ``additional_secret_outputs``.
"""

from __future__ import annotations

import ast
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "Shape",
    "Table",
    "assigned",
    "changes",
    "compact",
    "getters",
    "read_package",
    "render",
    "secrets",
    "section",
    "write_atomically",
]

Shape: TypeAlias = "str | int | list[Shape]"
"""``"s" "i" "f" "b"`` scalars, ``"*"`` anything, ``["l", x]`` list, ``["m", x]`` map, a number: row of ``shapes``."""

_SCALARS = {"str": "s", "int": "i", "float": "f", "bool": "b"}
_WRAPPERS = frozenset({"Output", "Optional", "Input"})
_PROVENANCE_SECTION = "provenance"


@dataclass(slots=True)
class Table:
    """What the source of one version of the SDK says about its resources, functions and nested shapes."""

    version: str
    resources: dict[str, dict[str, object]] = field(default_factory=dict)
    functions: dict[str, dict[str, object]] = field(default_factory=dict)
    shapes: list[dict[str, Shape]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Property:
    wire: str
    annotation: ast.expr
    deprecated: bool


class _Shapes:
    """Nested output classes, resolved across files and interned: equal shapes share one row."""

    def __init__(self, package: Path, rows: list[dict[str, Shape]]) -> None:
        self._package = package
        self._rows = rows
        self._rows_by_text: dict[str, int] = {}
        self._classes: dict[Path, dict[str, ast.ClassDef]] = {}
        self._known: dict[tuple[Path, str], Shape] = {}

    def of(self, annotation: ast.expr, module: Path) -> Shape:
        """Give the shape of one annotation found in a file of the folder ``module``."""
        match annotation:
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return _SCALARS.get(name, "*")
            case ast.Constant(value=str(reference)):
                return self._referred(reference, module)
            case ast.Subscript(value=ast.Attribute(attr=name) | ast.Name(id=name), slice=inner):
                return self._generic(name, inner, module)
            case _:
                return "*"

    def _generic(self, name: str, inner: ast.expr, module: Path) -> Shape:
        if name in _WRAPPERS:
            return self.of(inner, module)
        if name == "Sequence":
            return ["l", self.of(inner, module)]
        if name == "Mapping" and isinstance(inner, ast.Tuple):
            return ["m", self.of(inner.elts[-1], module)]
        if name == "Union" and isinstance(inner, ast.Tuple):
            options = [self.of(option, module) for option in inner.elts]
            return "s" if "s" in options else "*"
        return "*"

    def _referred(self, reference: str, module: Path) -> Shape:
        prefix, _, name = reference.rpartition(".")
        if not prefix.endswith("outputs"):
            return "s" if not name.endswith("Args") else "*"
        owner = prefix.removesuffix("outputs").strip("._")
        folder = self._package / owner if owner else module
        key = (folder, name)
        if key not in self._known:
            self._known[key] = "*"  # stands while the class is being read: a shape inside itself is anything
            self._known[key] = self._row(folder, name)
        return self._known[key]

    def _row(self, folder: Path, name: str) -> Shape:
        found = self._classes_of(folder).get(name)
        if found is None:
            return "*"
        row = {item.wire: self.of(item.annotation, folder) for item in getters(found).values()}
        text = json.dumps(row, sort_keys=True)
        if text not in self._rows_by_text:
            self._rows_by_text[text] = len(self._rows)
            self._rows.append(row)
        return self._rows_by_text[text]

    def _classes_of(self, folder: Path) -> dict[str, ast.ClassDef]:
        if folder not in self._classes:
            source = folder / "outputs.py"
            body = ast.parse(source.read_text(encoding="utf-8")).body if source.is_file() else []
            self._classes = {folder: {node.name: node for node in body if isinstance(node, ast.ClassDef)}}
        return self._classes[folder]


def read_package(package: Path) -> Table:
    """Read every resource and function of an installed ``pulumi_aws`` folder.

    Raises ``ValueError`` when the folder is not that package or a resource is there twice with different content.
    """
    manifest = package / "pulumi-plugin.json"
    if not manifest.is_file():
        message = f"no pulumi-plugin.json in {package}: give the folder of an installed pulumi_aws"
        raise ValueError(message)
    table = Table(version=str(json.loads(manifest.read_text(encoding="utf-8"))["version"]))
    shapes = _Shapes(package, table.shapes)
    for source in sorted(package.rglob("*.py")):
        if source.name.startswith("_") or source.name in {"outputs.py", "provider.py"}:
            continue
        tree = ast.parse(source.read_text(encoding="utf-8"))
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        for token, found in _resources(classes):
            _put(table.resources, token, _resource(found, shapes, source.parent))
        for token, result, arguments in _functions(tree):
            if result in classes:
                outputs = _shapes_of(getters(classes[result]), shapes, source.parent)
                _put(table.functions, token, {"in": arguments, "out": outputs})
    return table


def _put(rows: dict[str, dict[str, object]], token: str, row: dict[str, object]) -> None:
    if rows.setdefault(token, row) != row:
        message = f"{token} is defined twice with different content: the reader no longer fits this version of the SDK"
        raise ValueError(message)


def _resources(classes: Mapping[str, ast.ClassDef]) -> Iterator[tuple[str, ast.ClassDef]]:
    for found in classes.values():
        for decorator in found.decorator_list:
            match decorator:
                case ast.Call(func=ast.Attribute(attr="type_token"), args=[ast.Constant(value=str(token))]):
                    yield token, found
                case _:
                    continue


def _resource(found: ast.ClassDef, shapes: _Shapes, module: Path) -> dict[str, object]:
    properties = getters(found)
    init = next(node for node in found.body if isinstance(node, ast.FunctionDef) and node.name == "_internal_init")
    given = dict(assigned(init))
    inputs = [name for name, only_output in given.items() if not only_output]
    required = {name for name in _required(init) if name in inputs}
    optional = [name for name in inputs if name not in required and name != "region"]
    computed = [name for name in optional if not _is_optional(properties[name].annotation)]
    named = "name" in inputs and "name" not in required and shapes.of(properties["name"].annotation, module) == "s"
    row: dict[str, object] = {
        "in": sorted(properties[name].wire for name in inputs if name not in required),
        "req": sorted(properties[name].wire for name in required),
        "out": _shapes_of({n: properties[n] for n, only_output in given.items() if only_output}, shapes, module),
        "comp": _shapes_of({n: properties[n] for n in computed}, shapes, module),
        "secret": sorted(secrets(init)),
        "auto": "name" if named else "",
        "region": "region" in inputs and not properties["region"].deprecated and "region" not in required,
    }
    return {key: value for key, value in row.items() if value}


def _shapes_of(properties: Mapping[str, _Property], shapes: _Shapes, module: Path) -> dict[str, Shape]:
    found = {item.wire: shapes.of(item.annotation, module) for item in properties.values()}
    return dict(sorted(found.items()))


def getters(found: ast.ClassDef) -> dict[str, _Property]:
    """Collect the getters of a class, by their Python name."""
    properties = {}
    for node in found.body:
        if not isinstance(node, ast.FunctionDef) or node.returns is None:
            continue
        wire, deprecated = "", False
        for decorator in node.decorator_list:
            match decorator:
                case ast.Attribute(attr="getter"):
                    wire = node.name
                case ast.Call(
                    func=ast.Attribute(attr="getter"), keywords=[ast.keyword(value=ast.Constant(value=name))]
                ):
                    wire = str(name)
                case ast.Call(func=ast.Attribute(attr="deprecated")):
                    deprecated = True
                case _:
                    continue
        if wire:
            properties[node.name] = _Property(wire, node.returns, deprecated)
    return properties


def assigned(init: ast.FunctionDef) -> Iterator[tuple[str, bool]]:
    """Yield every property set in ``_internal_init`` and whether the SDK can only receive it."""
    for node in ast.walk(init):
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Attribute(attr="__dict__"), slice=ast.Constant(value=str(name)))],
                value=value,
            ):
                yield name, isinstance(value, ast.Constant) and value.value is None
            case _:
                continue


def _required(init: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(init):
        match node:
            case ast.Raise(exc=ast.Call(args=[ast.Constant(value=str(text))])) if text.startswith("Missing required"):
                yield text.split("'")[1]
            case _:
                continue


def secrets(init: ast.FunctionDef) -> Iterator[str]:
    """Yield every property that the SDK asks the engine to keep secret."""
    for node in ast.walk(init):
        match node:
            case ast.keyword(arg="additional_secret_outputs", value=ast.List(elts=names)):
                yield from (str(name.value) for name in names if isinstance(name, ast.Constant))
            case _:
                continue


def _is_optional(annotation: ast.expr) -> bool:
    """Say whether a getter may give ``None``: then the provider computes nothing when the input is left out."""
    match annotation:
        case ast.Subscript(value=ast.Attribute(attr="Output"), slice=inner):
            return _is_optional(inner)
        case ast.Subscript(value=ast.Name(id="Optional")):
            return True
        case _:
            return False


def _functions(tree: ast.Module) -> Iterator[tuple[str, str, list[str]]]:
    """Yield token, result class and argument names (on the wire) of each function that has a result class."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        arguments = sorted(_arguments(node))
        for call in ast.walk(node):
            match call:
                case ast.Call(func=ast.Attribute(attr="invoke"), args=[ast.Constant(value=str(token)), *_]):
                    results = [k.value.id for k in call.keywords if k.arg == "typ" and isinstance(k.value, ast.Name)]
                    if results:
                        yield token, results[0], arguments
                case _:
                    continue


def _arguments(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=ast.Name(id="__args__"), slice=ast.Constant(value=str(name))):
                yield name
            case _:
                continue


def render(table: Table, date: str) -> str:
    """Write a table as JSON with one row a line, so that a reader can find and decode single rows."""
    provenance = {
        "source": "pulumi-aws (PyPI), read as syntax trees",
        "version": table.version,
        "date": date,
        "licence": "Apache-2.0",
        "counts": {"resources": len(table.resources), "functions": len(table.functions), "shapes": len(table.shapes)},
        "legend": "in/req: inputs; out: output only; comp: computed when left out; auto: auto-named property; "
        "shape: s i f b * or [l|m, shape] or a row of shapes",
    }
    shapes = {f"#{index}": row for index, row in enumerate(table.shapes)}
    sections = {"functions": table.functions, "resources": table.resources}
    parts = [f'"{_PROVENANCE_SECTION}":{compact(provenance)}', section("shapes", shapes)]
    parts += [section(title, dict(sorted(rows.items()))) for title, rows in sections.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def section(title: str, rows: Mapping[str, object]) -> str:
    """Write an object of a table with one row a line."""
    return f'"{title}":{{\n' + ",\n".join(f'"{name}":{compact(row)}' for name, row in rows.items()) + "\n}"


def compact(value: object) -> str:
    """Write a value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def changes(old: str, new: str) -> list[str]:
    """Say in lines what differs between two rendered tables; ``old`` may be empty."""
    before = json.loads(old) if old else {}
    after = json.loads(new)
    lines = []
    for section in ("resources", "functions"):
        was, now = before.get(section, {}), after[section]
        lines += [f"+ {name}" for name in sorted(now.keys() - was.keys())]
        lines += [f"- {name}" for name in sorted(was.keys() - now.keys())]
        changed = sum(was[name] != now[name] for name in was.keys() & now.keys())
        lines.append(f"{section}: {len(was)} -> {len(now)}, {changed} changed")
    lines.append(f"shapes: {len(before.get('shapes', {}))} -> {len(after['shapes'])}")
    return lines


def write_atomically(target: Path, text: str) -> None:
    """Replace a file in one step, so that a reader never sees half a table."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
