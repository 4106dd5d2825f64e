# SPDX-License-Identifier: Apache-2.0
"""Pulumi's project files: `Pulumi.yaml`, `Pulumi.<stack>.yaml`, `PulumiPolicy.yaml` and what a pack is configured with.

Read as the CLI reads them, where it matters to a judgement; anything that cannot be understood is a `UsageError`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import cast

import yaml

from stackproof.errors import UsageError
from stackproof.model import PackSource, Program

__all__ = ["load_pack", "load_program", "stack_names"]

_SECRET_PLACEHOLDER = "[secret]"  # noqa: S105 (stands in for a value nobody can decrypt here)
_STACK_FILE = re.compile(r"^Pulumi\.(?P<stack>[A-Za-z0-9_.-]+)\.ya?ml$")
_STACK_NAME = re.compile(r"^[A-Za-z0-9_.-]{1,100}$")


def stack_names(root: Path) -> tuple[str, ...]:
    """List the stacks that have a stack file in a project's folder, sorted, dev before staging before prod."""
    found = {m["stack"] for path in root.iterdir() if (m := _STACK_FILE.match(path.name))}
    order = {"dev": 0, "test": 1, "staging": 2, "prod": 3, "production": 3}
    return tuple(sorted(found, key=lambda name: (order.get(name, 2), name)))


def load_program(root: Path, stack: str, overrides: dict[str, str]) -> Program:
    """Read a project for one stack.

    Args:
        root: the folder with `Pulumi.yaml`.
        stack: the stack's name, without organization.
        overrides: configuration that replaces the files', as `--config` gives it (key with or without namespace).

    Raises:
        UsageError: a file is missing or malformed, or the runtime is not Python.

    """
    path = _existing(root, ("Pulumi.yaml", "Pulumi.yml"), "a Pulumi project")
    project = _mapping(path, _load_yaml(path))
    name = _text(project, "name", path)
    runtime, options = _runtime(project, path)
    if not _STACK_NAME.match(stack):
        message = f"stack {stack!r} is not a stack name: use letters, digits, '-', '_' and '.'"
        raise UsageError(message)
    config, secrets, notes = _stack_config(root, project, path, name, stack)
    replaced = {_full_key(key, name): value for key, value in overrides.items()}
    interpreter, absent = _interpreter(root, options)
    if absent:
        notes.append(
            f"{path.name} names the virtual environment {absent!r}, which does not exist; ran with {sys.executable}"
        )
    main = root / str(project.get("main", "."))
    python = runtime == "python"
    entry = main / "__main__.py" if python and main.is_dir() else main
    if python and not entry.is_file():
        message = f"{path}: no program at {entry}; a Python program needs a __main__.py there"
        raise UsageError(message)
    return Program(
        root=root.resolve(),
        shown_from=Path.cwd() if root.resolve().is_relative_to(Path.cwd()) else root.resolve(),
        main=entry.resolve(),
        project=name,
        stack=stack,
        runtime=runtime,
        interpreter=interpreter,
        config=config | replaced,
        stack_file=_stack_path(root, project, stack).resolve(),
        overrides=replaced,
        secret_keys=frozenset(secrets),
        assumptions=tuple(notes),
        absent_virtualenv=absent,
    )


def load_pack(root: Path, stack: str, config_file: Path | None) -> PackSource:
    """Read a policy pack's folder and the configuration for one stack.

    Without ``config_file``, `config/<stack>.json` inside the pack counts where it exists.

    Raises:
        UsageError: a file is missing or malformed, or the runtime is not Python.

    """
    path = _existing(root, ("PulumiPolicy.yaml", "PulumiPolicy.yml"), "a policy pack")
    pack = _mapping(path, _load_yaml(path))
    runtime, options = _runtime(pack, path)
    if runtime != "python":
        message = f"{path}: runtime is {runtime!r}; the embedded engine runs python packs only"
        raise UsageError(message)
    interpreter, absent = _interpreter(root, options)
    own = root / "config" / f"{stack}.json"
    chosen = config_file or (own if own.is_file() else None)
    return PackSource(
        root=root.resolve(),
        name=str(pack.get("name", root.name)),
        version=str(pack.get("version", "")),
        interpreter=interpreter,
        absent_virtualenv=absent,
        config_file=chosen,
        config=_pack_config(chosen) if chosen else {},
    )


def _existing(root: Path, names: tuple[str, ...], what: str) -> Path:
    for name in names:
        if (root / name).is_file():
            return root / name
    message = f"{root} is not {what}: it has no {names[0]}; name the folder that does"
    raise UsageError(message)


def _load_yaml(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        message = f"{path}{line}: not valid YAML: {error.problem or error.context}; mend the file"
        raise UsageError(message) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{path}: cannot be read: {error}"
        raise UsageError(message) from error


def _mapping(path: Path, value: object, key: str = "") -> dict[str, object]:
    if isinstance(value, dict) and all(isinstance(item, str) for item in value):
        return value
    message = f"{path}: {key or 'the file'} must be a mapping of names to values, not {_kind(value)}"
    raise UsageError(message)


def _kind(value: object) -> str:
    names = {dict: "a mapping with other keys", list: "a list", str: "text", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")


def _text(mapping: dict[str, object], key: str, path: Path) -> str:
    value = mapping.get(key)
    if isinstance(value, str) and value:
        return value
    message = f"{path}: {key} must be text, not {_kind(value)}"
    raise UsageError(message)


def _runtime(project: dict[str, object], path: Path) -> tuple[str, dict[str, object]]:
    value = project.get("runtime")
    if isinstance(value, str):
        return value, {}
    runtime = _mapping(path, value, "runtime")
    options = runtime.get("options") or {}
    return _text(runtime, "name", path), _mapping(path, options, "runtime.options")


def _interpreter(root: Path, options: dict[str, object]) -> tuple[Path, str]:
    """Find the Python that Pulumi's language host would run; ours where the named environment, given too, is absent."""
    virtualenv = options.get("virtualenv")
    toolchain = options.get("toolchain", "pip")
    if virtualenv is None and toolchain in {"uv", "poetry"}:
        virtualenv = os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv") if toolchain == "uv" else ".venv"
    if virtualenv is None:
        return Path(sys.executable), ""
    folder = root.resolve() / str(virtualenv)
    for candidate in (folder / "bin" / "python", folder / "Scripts" / "python.exe"):
        if candidate.is_file():
            return candidate, ""
    return Path(sys.executable), str(virtualenv)


def _full_key(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _stack_config(
    root: Path,
    project: dict[str, object],
    project_path: Path,
    name: str,
    stack: str,
) -> tuple[dict[str, str], set[str], list[str]]:
    config = _project_defaults(project, project_path, name)
    secrets: set[str] = set()
    notes: list[str] = []
    path = _stack_path(root, project, stack)
    content = _load_yaml(path)
    values = _mapping(path, content if content is not None else {})
    if "environment" in values:
        notes.append(
            f"{path.name} imports a Pulumi ESC environment, which cannot be opened offline; its values are absent"
        )
    section = values.get("config")
    for key, value in _mapping(path, section if section is not None else {}, "config").items():
        text, is_secret = _config_value(value)
        full = _full_key(key, name)
        config[full] = text
        if is_secret:
            secrets.add(full)
            notes.append(f"configuration {full} is encrypted; the program ran with the placeholder {text!r}")
    return config, secrets, notes


def _stack_path(root: Path, project: dict[str, object], stack: str) -> Path:
    folder = root / str(project.get("stackConfigDir") or project.get("config-dir") or ".")
    for suffix in ("yaml", "yml"):
        path = folder / f"Pulumi.{stack}.{suffix}"
        if path.is_file():
            return path
    known = ", ".join(stack_names(folder)) if folder.is_dir() else ""
    there = f"stacks here: {known}" if known else "no stack file is here"
    message = (
        f"stack {stack!r} has no file {folder / f'Pulumi.{stack}.yaml'} ({there}); create it or name another stack"
    )
    raise UsageError(message)


def _project_defaults(project: dict[str, object], path: Path, name: str) -> dict[str, str]:
    section = project.get("config")
    if not isinstance(section, dict):
        return {}
    config: dict[str, str] = {}
    for key, declared in _mapping(path, section, "config").items():
        value: object = declared
        if isinstance(declared, dict):
            value = declared.get("value", declared.get("default"))
        if value is not None:
            config[_full_key(key, name)] = _config_value(value)[0]
    return config


def _config_value(value: object) -> tuple[str, bool]:
    """Give a value as the string a program receives, and whether it is encrypted."""
    if isinstance(value, dict) and set(value) == {"secure"}:
        return _SECRET_PLACEHOLDER, True
    if isinstance(value, bool):
        return json.dumps(value), False
    if isinstance(value, dict | list):
        plain, is_secret = _without_ciphertext(value)
        return _json(plain), is_secret
    return "" if value is None else str(value), False


_ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
"""What Go's encoder escapes beyond what JSON asks for (``encoding/json``, HTMLEscape)."""


def _json(value: object) -> str:
    """Write an object as the CLI hands it to programs: compact, keys sorted, as Go escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.translate(_ESCAPED)


def _without_ciphertext(value: object) -> tuple[object, bool]:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return _SECRET_PLACEHOLDER, True
        items = {key: _without_ciphertext(item) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, any(flag for _, flag in items.values())
    if isinstance(value, list):
        entries = [_without_ciphertext(item) for item in value]
        return [item for item, _ in entries], any(flag for _, flag in entries)
    return value, False


def _unique(path: Path, pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its members; of two with one name, JSON would silently take the last."""
    unique = dict(pairs)
    if len(unique) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"{path}: {twice!r} stands twice in one object; remove one")
    return unique


def _pack_config(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=partial(_unique, path))
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}; mend the file"
        raise UsageError(message) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise UsageError(message) from error
    if not isinstance(content, dict):
        message = f"{path}: must be an object of policy names, not {_kind(content)}"
        raise UsageError(message)
    return cast("dict[str, object]", content)
