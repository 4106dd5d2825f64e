# SPDX-License-Identifier: Apache-2.0
"""Expressions of GitHub Actions: their syntax, and what can be known of their value when only some contexts are known.

A value is a JSON value, or `Unknown`: then perhaps its truth, the text it begins with, or all texts it may be are
known. Comparison, coercion and truth follow GitHub's documentation of expressions ("Evaluate expressions in workflows
and actions"): texts compare without case, values of two types as numbers.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Map

__all__ = [
    "UNKNOWN",
    "Expression",
    "ExpressionError",
    "Unknown",
    "Value",
    "calls",
    "condition",
    "evaluate",
    "implied",
    "interpolate",
    "outcomes",
    "parse",
    "references",
    "template_expressions",
    "truth",
]

STATUS: Final = ("success", "failure", "always", "cancelled")
"""The functions whose presence replaces the implicit `success()` of a condition."""


class ExpressionError(Exception):
    """A text that is no expression."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known, with what is known of it all the same: all it may be, what it is not.

    ``origin`` is the text that a caller gave for it.
    """

    truth: bool | None = None
    prefix: str = ""
    among: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    origin: str = ""


UNKNOWN: Final = Unknown()
Plain: TypeAlias = "bool | float | str | None"
Value: TypeAlias = "bool | float | str | tuple[Value, ...] | Unknown | None"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written."""

    value: Plain


@dataclass(frozen=True, slots=True)
class Reference:
    """A context or a part of one, in lower case: `needs.*.result`; `?` stands for an index that is computed."""

    path: tuple[str, ...]

    @property
    def dotted(self) -> str:
        """The path as it is written with dots."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, the name in lower case."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A negation."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the operator between them."""

    operator: str
    left: Expression
    right: Expression


Expression: TypeAlias = Literal | Reference | Call | Not | Binary

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.]))"
    r"|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*)|(?P<operator>&&|\|\||==|!=|<=|>=|[<>!().,*\[\]]))"
)
_DEEPEST = 50
_LONGEST = 500
_WORDS: Map[str, bool | float | None] = {
    "true": True,
    "false": False,
    "null": None,
    "nan": math.nan,
    "infinity": math.inf,
}
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))


def parse(text: str) -> Expression:
    """Read an expression, without `${{ }}` around it.

    Raises:
        ExpressionError: it is none.

    """
    tokens = tuple(_tokens(text))
    if len(tokens) > _LONGEST:
        raise ExpressionError(f"has more than {_LONGEST} words")
    return _Reader(tokens).whole()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise ExpressionError(f"cannot be read from {text[position : position + 20]!r}")
        yield found.lastgroup, found.group(found.lastgroup)
        position = found.end()


@dataclass(slots=True)
class _Reader:
    """Reads tokens by descent, a level of precedence at a time."""

    tokens: tuple[tuple[str, str], ...]
    position: int = 0
    depth: int = 0

    def whole(self) -> Expression:
        """Read all tokens as one expression."""
        made = self._level(0)
        if self.position < len(self.tokens):
            raise ExpressionError(f"does not end before {self.tokens[self.position][1]!r}")
        return made

    def _peek(self) -> str:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def _take(self, *wanted: str) -> str:
        kind, text = self.tokens[self.position] if self.position < len(self.tokens) else ("", "")
        if kind == "operator" and text in wanted:
            self.position += 1
            return text
        return ""

    def _demand(self, wanted: str) -> None:
        if not self._take(wanted):
            raise ExpressionError(f"needs {wanted!r} before {self._peek() or 'its end'!r}")

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while operator := self._take(*_LEVELS[level]):
            left = Binary(operator, left, self._level(level + 1))
        return left

    def _unary(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError(f"is nested deeper than {_DEEPEST} levels")
        try:
            if self._take("!"):
                return Not(self._unary())
            if self._take("("):
                inner = self._level(0)
                self._demand(")")
                return self._trail(inner)
            return self._primary()
        finally:
            self.depth -= 1

    def _primary(self) -> Expression:
        if self.position >= len(self.tokens):
            raise ExpressionError("ends too soon")
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            return Literal(_number(text))
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if kind != "name":
            raise ExpressionError(f"has {text!r} where a value must stand")
        if self._take("("):
            return self._trail(Call(text.lower(), self._arguments()))
        if text.lower() in _WORDS:
            return Literal(_WORDS[text.lower()])
        return self._trail(Reference((text.lower(),)))

    def _arguments(self) -> tuple[Expression, ...]:
        if self._take(")"):
            return ()
        found = [self._level(0)]
        while self._take(","):
            found.append(self._level(0))
        self._demand(")")
        return tuple(found)

    def _trail(self, base: Expression) -> Expression:
        """Read what follows a value with dots and brackets; of what is no context nothing below is known."""
        path = base.path if isinstance(base, Reference) else ("?",)
        moved = False
        while True:
            if self._take("."):
                path = (*path, "*" if self._take("*") else self._name())
            elif self._take("["):
                path = (*path, "*" if self._take("*") else self._index())
                self._demand("]")
            else:
                return Reference(path) if moved else base
            moved = True

    def _name(self) -> str:
        if self.position < len(self.tokens) and self.tokens[self.position][0] == "name":
            self.position += 1
            return self.tokens[self.position - 1][1].lower()
        raise ExpressionError("needs a name after a dot")

    def _index(self) -> str:
        inner = self._level(0)
        return inner.value.lower() if isinstance(inner, Literal) and isinstance(inner.value, str) else "?"


def _number(text: str) -> float:
    """Read a number in the forms of JSON, and hexadecimal and octal ones."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
    if digits[:2].lower() in {"0x", "0o"}:
        return float(sign * int(digits, 0))
    return sign * float(digits)


def evaluate(expression: Expression, known: Map[str, Value]) -> Value:
    """Give what is known of a value. ``known`` holds contexts by dotted path and functions as `success()`."""
    match expression:
        case Literal(value=value):
            return value
        case Reference():
            return _looked_up(expression.path, known)
        case Not(operand=operand):
            inner = truth(evaluate(operand, known))
            return UNKNOWN if inner is None else not inner
        case Call(name=name, arguments=arguments):
            return _call(name, tuple(evaluate(item, known) for item in arguments), known)
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            return _either(evaluate(left, known), evaluate(right, known), stops_at=operator == "||")
        case Binary(operator=operator, left=left, right=right):
            return _compare(operator, evaluate(left, known), evaluate(right, known))


def _looked_up(path: tuple[str, ...], known: Map[str, Value]) -> Value:
    """Give a context's value; what is below one that is null is null."""
    for length in range(len(path), 0, -1):
        found = known.get(".".join(path[:length]), UNKNOWN)
        if found is None or (length == len(path) and found is not UNKNOWN):
            return found
    return UNKNOWN


def truth(value: Value) -> bool | None:
    """Say whether a value counts as true; `None` where that cannot be known."""
    if isinstance(value, Unknown):
        return True if value.prefix or (value.among and "" not in value.among) else value.truth
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    return True if isinstance(value, tuple) else bool(value)


def _either(left: Value, right: Value, *, stops_at: bool) -> Value:
    """Give the value of `||` (which stops at a true operand) or `&&` (which stops at a false one)."""
    first = truth(left)
    if first is not None:
        return left if first is stops_at else right
    return Unknown(truth=stops_at) if truth(right) is stops_at else UNKNOWN


def _compare(operator: str, left: Value, right: Value) -> Value:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        different = operator in {"==", "!="} and _never_equal(left, right)
        return (operator == "!=") if different else UNKNOWN
    if isinstance(left, tuple) or isinstance(right, tuple):
        return UNKNOWN
    if operator in {"==", "!="}:
        return _equal(left, right) is (operator == "==")
    first, second = (left.lower(), right.lower()) if isinstance(left, str) and isinstance(right, str) else ("", "")
    if not (isinstance(left, str) and isinstance(right, str)):
        return _ordered(operator, _as_number(left), _as_number(right))
    return _ordered(operator, (first > second) - (first < second), 0)


def _ordered(operator: str, left: float, right: float) -> bool:
    orders: Map[str, bool] = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return orders[operator]


def _equal(left: Plain, right: Plain) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if left is None and right is None:
        return True
    return _as_number(left) == _as_number(right)


def _as_number(value: Plain) -> float:
    if isinstance(value, str):
        try:
            return _number(value.strip()) if value.strip() else 0.0
        except ValueError:
            return math.nan
    return float(value or 0)


def _never_equal(left: Value, right: Value) -> bool:
    """Say whether two values, of which one is unknown, can be told to differ."""
    unknown, other = (left, right) if isinstance(left, Unknown) else (right, left)
    if not isinstance(unknown, Unknown) or isinstance(other, Unknown | tuple):
        return False
    text = other.lower() if isinstance(other, str) else None
    if text is None:
        return False
    if text in {item.lower() for item in unknown.never}:
        return True
    if unknown.among:
        return text not in {item.lower() for item in unknown.among}
    return not text.startswith(unknown.prefix.lower())


def _call(name: str, arguments: tuple[Value, ...], known: Map[str, Value]) -> Value:
    if name in STATUS:
        return True if name == "always" else known.get(f"{name}()", UNKNOWN)
    function = _FUNCTIONS.get(name)
    return function(arguments) if function else UNKNOWN


def _contains(arguments: tuple[Value, ...]) -> Value:
    match arguments:
        case (str() as whole, str() as part):
            return part.lower() in whole.lower()
        case (tuple() as items, str() | bool() | float() | None as wanted):
            equal = [_compare("==", item, wanted) for item in items]
            return True if True in equal else UNKNOWN if UNKNOWN in equal else False
        case _:
            return UNKNOWN


def _starts_with(arguments: tuple[Value, ...]) -> Value:
    match arguments:
        case (str() as whole, str() as part):
            return whole.lower().startswith(part.lower())
        case (Unknown(prefix=prefix), str() as part) if prefix:
            known, wanted = prefix.lower(), part.lower()
            return True if known.startswith(wanted) else UNKNOWN if wanted.startswith(known) else False
        case _:
            return UNKNOWN


def _ends_with(arguments: tuple[Value, ...]) -> Value:
    match arguments:
        case (str() as whole, str() as part):
            return whole.lower().endswith(part.lower())
        case _:
            return UNKNOWN


def _format(arguments: tuple[Value, ...]) -> Value:
    if not arguments or not all(isinstance(item, str) for item in arguments):
        return UNKNOWN
    form, *values = (str(item) for item in arguments)
    for index, value in enumerate(values):
        form = form.replace(f"{{{index}}}", value)
    return form


def _from_json(arguments: tuple[Value, ...]) -> Value:
    match arguments:
        case (str() as text,):
            try:
                return _json_value(json.loads(text))
            except (ValueError, RecursionError):
                return UNKNOWN
        case _:
            return UNKNOWN


def _json_value(value: object) -> Value:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list):
        return tuple(_json_value(item) for item in value)
    return Unknown(truth=True)


_FUNCTIONS: Map[str, Callable[[tuple[Value, ...]], Value]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "fromjson": _from_json,
}
_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def template_expressions(text: str) -> Iterator[Expression | None]:
    """Yield the expressions that stand in a text between `${{` and `}}`; `None` for what is none."""
    for hole in _HOLE.finditer(text):
        yield _parsed(hole.group(1))


def _parsed(text: str) -> Expression | None:
    try:
        return parse(text)
    except (ExpressionError, RecursionError):
        return None


def condition(text: str) -> Expression | None:
    """Read an `if:` with its implicit `success()`, with or without `${{ }}`; `None` where it is no expression."""
    stripped = text.strip()
    whole = _HOLE.fullmatch(stripped)
    if whole is None and "${{" in stripped:
        return None
    inner = _parsed(whole.group(1) if whole else stripped) if stripped else Call("success", ())
    if inner is None or any(isinstance(part, Call) and part.name in STATUS for part in _parts(inner)):
        return inner
    return Binary("&&", Call("success", ()), inner)


def implied(text: str) -> dict[str, str]:
    """Give the contexts that must equal a text for a condition to hold: its terms `a == 'x'`, joined by `&&`."""
    found: dict[str, str] = {}
    pending = [condition(text)]
    while pending:
        match pending.pop():
            case Binary(operator="&&", left=left, right=right):
                pending += (left, right)
            case Binary(operator="==", left=Reference() as context, right=Literal(value=str(wanted))):
                found[context.dotted] = wanted
            case Binary(operator="==", left=Literal(value=str(wanted)), right=Reference() as context):
                found[context.dotted] = wanted
            case _:
                pass
    return found


def _parts(expression: Expression) -> Iterator[Expression]:
    pending = [expression]
    while pending:
        part = pending.pop()
        yield part
        match part:
            case Call(arguments=arguments):
                pending += arguments
            case Not(operand=operand):
                pending.append(operand)
            case Binary(left=left, right=right):
                pending += (left, right)
            case _:
                pass


def references(text: str, *, bare: bool = False) -> Iterator[Reference]:
    """Yield every context that a text reads; ``bare``: the whole is an expression, as in `if:`."""
    inner = [condition(text)] if bare and "${{" not in text else template_expressions(text)
    for expression in inner:
        if expression is not None:
            yield from (part for part in _parts(expression) if isinstance(part, Reference))


def calls(text: str) -> frozenset[str]:
    """Give the names of the functions that an `if:` calls itself."""
    whole = _HOLE.fullmatch(text.strip())
    expression = _parsed(whole.group(1) if whole else text)
    return frozenset(part.name for part in _parts(expression) if isinstance(part, Call)) if expression else frozenset()


def interpolate(text: str, known: Map[str, Value]) -> Value:
    """Give the value of a text with expressions in it: of one that is nothing else, the expression's own value."""
    whole = _HOLE.fullmatch(text.strip())
    if whole and text.count("${{") == 1:
        expression = _parsed(whole.group(1))
        return UNKNOWN if expression is None else evaluate(expression, known)
    made: list[str] = []
    position = 0
    for hole in _HOLE.finditer(text):
        made.append(text[position : hole.start()])
        expression = _parsed(hole.group(1))
        value = UNKNOWN if expression is None else evaluate(expression, known)
        if isinstance(value, Unknown | tuple):
            return Unknown(prefix="".join(made))
        made.append(_written(value))
        position = hole.end()
    return "".join([*made, text[position:]])


def _written(value: Plain) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return value or ""


def outcomes(text: str, known: Map[str, Value]) -> frozenset[str] | None:
    """Give all texts that an expression such as `a && 'x' || 'y'` may come to, if they are all written in it."""
    whole = _HOLE.fullmatch(text.strip())
    expression = _parsed(whole.group(1)) if whole else None
    return None if expression is None else _outcomes(expression, known)


def _outcomes(expression: Expression, known: Map[str, Value]) -> frozenset[str] | None:
    match expression:
        case Binary(operator="&&", right=right):
            return _outcomes(right, known)
        case Binary(operator="||", left=left, right=right):
            first, second = _outcomes(left, known), _outcomes(right, known)
            return None if first is None or second is None else first | second
        case _:
            value = evaluate(expression, known)
            if isinstance(value, Unknown):
                return value.among or None
            return frozenset({value}) if isinstance(value, str) else None
