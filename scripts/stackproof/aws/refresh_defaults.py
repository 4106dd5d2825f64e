# SPDX-License-Identifier: Apache-2.0
"""The table of defaults in ``data/defaults.json``: Terraform's defaults under Pulumi's names.

A default is kept only where three sources agree: Terraform's schema declares it as a constant, pulumi-aws maps the
resource to a type, and the Python SDK of pulumi-aws has the argument as an optional one that is not deprecated and
whose description names no other default.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackproof.aws.go_source import Call, Composite, Literal, Name, read_go_package
from stackproof.aws.refresh import compact, section
from stackproof.aws.tables import terraform_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stackproof.aws.go_source import Expression
    from stackproof.aws.terraform_schema import Argument, TerraformProvider

__all__ = ["Overrides", "PythonSdk", "SdkArgument", "Table", "build", "changes", "render"]


@dataclass(frozen=True, slots=True)
class SdkArgument:
    """An argument as the SDK has it. ``block`` names the class of a nested one; ``said`` are defaults in its text.

    A ``computed`` one always has a value afterwards, though it may be left out: the cloud chooses it, so that
    Terraform can have no default for it.
    """

    optional: bool
    deprecated: bool
    computed: bool
    block: str
    said: frozenset[str]


class PythonSdk:
    """The input classes of an installed ``pulumi_aws``."""

    def __init__(self, package: Path) -> None:
        """Find the file of each type. Raises ``ValueError`` where the folder is not the package."""
        self._paths: dict[str, Path] = {}
        self._classes: dict[Path, dict[str, ast.ClassDef]] = {}
        for path in sorted(package.rglob("*.py")):
            for token in _TYPE_TOKEN.findall(path.read_text(encoding="utf-8")):
                self._paths[token] = path
        if not self._paths:
            message = f"no resource types in {package}: give the folder of an installed pulumi_aws"
            raise ValueError(message)

    def tokens(self) -> frozenset[str]:
        """Give every type there is."""
        return frozenset(self._paths)

    def arguments(self, token: str, block: str) -> dict[str, SdkArgument]:
        """Give the arguments of a type by their names on the wire, or those of one of its blocks by its class."""
        path = self._paths[token]
        name = block or f"{token.rpartition(':')[2]}Args"
        found = self._in(path.parent / "_inputs.py" if block else path).get(name)
        result = self._in(path.parent / "outputs.py" if block else path).get(name.removesuffix("Args"))
        return _sdk_arguments(found, _always_set(result)) if found else {}

    def _in(self, path: Path) -> dict[str, ast.ClassDef]:
        if path not in self._classes:
            body = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
            self._classes[path] = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
        return self._classes[path]


_TYPE_TOKEN = re.compile(r'^@pulumi\.type_token\("(aws:[^"]+)"\)', re.MULTILINE)
_SAID = re.compile(
    r"(?:[Dd]efaults? (?:value |for this attribute |behavior )?(?:is|to|of)|[Dd]efault:) (?:set to |the )?"
    r"(?:`\"?([^`]*?)\"?`|\"([^\"]*)\"|([\w.$:*-]+))"
)


def _always_set(result: ast.ClassDef | None) -> frozenset[str]:
    """Give the properties of a resource or block, by their Python names, that are never ``None``."""
    getters = (node for node in (result.body if result else ()) if isinstance(node, ast.FunctionDef) and node.returns)
    return frozenset(node.name for node in getters if "Optional[" not in ast.unparse(node.returns or node))


def _sdk_arguments(found: ast.ClassDef, always_set: frozenset[str]) -> dict[str, SdkArgument]:
    """Read the getters of an input class, and from its constructor which of them may be left out."""
    required: set[str] = set()
    arguments: dict[str, SdkArgument] = {}
    for node in found.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name == "__init__":
            given = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            required = {argument.arg for argument, default in given if default is None}
        wire = next((name for decorator in node.decorator_list if (name := _wire_name(decorator, node.name))), "")
        if wire and node.returns is not None:
            deprecated = any("deprecated" in ast.unparse(decorator) for decorator in node.decorator_list)
            blocks = re.findall(r"'(\w+Args)'", ast.unparse(node.returns))
            said = frozenset("".join(match).rstrip(".:,") for match in _SAID.findall(ast.get_docstring(node) or ""))
            block = blocks[0] if len(blocks) == 1 else ""
            arguments[wire] = SdkArgument(node.name not in required, deprecated, node.name in always_set, block, said)
    return arguments


def _wire_name(decorator: ast.expr, python_name: str) -> str:
    match decorator:
        case ast.Attribute(attr="getter"):
            return python_name
        case ast.Call(func=ast.Attribute(attr="getter"), keywords=[ast.keyword(value=ast.Constant(value=str(name)))]):
            return name
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class _Field:
    """What pulumi-aws says about one argument."""

    name: str = ""
    default: str | float | bool | None = None
    fields: dict[str, _Field] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a checkout of pulumi-aws says about types and arguments, read from ``provider/``."""

    modules: dict[str, str]
    types: dict[str, str]
    fields: dict[str, dict[str, _Field]]

    @classmethod
    def read(cls, checkout: Path) -> Overrides:
        """Read a checkout. Raises ``ValueError`` where its declarations are not where they are expected."""
        package = read_go_package(checkout / "provider")
        declared = package.functions.get("resourceOverrides")
        modules = package.constants.get("moduleMap")
        if declared is None or not isinstance(declared.result, Composite) or not isinstance(modules, Composite):
            message = f"no moduleMap and resourceOverrides in {checkout}/provider: give a checkout of pulumi-aws"
            raise ValueError(message)
        names = {key: value.value for key, value in package.constants.items() if isinstance(value, Literal)}
        found = cls({}, {}, {})
        for key, value in modules.entries:
            module = _named(value, names)
            if isinstance(key, Literal) and module:
                found.modules[str(key.value)] = module
        for key, value in declared.result.entries:
            if isinstance(key, Literal) and isinstance(value, Composite):
                found._resource(str(key.value), value.fields(), names, package.constants)
        return found

    def _resource(
        self,
        name: str,
        info: Mapping[str, Expression],
        names: Mapping[str, object],
        constants: Mapping[str, Expression],
    ) -> None:
        match info.get("Tok"):
            case Call("awsResource", (module, Literal(str(title)))):
                self.types[name] = _token(_named(module, names), title)
            case _:
                pass
        self.fields[name] = _fields(info.get("Fields"), constants)

    def token(self, resource: str) -> str:
        """Give the type of a Terraform resource, ``""`` where no rule says which."""
        if resource in self.types:
            return self.types[resource]
        if resource in _STATED_ELSEWHERE:
            return _token(*_STATED_ELSEWHERE[resource])
        rest = resource.removeprefix("aws_")
        prefixes = [prefix for prefix in self.modules if rest.startswith(f"{prefix}_")]
        if not prefixes:
            return ""
        prefix = max(prefixes, key=len)
        words = rest.removeprefix(f"{prefix}_").split("_")
        return _token(self.modules[prefix], "".join(word[:1].upper() + word[1:] for word in words))


_STATED_ELSEWHERE = {
    "aws_alb": ("alb", "LoadBalancer"),
    "aws_app_cookie_stickiness_policy": ("elb", "AppCookieStickinessPolicy"),
    "aws_elb": ("elb", "LoadBalancer"),
    "aws_lb": ("lb", "LoadBalancer"),
    "aws_lb_cookie_stickiness_policy": ("elb", "LoadBalancerCookieStickinessPolicy"),
    "aws_lb_ssl_negotiation_policy": ("elb", "SslNegotiationPolicy"),
    "aws_load_balancer_backend_server_policy": ("elb", "LoadBalancerBackendServerPolicy"),
    "aws_load_balancer_listener_policy": ("elb", "ListenerPolicy"),
    "aws_load_balancer_policy": ("elb", "LoadBalancerPolicy"),
}
"""Module and title of types that pulumi-aws names in statements rather than in its table of overrides."""


def _token(module: str, title: str) -> str:
    return f"aws:{module.lower()}/{title[:1].lower()}{title[1:]}:{title}"


def _named(expression: Expression, names: Mapping[str, object]) -> str:
    match expression:
        case Literal(str(text)):
            return text
        case Name(name):
            return str(names.get(name, ""))
        case _:
            return ""


def _fields(expression: Expression | None, constants: Mapping[str, Expression]) -> dict[str, _Field]:
    entries = expression.entries if isinstance(expression, Composite) else ()
    return {
        str(key.value): _field(value.fields(), constants)
        for key, value in entries
        if isinstance(key, Literal) and isinstance(value, Composite)
    }


def _field(info: Mapping[str, Expression], constants: Mapping[str, Expression]) -> _Field:
    default = info.get("Default")
    if isinstance(default, Name):
        default = constants.get(default.text)
    value = default.fields().get("Value") if isinstance(default, Composite) else None
    element = info.get("Elem")
    inner = element.fields() if isinstance(element, Composite) else info
    return _Field(
        name=_named(info.get("Name", Literal("")), {}),
        default=value.value if isinstance(value, Literal) else None,
        fields=_fields(inner.get("Fields"), constants),
    )


@dataclass(slots=True)
class Table:
    """Rows of defaults, equal ones once, and what could not be used of the sources, by reason."""

    rows: list[dict[str, object]] = field(default_factory=list)
    types: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, row: dict[str, object]) -> int:
        """Give the number of a row, a new one where none is equal."""
        text = compact(row)
        if text not in self._numbers:
            self._numbers[text] = len(self.rows)
            self.rows.append(row)
        return self._numbers[text]

    def leave_out(self, reason: str, what: str) -> None:
        """Count and list something that is not in the table."""
        self.left_out.setdefault(reason, []).append(what)


def build(terraform: TerraformProvider, overrides: Overrides, sdk: PythonSdk, rewritten: frozenset[str]) -> Table:
    """Make the table, without ``rewritten`` resources: those that the provider behind the SDK has on the framework."""
    table = Table()
    for resource, arguments in terraform.resources():
        token = overrides.token(resource)
        if resource in rewritten:
            table.leave_out("rewritten", resource)
        elif token not in sdk.tokens():
            table.leave_out("unmapped", resource)
        elif arguments is None:
            table.leave_out("unread resource", resource)
        else:
            reader = _Reader(table, sdk, token)
            row = reader.row(arguments, overrides.fields.get(resource, {}), "", resource)
            if row:
                table.types[token] = table.number(row)
    return table


@dataclass(frozen=True, slots=True)
class _Reader:
    """Names the defaults of one resource as Pulumi does."""

    table: Table
    sdk: PythonSdk
    token: str

    def row(
        self,
        arguments: Mapping[str, Argument],
        overrides: Mapping[str, _Field],
        block: str,
        path: str,
    ) -> dict[str, object]:
        """Give defaults, exclusions and nested rows of one block."""
        known = self.sdk.arguments(self.token, block)
        names = {name: _pulumi_name(name, known, overrides.get(name, _Field())) for name in arguments}
        defaults: dict[str, object] = {}
        exclusions: dict[str, object] = {}
        nested: dict[str, object] = {}
        for name, argument in arguments.items():
            override, where, wire = overrides.get(name, _Field()), f"{path}.{name}", names[name]
            if argument.unread and argument.is_input and override.default is None:
                self.table.leave_out(f"unread {argument.unread}", where)
            default = override.default if override.default is not None else argument.default
            if default is not None and self._agreed(default, argument, known.get(wire), where, override):
                defaults[wire] = default
                rivals = sorted(names[rival] for rival in argument.excluded_by if names[rival])
                exclusions |= {wire: rivals} if rivals else {}
            if argument.block is not None and wire and known[wire].block:
                inner = self.row(argument.block, override.fields, known[wire].block, where)
                nested[wire] = self.table.number(inner)
        parts = {"d": defaults, "x": exclusions, "n": nested, "t": {} if block else _renamed(arguments, names)}
        return {key: dict(sorted(part.items())) for key, part in parts.items() if part}

    def _agreed(
        self,
        default: object,
        argument: Argument,
        found: SdkArgument | None,
        where: str,
        override: _Field,
    ) -> bool:
        reason = ""
        if found is None:
            reason = "unknown to the SDK"
        elif not found.optional or found.deprecated or argument.deprecated:
            reason = "required or deprecated"
        elif found.computed and override.default is None:
            reason = "computed"
        elif found.said and override.default is None and not any(_same(default, said) for said in found.said):
            reason = "contradicted by the SDK's text"
        if reason:
            self.table.leave_out(reason, f"{where} = {compact(default)}" if "text" in reason else where)
        else:
            self.table.counts["defaults"] += 1
        return not reason


def _renamed(arguments: Mapping[str, Argument], names: Mapping[str, str]) -> dict[str, object]:
    """Give Terraform's name of each required argument whose name in Pulumi does not tell it."""
    return {
        names[name]: name
        for name, argument in arguments.items()
        if argument.required and names[name] and terraform_name(names[name]) != name
    }


def _same(default: object, said: str) -> bool:
    text = compact(default).strip('"').lower()
    return text == said.lower() or (text.removesuffix(".0") == said.rstrip("smhd%").removesuffix(".0"))


def _pulumi_name(name: str, known: Mapping[str, object], override: _Field) -> str:
    """Give the name of an argument in the SDK, ``""`` where there is none or more than one would do."""
    words = name.split("_")
    camel = words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])
    if override.name or camel in known:
        found = {override.name or camel} & known.keys()
    else:
        plurals = {f"{camel}s", f"{camel}es", re.sub(r"y$", "ies", camel)}
        found = (plurals | {camel.removesuffix("s")}) & known.keys()
    return next(iter(found)) if len(found) == 1 else ""


def render(table: Table, provenance: Mapping[str, object]) -> str:
    """Write a table as JSON with one row a line; what is not in it is counted, and listed by reason."""
    counts = {
        "types": len(table.types),
        "rows": len(table.rows),
        "defaults": table.counts["defaults"],
        "left out": {reason: len(listed) for reason, listed in sorted(table.left_out.items())},
    }
    legend = (
        "d: defaults; x: arguments beside which a default is not set; n: rows of nested blocks; "
        "t: Terraform's names of required arguments where they are not told by Pulumi's"
    )
    head = {**provenance, "counts": counts, "legend": legend}
    parts = [
        f'"provenance":{compact(head)}',
        section("rows", {f"#{number}": row for number, row in enumerate(table.rows)}),
        section("types", dict(sorted(table.types.items()))),
        section("left out", {reason: sorted(set(listed)) for reason, listed in sorted(table.left_out.items())}),
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def changes(old: str, new: str) -> list[str]:
    """Say in lines what differs between two rendered tables; ``old`` may be empty."""
    was, now = _flat(old), _flat(new)
    lines = [f"- {path}" for path in sorted(was.keys() - now.keys())]
    lines += [f"+ {path}" for path in sorted(now.keys() - was.keys())]
    both = sorted(was.keys() & now.keys())
    lines += [f"{path}: {was[path]} -> {now[path]}" for path in both if was[path] != now[path]]
    return [*lines, f"defaults: {len(was)} -> {len(now)}"]


def _flat(text: str) -> dict[str, str]:
    """List every default of a rendered table by its type and path."""
    table = json.loads(text) if text else {"types": {}}
    flat: dict[str, str] = {}

    def add(number: int, path: str) -> None:
        row = table["rows"][f"#{number}"]
        flat.update({f"{path}.{name}": compact(value) for name, value in row.get("d", {}).items()})
        for name, inner in row.get("n", {}).items():
            add(inner, f"{path}.{name}")

    for token, number in table["types"].items():
        add(number, token)
    return flat
