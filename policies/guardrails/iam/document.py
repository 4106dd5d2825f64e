# SPDX-License-Identifier: Apache-2.0
"""An IAM policy document read tolerantly: statements with the path of every element, holes, and what AWS would reject.

Accepts the JSON text, the same thing as an object, and objects with unknowns inside. Whatever can be read is kept, so
a defect in one statement hides nothing in the next. A problem's text never repeats content of the document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from guardrails.iam.patterns import is_everything
from guardrails.values import Steps, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Document", "Element", "Problem", "Statement", "parse"]

_DOCUMENT_KEYS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"},
)
_LAST_CHARACTER = "\u00ff"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that AWS rejects: a stable key, the path, and the fact."""

    key: str
    steps: Steps
    message: str


@dataclass(frozen=True, slots=True)
class Element:
    """One action or resource pattern as written, or the unknown that stands in its place."""

    value: str | Unknown
    steps: Steps


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; an absent list is ``None``, and an unreadable element is left out and noted as a problem."""

    steps: Steps
    effect: Literal["Allow", "Deny"] | Unknown | None
    actions: tuple[Element, ...] | None
    not_actions: tuple[Element, ...] | None
    resources: tuple[Element, ...] | None
    not_resources: tuple[Element, ...] | None
    condition: Value


@dataclass(frozen=True, slots=True)
class Document:
    """What could be read; ``holes`` are unknowns in place of the document or of whole statements."""

    statements: tuple[Statement, ...]
    holes: tuple[Unknown, ...]
    problems: tuple[Problem, ...]


class _Duplicates(dict[str, Value]):
    """A JSON object in which a key stood twice; the last value won."""


def parse(value: Value, steps: Steps = ()) -> Document:
    """Read a document from JSON text or plain data standing at ``steps``; never raises on any JSON value."""
    if isinstance(value, str):
        try:
            value = _load(value)
        except (ValueError, RecursionError) as error:
            return Document((), (), (Problem("json", steps, f"the document is not JSON{_position(error)}"),))
    if isinstance(value, Unknown):
        return Document((), (value,), ())
    return _Reader().document(value, steps)


def _position(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f" (line {error.lineno}, column {error.colno})"
    return " that could be read (nested too deeply, or a number out of range)"


def _load(text: str) -> Value:
    loaded: Value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    return loaded


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Duplicates(plain)


def _constant(_name: str) -> Value:
    msg = "NaN and Infinity are not JSON"
    raise ValueError(msg)


class _Reader:
    """Walks one document and collects what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.holes: list[Unknown] = []

    def document(self, value: Value, steps: Steps) -> Document:
        if not isinstance(value, dict):
            self._report("type", steps, "the document is not an object")
            return Document((), (), tuple(self.problems))
        self._names(value, _DOCUMENT_KEYS, steps)
        if value.get("Statement") is None:
            self._report("missing::statement", steps, "the document has no Statement")
        if value.get("Version") not in (None, "2012-10-17", "2008-10-17") and not isinstance(value["Version"], Unknown):
            self._report("version", (*steps, "Version"), "the version is neither 2012-10-17 nor 2008-10-17")
        statements = tuple(self._statements(value.get("Statement"), (*steps, "Statement")))
        return Document(statements, tuple(self.holes), tuple(self.problems))

    def _statements(self, value: Value, steps: Steps) -> Iterator[Statement]:
        if isinstance(value, Unknown):
            self.holes.append(value)
        elif value is not None:
            for index, item in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(item, Unknown):
                    self.holes.append(item)
                elif isinstance(item, dict):
                    yield self._statement(item, (*steps, index))
                else:
                    self._report("type", (*steps, index), "the statement is not an object")

    def _statement(self, value: dict[str, Value], steps: Steps) -> Statement:
        self._names(value, _STATEMENT_KEYS, steps)
        for name in ("Principal", "NotPrincipal"):
            if value.get(name) is not None:
                message = f"{name} is not allowed in a policy that belongs to an identity"
                self._report("forbidden::principal", (*steps, name), message)
        self._one_of(value, "Action", "NotAction", steps)
        self._one_of(value, "Resource", "NotResource", steps)
        return Statement(
            steps,
            self._effect(value.get("Effect"), steps),
            self._elements(value, "Action", steps),
            self._elements(value, "NotAction", steps),
            self._elements(value, "Resource", steps),
            self._elements(value, "NotResource", steps),
            self._condition(value.get("Condition"), (*steps, "Condition")),
        )

    def _effect(self, value: Value, steps: Steps) -> Literal["Allow", "Deny"] | Unknown | None:
        match value:
            case "Allow" | "Deny" | Unknown():
                return value
            case None:
                self._report("missing::effect", steps, "the statement has no Effect")
            case _:
                self._report("effect", (*steps, "Effect"), "the effect is neither Allow nor Deny (case matters)")
        return None

    def _elements(self, value: dict[str, Value], name: str, steps: Steps) -> tuple[Element, ...] | None:
        content = value.get(name)
        if content is None:
            return None
        items = content if isinstance(content, list) else [content]
        found = tuple(self._element(item, name, (*steps, name, index)) for index, item in enumerate(items))
        if not found:
            self._report(f"empty::{name.lower()}", (*steps, name), f"{name} is an empty list")
        return tuple(element for element in found if element is not None)

    def _element(self, item: Value, name: str, steps: Steps) -> Element | None:
        if isinstance(item, Unknown):
            return Element(item, steps)
        if not isinstance(item, str):
            self._report("type", steps, f"an element of {name} is not a string")
            return None
        self._characters(item, steps)
        if name.endswith("Action") and not _is_action(item):
            self._report("action", steps, "the action is neither * nor of the form service:name")
        if name.endswith("Resource") and not _is_resource(item):
            self._report("resource", steps, "the resource is neither a wildcard nor an ARN")
        return Element(item, steps)

    def _condition(self, value: Value, steps: Steps) -> Value:
        blocks = value.values() if isinstance(value, dict) else ()
        if not isinstance(value, dict | Unknown | None) or not all(isinstance(b, dict | Unknown) for b in blocks):
            self._report("type", steps, "the condition is not an object of operators, each an object of keys")
            return None
        return value

    def _one_of(self, value: dict[str, Value], name: str, negated: str, steps: Steps) -> None:
        present = [key for key in (name, negated) if value.get(key) is not None]
        if not present:
            self._report(f"missing::{name.lower()}", steps, f"the statement has neither {name} nor {negated}")
        if len(present) > 1:
            self._report(f"both::{name.lower()}", steps, f"the statement has both {name} and {negated}")

    def _names(self, value: dict[str, Value], known: frozenset[str], steps: Steps) -> None:
        if isinstance(value, _Duplicates):
            self._report("duplicate-key", steps, "a key stands twice in the same object")
        if not known.issuperset(value):
            message = f"an element is none of {', '.join(sorted(known))} (case matters)"
            self._report("unknown-element", steps, message)

    def _characters(self, text: str, steps: Steps) -> None:
        if any(character > _LAST_CHARACTER for character in text):
            self._report("character", steps, "a character lies beyond U+00FF")

    def _report(self, key: str, steps: Steps, message: str) -> None:
        self.problems.append(Problem(key, steps, message))


def _is_action(text: str) -> bool:
    service, colon, name = text.partition(":")
    return is_everything(text) or all((service, colon, name))


def _is_resource(text: str) -> bool:
    if not text or text.startswith("arn:"):
        return bool(text)
    return text[0] in "*?$" or text.split(":", 1)[0].endswith(("*", "?")) or text.startswith("a*")
