# SPDX-License-Identifier: Apache-2.0
"""The tables of AWS types, loaded lazily: one row of a file is decoded when it is first asked for.

``types.json``, ``defaults.json`` and ``packages.json`` are generated (one row a line, so a row is found by text
search); ``arns.json`` and ``outputs.json`` are small reviewed files. The forms are described in ``refresh.render``,
``refresh_defaults.render``, ``refresh_packages.render`` and ``arns.render``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from stackproof.wire import Value

__all__ = [
    "Block",
    "FunctionType",
    "ResourceType",
    "Shape",
    "arn_pattern",
    "default_block",
    "function_type",
    "module_prefix",
    "output_templates",
    "package_outputs",
    "provenance",
    "resource_type",
    "shape_row",
    "terraform_name",
]

Shape: TypeAlias = "str | int | list[Shape]"
_Generated: TypeAlias = Literal["types.json", "defaults.json", "packages.json"]


@dataclass(frozen=True, slots=True)
class ResourceType:
    """What the SDK says about one resource type; property names are wire names."""

    token: str
    inputs: frozenset[str]
    required: tuple[str, ...]
    outputs: dict[str, Shape] = field(default_factory=dict)
    computed: dict[str, Shape] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    auto_named: str = ""
    regional: bool = False


@dataclass(frozen=True, slots=True)
class FunctionType:
    """What the SDK says about one function; property names are wire names."""

    token: str
    arguments: tuple[str, ...]
    outputs: dict[str, Shape]


@dataclass(frozen=True, slots=True)
class Block:
    """The defaults of a resource or of a block inside it.

    ``excluded_by`` names the arguments beside which a default is not set; ``nested`` the numbers of the blocks inside;
    ``terraform`` Terraform's names of required arguments that ``terraform_name`` does not give.
    """

    defaults: dict[str, Value] = field(default_factory=dict)
    excluded_by: dict[str, list[str]] = field(default_factory=dict)
    nested: dict[str, int] = field(default_factory=dict)
    terraform: dict[str, str] = field(default_factory=dict)


@cache
def _text(name: str) -> str:
    return resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")


def _row(file: _Generated, section: str, key: str) -> Any:
    """Find and decode one line of a section, ``None`` where it is not there; a section ends at a closing brace."""
    text = _text(file)
    begin = text.index(f'\n"{section}":{{\n')
    end = text.index("\n}", begin)
    start = text.find(f'\n"{key}":', begin, end)
    if start < 0:
        return None
    line = text[start + len(key) + 4 : text.index("\n", start + 1)]
    return json.loads(line.removesuffix(","))


@cache
def resource_type(token: str) -> ResourceType | None:
    """Give the row of a resource type such as ``aws:sqs/queue:Queue``, or ``None`` where there is none."""
    row = _row("types.json", "resources", token)
    if row is None:
        return None
    required = tuple(row.get("req", ()))
    return ResourceType(
        token=token,
        inputs=frozenset(row.get("in", ())) | frozenset(required),
        required=required,
        outputs=row.get("out", {}),
        computed=row.get("comp", {}),
        secrets=frozenset(row.get("secret", ())),
        auto_named=row.get("auto", ""),
        regional=row.get("region", False),
    )


@cache
def function_type(token: str) -> FunctionType | None:
    """Give the row of a function such as ``aws:sqs/getQueue:getQueue``, or ``None`` where there is none."""
    row = _row("types.json", "functions", token)
    return FunctionType(token=token, arguments=tuple(row["in"]), outputs=row["out"]) if row else None


@cache
def shape_row(index: int) -> dict[str, Shape]:
    """Give the properties of a nested object by its number; an unknown number has none."""
    found: dict[str, Shape] | None = _row("types.json", "shapes", f"#{index}")
    return found or {}


@cache
def default_block(key: str | int) -> Block | None:
    """Give the defaults of a type such as ``aws:sqs/queue:Queue``, ``None`` where it has none, or of a nested block."""
    number = _row("defaults.json", "types", key) if isinstance(key, str) else key
    if number is None:
        return None
    row = _row("defaults.json", "rows", f"#{number}") or {}
    numbers = {name: float(value) for name, value in row.get("d", {}).items() if type(value) is int}
    return Block(row.get("d", {}) | numbers, row.get("x", {}), row.get("n", {}), row.get("t", {}))


def terraform_name(name: str) -> str:
    """Give the name that Terraform has for an argument where nobody renamed it: ``role_arn`` for ``roleArn``."""
    return re.sub(r"(?=[A-Z])", "_", name).lower()


@cache
def package_outputs(token: str) -> dict[str, bool]:
    """Give the output-only properties of a type of another package, and whether each is secret."""
    row = _row("packages.json", "types", token) or {"out": []}
    return {name: name in row.get("secret", ()) for name in row["out"]}


@cache
def provenance(file: _Generated = "types.json") -> dict[str, Any]:
    """Give the header of a generated table: source, version, date, licence, counts."""
    header = _text(file).split("\n", 2)[1].removesuffix(",").partition(":")[2]
    found: dict[str, Any] = json.loads(header)
    return found


@cache
def _reviewed(name: Literal["arns.json", "outputs.json"]) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_text(name))
    return table


def arn_pattern(short: str) -> str | None:
    """Give the reviewed ARN template of a type such as ``sqs/queue``, or ``None``."""
    pattern: str | None = _reviewed("arns.json")["arns"].get(short)
    return pattern


def module_prefix(module: str) -> str:
    """Give the beginning of the ARNs of a module, up to the account, as a template."""
    found: str = _reviewed("arns.json")["modules"].get(module, module)
    return found if ":" in found else f"arn:{{partition}}:{found}:{{region}}:{{account}}"


def output_templates(short: str) -> dict[str, Any]:
    """Give the reviewed output templates of a type such as ``sqs/queue`` (``id`` among them), or an empty dict."""
    found: dict[str, Any] = _reviewed("outputs.json")["types"].get(short, {})
    return found
