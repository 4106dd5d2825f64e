# SPDX-License-Identifier: Apache-2.0
"""A reader of Go source that understands what declares a Terraform schema: literals, names, calls, composite literals.

Whatever else an expression holds becomes ``OPAQUE``: a reader of the result sees that something is there, and that
it was not understood. Nothing is executed and no type is checked. Grammar: the Go specification.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["OPAQUE", "Call", "Composite", "Expression", "Function", "GoPackage", "Literal", "Name", "read_go_package"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, truth value or ``nil`` (``None``)."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its dots, such as ``names.AttrTags``."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call or conversion of a named function or type."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite literal; the key of an entry is ``None`` in a list, and a ``Name`` in a struct."""

    type: str
    entries: tuple[tuple[Expression | None, Expression], ...]

    def fields(self) -> dict[str, Expression]:
        """Give the entries of a struct by field name."""
        return {key.text: value for key, value in self.entries if isinstance(key, Name)}


@dataclass(frozen=True, slots=True)
class Function:
    """What a function returns, ``OPAQUE`` where its body does more than bind names and return."""

    result: Expression
    locals: dict[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Opaque:
    """An expression that this reader does not understand."""


OPAQUE = _Opaque()

Expression: TypeAlias = "Literal | Name | Call | Composite | Function | _Opaque"


@dataclass(frozen=True, slots=True)
class GoPackage:
    """The declarations of one folder. ``imports`` maps the names by which its files know packages to their paths.

    Two files may know two packages by one name. ``registered`` maps the names in directives such as
    ``// @SDKResource("aws_x")`` to the function below them.
    """

    constants: dict[str, Expression] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    imports: dict[str, set[str]] = field(default_factory=dict)
    registered: dict[str, str] = field(default_factory=dict)


_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|//[^\n]*|/\*.*?\*/)|(?P<line>\n)"
    r'|(?P<text>"(?:\\.|[^"\\\n])*"|`[^`]*`|\'(?:\\.|[^\'\\])+\')'
    r"|(?P<number>0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>:=|<<|\.\.\.|&&|\|\||[<>=!]=|\S)",
    re.DOTALL,
)
_DIRECTIVE = re.compile(
    r"^((?://.*\n)*// @SDKResource\(.*\n(?://.*\n)*)func (\w+)\(",
    re.MULTILINE,
)
_REGISTERED = re.compile(r'^// @SDKResource\("(\w+)"', re.MULTILINE)
_OPENING = {"(": ")", "[": "]", "{": "}"}
_ENDS_STATEMENT = frozenset({")", "]", "}", "return", "break", "continue", "fallthrough"})
_WORDS: dict[str, Literal] = {"true": Literal(True), "false": Literal(False), "nil": Literal(None)}  # noqa: FBT003


def _tokens(source: str) -> list[str]:
    """Split source into tokens; a line's end becomes ``;`` where the specification says so."""
    found: list[str] = []
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "line":
            last = found[-1] if found else ";"
            if last in _ENDS_STATEMENT or last[0] in "\"`'" or last[0].isalnum() or last[0] == "_":
                found.append(";")
        elif kind != "space":
            found.append(match[0])
    return [*found, ";"]


class _Parser:
    """Reads expressions from a list of tokens; never goes beyond its end."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self, ahead: int = 0) -> str:
        position = self._at + ahead
        return self._tokens[position] if position < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self._at += 1
        return token

    def bracketed(self) -> list[str]:
        """Take what is between the bracket that comes next and its partner."""
        begin, depth = self._at + 1, 0
        while self.peek():
            token = self.take()
            depth += (token in _OPENING) - (token in _OPENING.values())
            if not depth:
                break
        return self._tokens[begin : self._at - 1]

    def until(self, *ends: str) -> list[str]:
        """Take what comes before one of ``ends`` outside of brackets, and that end too."""
        begin = self._at
        while self.peek() and self.peek() not in ends:
            if self.peek() in _OPENING:
                self.bracketed()
            else:
                self.take()
        taken = self._tokens[begin : self._at]
        self.take()
        return taken

    def whole(self) -> Expression:
        """Read one expression that must fill all tokens."""
        found = self._sum()
        return OPAQUE if self.peek() not in {"", ";"} else found

    def _sum(self) -> Expression:
        left = self._product()
        while self.peek() in {"+", "-"}:
            left = _calculated(self.take(), left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._unary()
        while self.peek() in {"*", "/", "<<"}:
            left = _calculated(self.take(), left, self._unary())
        return left

    def _unary(self) -> Expression:
        if self.peek() == "&":
            self.take()
        if self.peek() == "-":
            self.take()
            return _calculated("-", Literal(0), self._unary())
        return self._primary()

    def _primary(self) -> Expression:
        match self.peek():
            case "(":
                return _Parser(self.bracketed()).whole()
            case "{":
                return Composite("", self._entries())
            case "func":
                return self._function()
            case "[" | "map" | "*":
                name = self._type()
                return Composite(name, self._entries()) if self.peek() == "{" else OPAQUE
            case first if first[:1].isalpha() or first[:1] == "_":
                return self._named()
            case _:
                return _literal(self.take())

    def _named(self) -> Expression:
        text = self.take()
        while self.peek() == ".":
            self.take()
            text += f".{self.take()}"
        if self.peek() == "[":
            self.bracketed()  # type arguments or an index
            return self._continued(Call(text, self._arguments()) if self.peek() == "(" else OPAQUE)
        if self.peek() == "(":
            return self._continued(Call(text, self._arguments()))
        if self.peek() == "{":
            return self._continued(Composite(text, self._entries()))
        return _WORDS.get(text, Name(text))

    def _continued(self, found: Expression) -> Expression:
        """Step over a method call or index of what was read, which makes it opaque."""
        while self.peek() in {".", "(", "["}:
            found = OPAQUE
            if self.peek() == ".":
                self.take()
                self.take()
            else:
                self.bracketed()
        return found

    def _arguments(self) -> tuple[Expression, ...]:
        return tuple(_Parser(part).whole() for part in _parts(self.bracketed()))

    def _entries(self) -> tuple[tuple[Expression | None, Expression], ...]:
        entries: list[tuple[Expression | None, Expression]] = []
        for part in _parts(self.bracketed()):
            key = _Parser(part).until(":")
            value = part[len(key) + 1 :]
            entries.append((_Parser(key).whole(), _Parser(value).whole()) if value else (None, _Parser(part).whole()))
        return tuple(entries)

    def _type(self) -> str:
        """Take a type up to the brace of its literal."""
        begin = self._at
        while self.peek() and self.peek() not in {"{", ",", ")", ";"}:
            if self.peek() in {"struct", "interface"}:
                self.take()
                self.bracketed()
            elif self.peek() in {"[", "("}:
                self.bracketed()
            else:
                self.take()
        return "".join(self._tokens[begin : self._at])

    def _function(self) -> Expression:
        self.take()
        self.bracketed()
        self._type()
        if self.peek() != "{":
            return OPAQUE
        made = _function(self.bracketed())
        return self._continued(made)


def _parts(tokens: list[str]) -> Iterator[list[str]]:
    """Split at the commas outside of brackets."""
    parser = _Parser(tokens)
    while parser.peek():
        part = parser.until(",")
        if part:
            yield part


def _literal(word: str) -> Expression:
    """Read a text or a number; a character and whatever else it may be are opaque."""
    try:
        if word[:1] == "`":
            return Literal(word[1:-1])
        if word[:1] == '"':
            return Literal(str(ast.literal_eval(word)))
        plain = word.replace("_", "")
        return Literal(int(plain, 0) if plain.isalnum() and "e" not in plain else float(plain))
    except (SyntaxError, ValueError):
        return OPAQUE


def _calculated(operator: str, left: Expression, right: Expression) -> Expression:
    """Work out constants; anything else is opaque, division included."""
    match operator, left, right:
        case "+", Literal(str(one)), Literal(str(other)):
            return Literal(one + other)
        case "<<", Literal(int(shifted)), Literal(int(places)):
            return Literal(shifted << places)
        case "+" | "-" | "*", Literal(int(first) | float(first)), Literal(int(second) | float(second)):
            results = {"+": first + second, "-": first - second, "*": first * second}
            return Literal(results[operator])
        case _:
            return OPAQUE


def _function(body: list[str]) -> Function:
    """Read a body that binds names and returns once; any other statement makes the result opaque."""
    parser = _Parser(body)
    bound: dict[str, Expression] = {}
    while parser.peek():
        statement = parser.until(";")
        match statement:
            case []:
                continue
            case ["return", *rest]:
                is_last = set(parser.until("")) <= {";"}
                return Function(_Parser(rest).whole() if is_last else OPAQUE, bound)
            case [name, ":=", *rest]:
                bound[name] = _Parser(rest).whole()
            case _:
                return Function(OPAQUE)
    return Function(OPAQUE)


@cache
def read_go_package(folder: Path) -> GoPackage:
    """Read the files of one folder, tests left out. A folder that is not there is an empty package."""
    package = GoPackage()
    for path in sorted(folder.glob("*.go")):
        if not path.name.endswith("_test.go"):
            source = path.read_text(encoding="utf-8")
            for comments, function in _DIRECTIVE.findall(source):
                package.registered.update(dict.fromkeys(_REGISTERED.findall(comments), function))
            _declarations(_tokens(source), package)
    return package


def _declarations(tokens: list[str], package: GoPackage) -> None:
    parser = _Parser(tokens)
    while parser.peek():
        match parser.until(";"):
            case ["import", "(", *rest]:
                for line in _statements(rest[:-1]):
                    _import(line, package)
            case ["import", *rest]:
                _import(rest, package)
            case ["const" | "var", "(", *rest]:
                for line in _statements(rest[:-1]):
                    _constant(line, package)
            case ["const" | "var", *rest]:
                _constant(rest, package)
            case ["func", name, "(", *rest] if rest[-1:] == ["}"]:
                _declared(name, ["(", *rest], package)
            case _:
                continue


def _statements(tokens: list[str]) -> Iterator[list[str]]:
    parser = _Parser(tokens)
    while parser.peek():
        statement = parser.until(";")
        if statement:
            yield statement


def _import(line: list[str], package: GoPackage) -> None:
    path = line[-1].strip('"')
    last = path.rpartition("/")[2]
    package.imports.setdefault(line[0] if len(line) > 1 else last, set()).add(path)


def _constant(line: list[str], package: GoPackage) -> None:
    parser = _Parser(line)
    left = parser.until("=")
    if len(left) < len(line) and "," not in left:
        package.constants[left[0]] = _Parser(line[len(left) + 1 :]).whole()


def _declared(name: str, tokens: list[str], package: GoPackage) -> None:
    """Keep a function: its body is the last pair of braces."""
    parser = _Parser(tokens)
    parser.bracketed()
    body: list[str] = []
    while parser.peek():
        if parser.peek() == "{":
            body = parser.bracketed()
        elif parser.peek() in _OPENING:
            parser.bracketed()
        else:
            parser.take()
    package.functions[name] = _function(body)
