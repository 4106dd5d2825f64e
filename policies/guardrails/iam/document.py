# SPDX-License-Identifier: Apache-2.0
"""An IAM policy document read tolerantly: statements with the path of every element, holes, and what AWS would reject.

Accepts the JSON text, the same thing as an object, and objects with unknowns inside. Whatever can be read is kept, so
a defect in one statement hides nothing in the next. A problem's text never repeats content of the document.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from guardrails.iam.patterns import is_everything
from guardrails.values import Steps, Unknown, Value, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Document", "Element", "Kind", "Principal", "Problem", "Statement", "load", "parse"]

Kind: TypeAlias = Literal["identity", "trust", "resource", "endpoint", "boundary", "session", "scp", "rcp"]
"""What a document is for. A boundary, session, SCP or RCP only limits; an endpoint's is a resource policy of a kind."""

_DOCUMENT_KEYS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"},
)
_LAST_CHARACTER = "\u00ff"
_WITH_PRINCIPAL = ("trust", "resource", "endpoint", "rcp")
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:(iam|sts)::(\d{12}:\S+|cloudfront:user/CloudFront Origin Access Identity \w+)"
)
_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,127}")


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
class Principal:
    """One principal as written: its kind (``AWS``, ``Service`` …) and its value; ``"*"`` alone is of kind ``AWS``."""

    kind: str
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
    principals: tuple[Principal, ...] | None = None
    not_principals: tuple[Principal, ...] | None = None
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What could be read; ``holes`` are all unknowns in it, and ``size`` is its length in characters.

    ``size`` counts no white space outside of texts; ``text_size`` is the length of the text as given, if one was.
    """

    statements: tuple[Statement, ...]
    holes: tuple[Unknown, ...]
    problems: tuple[Problem, ...]
    kind: Kind = "identity"
    steps: Steps = ()
    version: str | None = None
    size: int = 0
    text_size: int = 0
    has_variables: bool = field(default=False)


class _Duplicates(dict[str, Value]):
    """A JSON object in which a key stood twice; the last value won."""


def parse(value: Value, steps: Steps = (), kind: Kind = "identity") -> Document:
    """Read a document from JSON text or plain data standing at ``steps``; never raises on any JSON value."""
    text_size = 0
    if isinstance(value, str):
        text_size = len(value)
        try:
            value = load(value)
        except (ValueError, RecursionError) as error:
            problem = Problem("json", steps, f"the document is not JSON{_position(error)}")
            return Document((), (), (problem,), kind, steps)
    if isinstance(value, Unknown):
        return Document((), (value,), (), kind, steps)
    try:
        return _Reader(kind).document(value, steps, text_size)
    except RecursionError:
        return Document((), (), (Problem("json", steps, "the document is nested too deeply"),), kind, steps)


def _position(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f" (line {error.lineno}, column {error.colno})"
    return " that could be read (nested too deeply, or a number out of range)"


def load(text: str) -> Value:
    """Read JSON so that a key that stands twice can be told.

    Raises:
        ValueError: the text is not JSON.
        RecursionError: it is nested too deeply.

    """
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

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self.problems: list[Problem] = []

    def document(self, value: Value, steps: Steps, text_size: int) -> Document:
        if not isinstance(value, dict):
            self._report("type", steps, "the document is not an object")
            return Document((), (), tuple(self.problems), self.kind, steps)
        self._names(value, _DOCUMENT_KEYS, steps)
        if value.get("Statement") is None:
            self._report("missing::statement", steps, "the document has no Statement")
        version = value.get("Version")
        if version not in (None, "2012-10-17", "2008-10-17") and not isinstance(version, Unknown):
            self._report("version", (*steps, "Version"), "the version is neither 2012-10-17 nor 2008-10-17")
        statements = tuple(self._statements(value.get("Statement"), (*steps, "Statement")))
        compact = _compact(value)
        return Document(
            statements,
            tuple(unknowns(value)),
            tuple(self.problems),
            self.kind,
            steps,
            version if isinstance(version, str) else None,
            len(compact),
            text_size or len(compact),
            "${" in compact,
        )

    def _statements(self, value: Value, steps: Steps) -> Iterator[Statement]:
        if value is None or isinstance(value, Unknown):
            return
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, dict):
                yield self._statement(item, (*steps, index))
            elif not isinstance(item, Unknown):
                self._report("type", (*steps, index), "the statement is not an object")

    def _statement(self, value: dict[str, Value], steps: Steps) -> Statement:
        self._names(value, _STATEMENT_KEYS, steps)
        self._placement(value, steps)
        sid = value.get("Sid")
        if sid is not None and not isinstance(sid, str | Unknown):
            self._report("type", (*steps, "Sid"), "the Sid is not a string")
        return Statement(
            steps,
            self._effect(value.get("Effect"), steps),
            self._elements(value, "Action", steps),
            self._elements(value, "NotAction", steps),
            self._elements(value, "Resource", steps),
            self._elements(value, "NotResource", steps),
            self._condition(value.get("Condition"), (*steps, "Condition")),
            self._principals(value, "Principal", steps),
            self._principals(value, "NotPrincipal", steps),
            sid if isinstance(sid, str) else "",
        )

    def _placement(self, value: dict[str, Value], steps: Steps) -> None:
        """Report what a document of this kind must have, and what it must not."""
        self._one_of(value, "Action", "NotAction", steps)
        if self.kind in _WITH_PRINCIPAL:
            self._one_of(value, "Principal", "NotPrincipal", steps)
        else:
            for name in ("Principal", "NotPrincipal"):
                if value.get(name) is not None:
                    message = f"{name} is not allowed in a policy of this kind"
                    self._report("forbidden::principal", (*steps, name), message)
        if self.kind == "trust":
            for name in ("Resource", "NotResource"):
                if value.get(name) is not None:
                    self._report("forbidden::resource", (*steps, name), f"{name} is not allowed in a trust policy")
        else:
            self._one_of(value, "Resource", "NotResource", steps, optional=self.kind in ("resource", "endpoint"))

    def _principals(self, value: dict[str, Value], name: str, steps: Steps) -> tuple[Principal, ...] | None:
        content = value.get(name)
        place = (*steps, name)
        if content is None:
            return None
        if isinstance(content, Unknown):
            return (Principal("AWS", content, place),)
        if isinstance(content, str):
            if not is_everything(content):
                self._report("principal", place, f'{name} is a text other than "*"; write {{"AWS": …}}')
                return ()
            return (Principal("AWS", "*", (*place, 0)),)
        if not isinstance(content, dict) or not content:
            self._report("type", place, f"{name} is neither a text nor an object of principals")
            return ()
        self._names(content, frozenset(_PRINCIPAL_KINDS), place)
        return tuple(item for kind in content for item in self._principal_list(kind, content[kind], (*place, kind)))

    def _principal_list(self, kind: str, content: Value, steps: Steps) -> Iterator[Principal]:
        items = content if isinstance(content, list) else [content]
        if not items:
            self._report("empty::principal", steps, "the list of principals is empty")
        for index, item in enumerate(items):
            place = (*steps, index)
            if isinstance(item, Unknown):
                yield Principal(kind, item, place)
            elif not isinstance(item, str):
                self._report("type", place, "a principal is not a string")
            elif kind == "AWS" and not _is_account_principal(item):
                self._report("principal", place, "the principal is no account, ARN or id; wildcards are not allowed")
            else:
                yield Principal(kind, item, place)

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
        for part in (value, *blocks):
            if isinstance(part, _Duplicates):
                self._report("duplicate-key", steps, "a key stands twice in the same object")
        return value

    def _one_of(
        self, value: dict[str, Value], name: str, negated: str, steps: Steps, *, optional: bool = False
    ) -> None:
        present = [key for key in (name, negated) if value.get(key) is not None]
        if not present and not optional:
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
        if not text.isascii() and max(text) > _LAST_CHARACTER:
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


def _is_account_principal(text: str) -> bool:
    if text == "*" or _ACCOUNT.fullmatch(text) or _UNIQUE_ID.fullmatch(text):
        return True
    return bool(_PRINCIPAL_ARN.fullmatch(text)) and "*" not in text and "?" not in text


def _compact(value: Value) -> str:
    """Write the document without white space, as AWS counts it; an unknown counts nothing."""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=lambda _unknown: "")
    except (RecursionError, ValueError):
        return ""
