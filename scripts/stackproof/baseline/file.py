# SPDX-License-Identifier: Apache-2.0
"""A baseline as a file: JSON by `baseline.schema.json` beside this module, sorted, one finding a line."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING

from stackproof.baseline import Baseline, Old
from stackproof.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SCHEMA_NAME", "read", "render", "schema"]

SCHEMA_NAME = "stackproof.baseline/1"
_ADVICE = "mend the file, or write another with `stackproof baseline`"


def schema() -> dict[str, object]:
    """Give the JSON Schema (draft 2020-12) of a file."""
    text = resources.files("stackproof.baseline").joinpath("baseline.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, object] = json.loads(text)
    return loaded


def read(path: Path) -> Baseline:
    """Read a file.

    Raises:
        UsageError: it is missing or malformed; the message says where.

    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}; {_ADVICE}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}; {_ADVICE}") from error
    _validate(path, document)
    return Baseline({name: tuple(_old(path, name, items)) for name, items in document["stacks"].items()})


class _Pairs(dict[str, object]):
    """A JSON object that remembers which of its names stood there twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]


def _validate(path: Path, document: object) -> None:
    import jsonschema  # noqa: PLC0415 (0.07 s, which a run without a baseline need not spend)

    error = next(iter(jsonschema.Draft202012Validator(schema()).iter_errors(document)), None)
    if error is not None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        raise UsageError(f"{path}: {place.removeprefix('.') or 'the file'}: {error.message[:200]}; {_ADVICE}")
    _refuse_twice(path, "", document)


def _refuse_twice(path: Path, place: str, value: object) -> None:
    """Refuse an object with one name twice, of which JSON would silently take the last."""
    if isinstance(value, _Pairs):
        if value.twice:
            raise UsageError(f"{path}: {place or 'the file'}: {value.twice[0]!r} stands twice; {_ADVICE}")
        for name, item in value.items():
            _refuse_twice(path, f"{place}.{name}".removeprefix("."), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_twice(path, f"{place}[{index}]", item)


def _old(path: Path, name: str, items: list[dict[str, str]]) -> list[Old]:
    found = [
        Old(item["urn"], item["rule"], item.get("key", ""), item.get("message", ""), item["severity"])  # type: ignore[arg-type]  # the schema admits severities alone
        for item in items
    ]
    twice = [item for item, count in Counter(found).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: stacks.{name}: {twice[0]} stands twice; {_ADVICE}")
    return found


def render(baseline: Baseline) -> str:
    """Write a baseline, so that a removed finding is a removed line."""
    parts = [
        f"{json.dumps(name)}: [" + ",".join(f"\n{_line(item)}" for item in sorted(items)) + ("\n]" if items else "]")
        for name, items in sorted(baseline.stacks.items())
    ]
    return f'{{\n"schema": "{SCHEMA_NAME}",\n"stacks": {{\n' + ",\n".join(parts) + "\n}\n}\n"


def _line(item: Old) -> str:
    named = {"key": item.key} if item.key else {"message": item.message}
    return json.dumps({"rule": item.rule, **named, "urn": item.urn, "severity": item.severity})
