# SPDX-License-Identifier: Apache-2.0
"""How a pack's own defaults and a configuration file become the levels and properties that its policies run with.

The file has CrossGuard's form: policy name (or ``all``) to a level, or to an object with ``enforcementLevel`` and
properties. The CLI ignores much of what is wrong in it; here each such thing is an error that names the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.model import Enforcement, PackSource
    from stackproof.wire import Properties

__all__ = ["Announced", "PolicyConfig", "reconcile"]

_LEVELS: dict[str, Enforcement] = {level: level for level in ("advisory", "mandatory", "remediate", "disabled")}


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """The enforcement level and the properties that one policy is configured with."""

    enforcement: Enforcement
    properties: Properties


class Announced(Protocol):
    """What a pack announces of a policy, as far as configuration goes."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def enforcement(self) -> Enforcement: ...  # noqa: D102
    @property
    def schema(self) -> Properties: ...  # noqa: D102
    @property
    def required(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def initial(self) -> PolicyConfig | None: ...  # noqa: D102


def reconcile(source: PackSource, policies: tuple[Announced, ...]) -> dict[str, PolicyConfig]:
    """Give each policy its level and properties: schema defaults, the pack's initial values, ``all``, the file's entry.

    Raises:
        UsageError: the file names a policy, level or property that the pack does not have, or a value does not fit.

    """
    where = str(source.config_file or source.root)
    names = [policy.name for policy in policies]
    unknown = sorted(set(source.config) - {"all", *names})
    if unknown:
        message = f"{where}: no policy {unknown[0]!r} in pack {source.name} (it has {', '.join(names)}); mend the name"
        raise UsageError(message)
    everyone = _entry(where, "all", source.config.get("all", {}))
    return {policy.name: _policy_config(where, policy, everyone, source.config) for policy in policies}


def _policy_config(
    where: str,
    policy: Announced,
    everyone: tuple[Enforcement | None, Properties],
    config: Mapping[str, object],
) -> PolicyConfig:
    level, properties = _entry(where, policy.name, config.get(policy.name, {}))
    defaults: Properties = {
        key: schema["default"]
        for key, schema in policy.schema.items()
        if isinstance(schema, dict) and "default" in schema
    }
    if policy.initial:
        defaults.update(policy.initial.properties)
    fallback = policy.initial.enforcement if policy.initial else policy.enforcement
    merged = {**defaults, **everyone[1], **properties}
    _validate(where, policy, merged)
    return PolicyConfig(level or everyone[0] or fallback, merged)


def _entry(where: str, name: str, value: object) -> tuple[Enforcement | None, Properties]:
    if isinstance(value, str):
        return _level(where, name, value), {}
    if isinstance(value, dict):
        properties = {key: item for key, item in value.items() if key != "enforcementLevel"}
        if "enforcementLevel" not in value:
            return None, properties
        return _level(where, f"{name}.enforcementLevel", value["enforcementLevel"]), properties
    message = f"{where}: {name} must be a level or an object with enforcementLevel, not {value!r}"
    raise UsageError(message)


def _level(where: str, key: str, value: object) -> Enforcement:
    if isinstance(value, str) and value in _LEVELS:
        return _LEVELS[value]
    message = f"{where}: {key} is {value!r}; it must be one of {', '.join(_LEVELS)}"
    raise UsageError(message)


def _validate(where: str, policy: Announced, properties: Properties) -> None:
    if not (policy.schema or policy.required or properties):
        return
    import jsonschema  # noqa: PLC0415 (0.07 s of CPU time, which most packs need not spend)

    schema = {
        "type": "object",
        "properties": policy.schema,
        "required": list(policy.required),
        "additionalProperties": False,
    }
    try:
        jsonschema.Draft7Validator.check_schema(schema)
    except jsonschema.SchemaError as broken:
        message = f"{where}: policy {policy.name} announces a configuration schema that is none: {broken.message}"
        raise UsageError(message) from broken
    error = next(iter(jsonschema.Draft7Validator(schema).iter_errors(properties)), None)
    if error is not None:
        key = ".".join([policy.name, *(str(step) for step in error.absolute_path)])
        message = f"{where}: {key}: {error.message}; mend the value"
        raise UsageError(message)
