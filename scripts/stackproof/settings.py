# SPDX-License-Identifier: Apache-2.0
"""The tool's own settings: `[tool.stackproof]` of the nearest `pyproject.toml`, or `stackproof.toml`.

Read strictly: an unknown key, a value of the wrong type, or a property that a known function or resource does not
have is a `UsageError` that names the file, the key and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackproof.aws import World
from stackproof.aws.tables import function_type, provenance, resource_type
from stackproof.errors import UsageError
from stackproof.model import Strictness
from stackproof.outside import FunctionAnswer, Outside, ResourceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from stackproof.wire import Properties, Value

__all__ = [
    "PROTECTED_TYPES",
    "GatecheckSettings",
    "PlanLimits",
    "Settings",
    "StackReference",
    "find_settings",
    "load_settings",
]

PROTECTED_TYPES = (
    "aws:cognito/userPool:UserPool",
    "aws:codecommit/repository:Repository",
    "aws:dynamodb/globalTable:GlobalTable",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:kms/key:Key",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:redshift/cluster:Cluster",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:secretsmanager/secret:Secret",
)
"""Types whose loss is the loss of data, or of the way in: what `protected-types` is where nobody sets it."""

_PYPROJECT = "pyproject.toml"
_STANDALONE = "stackproof.toml"
_TABLES = ("account", "checksums", "functions", "gatecheck", "plan", "resources", "stack-references", "stacks")
_EXECUTABLE = re.compile(r"^pulumi(?:-(?:language|resource)-[A-Za-z0-9_-]+(?:@\d+\.\d+\.\d+[\w.+-]*)?)?$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_TOKEN = re.compile(r"^[A-Za-z0-9-]+:[A-Za-z0-9_/.-]*:[A-Za-z0-9_]+$")
_FORMS = {
    "id": (re.compile(r"^\d{12}$"), "an account's twelve digits, as text"),
    "region": (re.compile(r"^[a-z]{2}(-[a-z]+)+-\d$"), "a region such as eu-west-1"),
    "partition": (re.compile(r"^aws(-[a-z]+)*$"), "a partition such as aws or aws-cn"),
    "caller-arn": (re.compile(r"^arn:[^:]+:(iam|sts)::\d{12}:.+$"), "the ARN of a user or of a role's session"),
}
_FIELDS = {"id": "account_id", "region": "region", "partition": "partition", "caller-arn": "caller_arn"}


@dataclass(frozen=True, slots=True)
class StackReference:
    """Where the outputs of another stack come from: a file, or the preview of a program for one of its stacks."""

    name: str
    outputs: Path | None = None
    program: Path | None = None
    stack: str = ""


@dataclass(frozen=True, slots=True)
class GatecheckSettings:
    """What gatecheck goes by: commands and actions that deploy or judge besides those known, and the aggregator job."""

    deploy_commands: tuple[str, ...] = ()
    gate_commands: tuple[str, ...] = ()
    aggregator: str = "gate"


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What a plan may not destroy unless it is told to, by the URN: these types, or more than so many resources."""

    protected_types: tuple[str, ...] = PROTECTED_TYPES
    most_deletions: int = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings say; without a file, all defaults. ``path`` is that file.

    ``outside`` holds the answers to calls and reads; other stacks' outputs are yet to be found by their references.
    ``checksums`` are SHA-256 hashes of executables, as 64 hexadecimal digits by the executable's name.
    """

    world: World = field(default_factory=World)
    outside: Outside = field(default_factory=Outside)
    stack_references: tuple[StackReference, ...] = ()
    stacks: dict[str, Strictness] = field(default_factory=dict)
    gatecheck: GatecheckSettings = GatecheckSettings()
    plan: PlanLimits = field(default_factory=PlanLimits)
    checksums: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None


def find_settings(program: Path) -> Path | None:
    """Find the settings of a program: from its folder upwards, to the root of its repository.

    In each folder a `pyproject.toml` with a table `[tool.stackproof]` counts, else a `stackproof.toml`.

    Raises:
        UsageError: a folder has both, or a `pyproject.toml` on the way cannot be read.

    """
    start = program.resolve()
    for folder in (start, *start.parents):
        pyproject, standalone = folder / _PYPROJECT, folder / _STANDALONE
        has_table = pyproject.is_file() and "stackproof" in _tools(pyproject, _parsed(pyproject))
        if has_table and standalone.is_file():
            message = f"{folder}: both {_PYPROJECT} and {_STANDALONE} hold settings; keep one of them"
            raise UsageError(message)
        if has_table or standalone.is_file():
            return pyproject if has_table else standalone
        if (folder / ".git").exists():
            return None
    return None


def load_settings(path: Path) -> Settings:
    """Read a file: the table `[tool.stackproof]` of a `pyproject.toml`, or the whole of any other.

    Raises:
        UsageError: the file is missing or malformed.

    """
    parsed = _parsed(path)
    content: object = parsed
    if path.name == _PYPROJECT:
        content = _tools(path, parsed).get("stackproof")
        if content is None:
            message = f"{path} has no table [tool.stackproof]; add it, or name another file"
            raise UsageError(message)
    table = _Table.of(path, "", content, _TABLES)
    return Settings(
        world=_world(table.table("account", tuple(_FORMS))),
        outside=Outside(
            functions=tuple(map(_function, table.tables("functions", ("token", "arguments", "result")))),
            resources=tuple(map(_resource, table.tables("resources", ("type", "id", "values")))),
        ),
        stack_references=tuple(_references(table)),
        stacks=dict(_stacks(table)),
        gatecheck=_gatecheck(table.table("gatecheck", ("deploy-commands", "gate-commands", "aggregator"))),
        checksums=_checksums(table.table("checksums", None)),
        plan=_limits(table.table("plan", ("protected-types", "most-deletions"))),
        path=path,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a settings file, with the place of every complaint about it."""

    file: Path
    key: str
    values: dict[str, object]

    @classmethod
    def of(cls, file: Path, key: str, value: object, allowed: tuple[str, ...] | None) -> _Table:
        """Take a value as a table, of which only the keys ``allowed`` may be there (``None``: any)."""
        if not isinstance(value, dict):
            message = f"{file}: {key or 'the settings'} must be a table, not {_kind(value)}"
            raise UsageError(message)
        made = cls(file, key, value)
        for name in value:
            if allowed is not None and name not in allowed:
                message = f"{file}: {made.place(name)} is not a setting; allowed here: {', '.join(allowed)}"
                raise UsageError(message)
        return made

    def place(self, name: str) -> str:
        """Give the full key of a value."""
        return f"{self.key}.{name}" if self.key else name

    def table(self, name: str, allowed: tuple[str, ...] | None) -> _Table:
        """Give a table inside, an empty one where there is none."""
        return _Table.of(self.file, self.place(name), self.values.get(name, {}), allowed)

    def tables(self, name: str, allowed: tuple[str, ...]) -> list[_Table]:
        """Give an array of tables inside."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            message = f"{self.file}: {self.place(name)} must be an array of tables [[…{name}]], not {_kind(value)}"
            raise UsageError(message)
        return [_Table.of(self.file, f"{self.place(name)}[{i}]", item, allowed) for i, item in enumerate(value)]

    def text(self, name: str) -> str:
        """Give a text that must be there."""
        value = self.values.get(name)
        if isinstance(value, str) and value:
            return value
        message = f"{self.file}: {self.place(name)} must be text, not {_kind(value)}"
        raise UsageError(message)

    def texts(self, name: str) -> tuple[str, ...]:
        """Give an array of texts, none of them empty; an empty one where there is none."""
        value = self.values.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
            return tuple(value)
        message = f"{self.file}: {self.place(name)} must be an array of texts, not {_kind(value)}"
        raise UsageError(message)

    def properties(self, name: str) -> Properties:
        """Give a table inside as wire values."""
        inner = self.table(name, None)
        return {key: _wire(value, inner, inner.place(key)) for key, value in inner.values.items()}

    def refuse(self, name: str, words: str) -> UsageError:
        """Make the error about one key."""
        return UsageError(f"{self.file}: {self.place(name)} {words}")


def _parsed(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        message = f"{path}: not valid TOML: {error}; mend the file"
        raise UsageError(message) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise UsageError(message) from error


def _tools(path: Path, parsed: dict[str, object]) -> dict[str, object]:
    return _Table.of(path, "tool", parsed.get("tool", {}), None).values


def _kind(value: object) -> str:
    names = {dict: "a table", list: "an array", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), "a date or time")


def _wire(value: object, table: _Table, place: str) -> Value:
    """Give a TOML value as it travels: numbers are floats, and there are no dates."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list):
        return [_wire(item, table, f"{place}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {str(key): _wire(item, table, f"{place}.{key}") for key, item in value.items()}
    message = f"{table.file}: {place} is a date or time, which no property is; write it as text"
    raise UsageError(message)


def _world(account: _Table) -> World:
    given = {}
    for name in account.values:
        form, words = _FORMS[name]
        value = account.text(name)
        if not form.match(value):
            raise account.refuse(name, f"must be {words}, not {value!r}")
        given[_FIELDS[name]] = value
    return World(**given)


def _gatecheck(table: _Table) -> GatecheckSettings:
    return GatecheckSettings(
        deploy_commands=table.texts("deploy-commands"),
        gate_commands=table.texts("gate-commands"),
        aggregator=table.text("aggregator") if "aggregator" in table.values else GatecheckSettings().aggregator,
    )


def _function(entry: _Table) -> FunctionAnswer:
    token = _token(entry, "token")
    arguments, result = entry.properties("arguments"), entry.properties("result")
    known = function_type(token)
    if known is None and token.startswith("aws:"):
        raise entry.refuse("token", f"names no function of pulumi-aws {_version()}: {token}; correct it")
    if known is not None:
        _refuse_unknown(entry, "arguments", arguments, known.arguments)
        _refuse_unknown(entry, "result", result, known.outputs)
    if not result:
        raise entry.refuse("result", "is empty; give the values that the function answers")
    return FunctionAnswer(token, arguments, result, _shown(entry))


def _resource(entry: _Table) -> ResourceAnswer:
    token, values = _token(entry, "type"), entry.properties("values")
    known = resource_type(token)
    if known is None and token.startswith("aws:"):
        raise entry.refuse("type", f"names no resource type of pulumi-aws {_version()}: {token}; correct it")
    if known is not None:
        _refuse_unknown(entry, "values", values, {*known.inputs, *known.outputs, *known.computed})
    if not values:
        raise entry.refuse("values", "is empty; give the properties that the resource has")
    return ResourceAnswer(token, entry.text("id"), values, _shown(entry))


def _token(entry: _Table, name: str) -> str:
    token = entry.text(name)
    if not _TOKEN.match(token):
        raise entry.refuse(name, f"must be a token such as aws:ssm/getParameter:getParameter, not {token!r}")
    return token


def _version() -> object:
    return provenance().get("version", "?")


def _refuse_unknown(entry: _Table, name: str, given: Properties, known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise entry.refuse(f"{name}.{key}", f"does not exist; there are: {', '.join(sorted(known)) or 'none'}")


def _shown(entry: _Table) -> str:
    return f"{entry.file.name} {entry.key}"


def _stacks(table: _Table) -> Iterable[tuple[str, Strictness]]:
    stacks = table.table("stacks", None)
    for name in stacks.values:
        entry = stacks.table(name, ("advisory", "unproven"))
        origin = f"{entry.key} in {entry.file.name}"
        default = Strictness()
        yield (
            name,
            Strictness(
                unproven=_blocks(entry, "unproven", default=default.unproven),
                advisory=_blocks(entry, "advisory", default=default.advisory),
                origin=origin,
            ),
        )


def _blocks(entry: _Table, name: str, *, default: bool) -> bool:
    value = entry.values.get(name)
    if value is None:
        return default
    if value not in {"block", "warn"}:
        raise entry.refuse(name, f'must be "block" or "warn", not {value!r}')
    return value == "block"


def _limits(entry: _Table) -> PlanLimits:
    types = entry.values.get("protected-types", [*PROTECTED_TYPES])
    if not isinstance(types, list) or not all(isinstance(item, str) and _TOKEN.match(item) for item in types):
        raise entry.refuse("protected-types", "must be an array of tokens such as aws:s3/bucket:Bucket")
    most = entry.values.get("most-deletions", PlanLimits().most_deletions)
    if type(most) is not int or most < 0:
        raise entry.refuse("most-deletions", f"must be a whole number, 0 or more, not {most!r}")
    return PlanLimits(tuple(types), most)


def _checksums(table: _Table) -> dict[str, str]:
    for name in table.values:
        if not _EXECUTABLE.match(name):
            raise table.refuse(name, "names no executable, such as pulumi or pulumi-resource-aws@7.51.1")
        if not _SHA256.match(table.text(name)):
            raise table.refuse(name, "must be a SHA-256 hash, as 64 lower-case hexadecimal digits")
    return {name: table.text(name) for name in table.values}


def _references(table: _Table) -> Iterable[StackReference]:
    references = table.table("stack-references", None)
    for name in references.values:
        yield _reference(name, references.table(name, ("outputs", "program", "stack")))


def _reference(name: str, entry: _Table) -> StackReference:
    base = entry.file.parent
    if ("outputs" in entry.values) == ("program" in entry.values):
        message = f"{entry.file}: {entry.key} needs either outputs, a file, or program and stack"
        raise UsageError(message)
    if "outputs" in entry.values:
        if "stack" in entry.values:
            raise entry.refuse("stack", "goes with program alone; remove it")
        return StackReference(name, outputs=base / entry.text("outputs"))
    program = base / entry.text("program")
    if not program.is_dir():
        raise entry.refuse("program", f"is no folder: {program}; name the one with Pulumi.yaml")
    return StackReference(name, program=program, stack=entry.text("stack"))
