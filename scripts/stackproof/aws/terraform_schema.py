# SPDX-License-Identifier: Apache-2.0
"""The schemas of Terraform's AWS provider, read from its source: which arguments have which default.

Only what is declared as a constant is read. What is computed is kept as ``unread``, with its place, so that it can be
counted and listed instead of being guessed.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from stackproof.aws.go_source import OPAQUE, Call, Composite, Function, GoPackage, Literal, Name, read_go_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from stackproof.aws.go_source import Expression

__all__ = ["Argument", "Constants", "Enumerations", "TerraformProvider"]

Scalar: TypeAlias = "str | float | bool"

_MODULE = "github.com/hashicorp/terraform-provider-aws/"
_SDK = re.compile(r"github\.com/aws/aws-sdk-go(?:/service/(\w+)|-v2/service/(\w+)/types)$")
_CONVERSIONS = frozenset({"string", "int", "int64", "float64", "bool"})
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a resource or block. ``default`` is ``None`` where there is none.

    ``excluded_by`` names the arguments of the same block beside which it may not stand; ``unread`` says what could
    not be read of it; ``block`` holds the arguments of a nested block.
    """

    default: Scalar | None = None
    excluded_by: tuple[str, ...] = ()
    deprecated: bool = False
    is_input: bool = True
    required: bool = False
    unread: str = ""
    block: dict[str, Argument] | None = None


class Constants(Protocol):
    """What the constants of the AWS SDK for Go stand for."""

    def value(self, service: str, constant: str) -> str | None:
        """Give the text of a constant such as ``ec2``, ``VolumeTypeStandard``; ``None`` where it is not certain."""
        ...


class Enumerations:
    """The enumerations of botocore's service models, from which the constants of the Go SDK are generated.

    A constant is the name of its type followed by its value without punctuation, so it is looked up in that form; one
    that could stand for two values is not given.
    """

    def __init__(self, folder: Path) -> None:
        """Read models below the folder ``data`` of botocore, each when it is first asked for."""
        self._paths: dict[str, Path] = {}
        self._constants: dict[str, dict[str, set[str]]] = {}
        for path in sorted(folder.glob("*/*/service-2.json.gz")):
            self._paths[_plain(path.parent.parent.name)] = path
        self._by_id: dict[str, Path] | None = None

    def value(self, service: str, constant: str) -> str | None:
        """Give the text that a constant stands for; see ``Constants``."""
        found = self._of(service).get(_plain(constant), set())
        return next(iter(found)) if len(found) == 1 else None

    def _of(self, service: str) -> dict[str, set[str]]:
        if service not in self._constants:
            path = self._paths.get(service) or self._ids().get(service)
            self._constants[service] = _enumerations(json.loads(gzip.decompress(path.read_bytes()))) if path else {}
        return self._constants[service]

    def _ids(self) -> dict[str, Path]:
        """Index the models by the names from which the two versions of the Go SDK make package names."""
        if self._by_id is None:
            self._by_id = {}
            for path in self._paths.values():
                metadata = json.loads(gzip.decompress(path.read_bytes()))["metadata"]
                for key in ("serviceId", "serviceAbbreviation", "serviceFullName"):
                    name = re.sub(r"^(Amazon|AWS)\s", "", str(metadata.get(key, "")))
                    self._by_id.setdefault(_plain(name), path)
        return self._by_id


def _enumerations(model: Mapping[str, dict[str, dict[str, list[str]]]]) -> dict[str, set[str]]:
    constants: dict[str, set[str]] = {}
    for name, shape in model["shapes"].items():
        for value in shape.get("enum", []):
            constants.setdefault(_plain(f"{name}{value}"), set()).add(value)
    return constants


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a name is looked up: a package, and what a function bound before it returned."""

    package: GoPackage
    locals: dict[str, Expression] = field(default_factory=dict)


class TerraformProvider:
    """The resources of a checkout of terraform-provider-aws that are written against Terraform's SDK v2.

    Those written against its newer framework get their defaults while planning, not in Check, and are not read.
    """

    def __init__(self, checkout: Path, constants: Constants) -> None:
        """Read a checkout. Raises ``ValueError`` where the folder is none."""
        self._root = checkout
        self._sdk = constants
        self._services = sorted(path for path in (checkout / "internal" / "service").glob("*") if path.is_dir())
        if not self._services:
            message = f"no internal/service in {checkout}: give the folder of a checkout of terraform-provider-aws"
            raise ValueError(message)

    def resources(self) -> Iterator[tuple[str, dict[str, Argument] | None]]:
        """Yield name and arguments of each resource; ``None`` where its schema could not be read."""
        for folder in self._services:
            package = read_go_package(folder)
            for name, function in package.registered.items():
                yield name, self._block(Call(function, ()), _Scope(package), 0)

    def _block(self, expression: Expression, scope: _Scope, depth: int) -> dict[str, Argument] | None:
        """Read what is declared as ``&schema.Resource{Schema: …}``."""
        found, scope = self._resolved(expression, scope)
        if not isinstance(found, Composite) or depth > _DEEPEST:
            return None
        fields = found.fields()
        declared, inner = self._resolved(fields.get("Schema", fields.get("SchemaFunc", OPAQUE)), scope)
        if not isinstance(declared, Composite):
            return None
        arguments: dict[str, Argument] = {}
        for key, value in declared.entries:
            name = self._constant(key or OPAQUE, inner)
            if not isinstance(name, str):
                return None
            arguments[name] = self._argument(value, inner, depth)
        return _without_rivals(arguments)

    def _argument(self, expression: Expression, scope: _Scope, depth: int) -> Argument:
        found, scope = self._resolved(expression, scope)
        if not isinstance(found, Composite):
            return Argument(unread="schema")
        fields = found.fields()
        default = self._constant(fields.get("Default", Literal(None)), scope)
        unread = "default" if "DefaultFunc" in fields or default is OPAQUE else ""
        element, inner = self._resolved(fields.get("Elem", Literal(None)), scope)
        block = None
        if isinstance(element, Composite) and {"Schema", "SchemaFunc"} & element.fields().keys():
            block = self._block(element, inner, depth + 1)
            unread = unread or ("" if block is not None else "block")
        return Argument(
            default=default if isinstance(default, str | float | int | bool) else None,
            excluded_by=(*self._names(fields, "ConflictsWith", scope), *self._names(fields, "ExactlyOneOf", scope)),
            deprecated="Deprecated" in fields,
            is_input="Optional" in fields or "Required" in fields,
            required="Required" in fields,
            unread=unread,
            block=block,
        )

    def _names(self, fields: dict[str, Expression], key: str, scope: _Scope) -> Iterator[str]:
        listed, inner = self._resolved(fields.get(key, Literal(None)), scope)
        entries = listed.entries if isinstance(listed, Composite) else ()
        yield from (name for _, item in entries if isinstance(name := self._constant(item, inner), str))

    def _resolved(self, expression: Expression, scope: _Scope) -> tuple[Expression, _Scope]:
        """Follow names and calls to what they stand for."""
        for _ in range(_DEEPEST):
            match expression:
                case Name(text) | Call(text):
                    expression, scope = self._looked_up(text, scope, called=isinstance(expression, Call))
                case Function(result, bound):
                    expression, scope = result, _Scope(scope.package, bound)
                case _:
                    break
        return expression, scope

    def _looked_up(self, text: str, scope: _Scope, *, called: bool) -> tuple[Expression, _Scope]:
        owner, _, name = text.rpartition(".")
        if not owner and name in scope.locals:
            return scope.locals[name], scope
        package = self._package(owner, scope)
        if package is None:
            return OPAQUE, scope
        known = package.functions if called else package.constants
        return known.get(name, OPAQUE), _Scope(package)

    def _package(self, alias: str, scope: _Scope) -> GoPackage | None:
        if not alias:
            return scope.package
        own = [path for path in scope.package.imports.get(alias, ()) if path.startswith(_MODULE)]
        return read_go_package(self._root / own[0].removeprefix(_MODULE)) if len(own) == 1 else None

    def _constant(self, expression: Expression, scope: _Scope) -> Scalar | Expression | None:
        """Give a constant's value, ``None`` for ``nil``, ``OPAQUE`` for what is no constant."""
        match expression:
            case Literal(value):
                return value
            case Call(function, (argument,)) if function in _CONVERSIONS:
                return self._constant(argument, scope)
            case Name(text):
                owner, _, name = text.rpartition(".")
                services = [m for path in scope.package.imports.get(owner, ()) if (m := _SDK.fullmatch(path))]
                if len(services) == 1:
                    return self._sdk.value(services[0][1] or services[0][2], name) or OPAQUE
                found, inner = self._looked_up(text, scope, called=False)
                return OPAQUE if found is OPAQUE else self._constant(found, inner)
            case _:
                return OPAQUE


def _without_rivals(arguments: dict[str, Argument]) -> dict[str, Argument]:
    """Make exclusion mutual, and keep no default where a rival has one: the bridge then sets neither."""
    rivals: dict[str, set[str]] = {name: set(argument.excluded_by) - {name} for name, argument in arguments.items()}
    for name, others in list(rivals.items()):
        for other in others & arguments.keys():
            rivals[other].add(name)
    made = {}
    for name, argument in arguments.items():
        beaten = any(arguments[other].default is not None for other in rivals[name] & arguments.keys())
        default = None if beaten else argument.default
        made[name] = replace(argument, default=default, excluded_by=tuple(sorted(rivals[name] & arguments.keys())))
    return made
