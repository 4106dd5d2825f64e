# SPDX-License-Identifier: Apache-2.0
"""YAML as positions and text: a document read without trusting it, into frozen nodes that know their lines.

Keys are never resolved, so `on` stays `on` (YAML 1.1 reads it as true). Aliases are shared, as GitHub reads them, and
what they unfold to counts, so a document of anchors cannot grow without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LONGEST", "MalformedError", "Mapping", "Node", "Scalar", "Sequence", "read"]

LONGEST: Final = 1_000_000
"""The characters a file may have; GitHub's own bound on a workflow is lower."""
DEEPEST: Final = 60
"""The levels of nesting a document may have; the deepest meaningful one in a workflow has about ten."""
LARGEST: Final = 100_000
"""The nodes a document may have with its aliases unfolded."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRUE, _FALSE, _NULL = ("true", "True", "TRUE"), ("false", "False", "FALSE"), ("", "~", "null", "Null", "NULL")


class MalformedError(Exception):
    """A document that cannot be read as what it should be: why, and the 1-based line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text with its 1-based line. ``plain``: neither quoted nor a block; ``block``: the text begins a line below."""

    text: str
    line: int
    plain: bool = True
    block: bool = False

    @property
    def first_line(self) -> int:
        """The line on which the text itself begins."""
        return self.line + self.block

    @property
    def boolean(self) -> bool | None:
        """The boolean that is written, if one is."""
        if not self.plain or self.text not in (*_TRUE, *_FALSE):
            return None
        return self.text in _TRUE

    @property
    def is_null(self) -> bool:
        """Whether nothing is written."""
        return self.plain and self.text in _NULL


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    line: int
    size: int = 1


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping: its keys in order, each once."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    size: int = 1

    def get(self, key: str) -> Node | None:
        """Give the value of a key."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """Give a key itself, for its line."""
        return next((name for name, _ in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def read(text: str) -> Node:
    """Read the one document of a file.

    Raises:
        MalformedError: it is no YAML, holds a key twice, merges keys, is empty, too long, too deep or too large.

    """
    if len(text) > LONGEST:
        raise MalformedError(f"is longer than {LONGEST} characters", 1)
    try:
        root = _Builder().build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MalformedError(f"is not YAML: {error.problem}", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise MalformedError(f"is not YAML: {error}", 1) from error
    if root is None:
        raise MalformedError("is empty", 1)
    return root


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read yet."""

    line: int
    mapping: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    size: int = 1

    def close(self) -> Node:
        """Make the node."""
        if not self.mapping:
            return Sequence(tuple(self.items), self.line, self.size)
        entries: list[tuple[Scalar, Node]] = []
        seen: set[str] = set()
        for key, value in zip(self.items[::2], self.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise MalformedError("has a key that is no text", key.line)
            if key.text == "<<" and key.plain:
                raise MalformedError("merges keys with <<, which GitHub does not read", key.line)
            if key.text in seen:
                raise MalformedError(f"has the key {key.text} twice", key.line)
            seen.add(key.text)
            entries.append((key, value))
        return Mapping(tuple(entries), self.line, self.size)


@dataclass(slots=True)
class _Builder:
    """Builds nodes from events on a stack of its own, so depth costs no recursion."""

    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    root: Node | None = None

    def build(self, events: Iterator[object]) -> Node | None:
        """Read all events into the root node."""
        for event in events:
            match event:
                case ScalarEvent():
                    line = _line(event)
                    self._add(Scalar(event.value, line, not event.style, event.style in {"|", ">"}), event.anchor)
                case SequenceStartEvent() | MappingStartEvent():
                    self._open(event)
                case SequenceEndEvent() | MappingEndEvent():
                    done = self.stack.pop()
                    self._add(done.close(), done.anchor)
                case AliasEvent():
                    if event.anchor not in self.anchors:
                        raise MalformedError(f"has no anchor {event.anchor}", _line(event))
                    self._add(self.anchors[event.anchor], None)
                case _:
                    pass
        return self.root

    def _open(self, event: SequenceStartEvent | MappingStartEvent) -> None:
        line = _line(event)
        if len(self.stack) >= DEEPEST:
            raise MalformedError(f"is nested deeper than {DEEPEST} levels", line)
        self.stack.append(_Open(line, isinstance(event, MappingStartEvent), event.anchor))

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            if self.root is not None:
                raise MalformedError("holds more than one document", node.line)
            self.root = node
            return
        top = self.stack[-1]
        top.size += 1 if isinstance(node, Scalar) else node.size
        if top.size > LARGEST:
            raise MalformedError(f"unfolds to more than {LARGEST} nodes", node.line)
        top.items.append(node)
