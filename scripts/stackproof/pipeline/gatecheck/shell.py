# SPDX-License-Identifier: Apache-2.0
"""Shell scripts: the commands a `run:` step calls, and whether each one's exit code can fail the step.

A small reader of the POSIX grammar as bash speaks it: lists, pipelines, groups, conditionals, loops, functions,
substitutions and here-documents. Expansions are kept as they are written. What cannot be read is told as such; the
commands read up to there still count. What ends a script is described in bash's manual under "The Set Builtin"
(`-e`, `pipefail`) and for GitHub's shells in "Workflow syntax", `jobs.<job_id>.steps[*].shell`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Command", "Options", "Script", "read_script"]

_OPERATORS = ("&&", "||", ";;&", ";;", ";&", "|&", "&", "|", ";", "(", ")")
_REDIRECTION = re.compile(r"\d*(?:&>>|&>|<<<|<<-|<<|>>|>&|<&|>\||<>|>|<)")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_DECLARATIONS = ("export", "local", "declare", "readonly", "typeset")
_DEEPEST = 30
_QUIET = ("echo", "printf", "true", ":", "cat", "tee", "date", "sleep", "unset", "shift")
"""Commands whose success says nothing of what came before."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a script is started with."""

    errexit: bool = True
    pipefail: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its words, its line counted from 0, and why its failure would not fail the script."""

    words: tuple[str, ...]
    line: int
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What a script does. ``unread`` says from which line on (counted from 0) it could not be read, if so."""

    commands: tuple[Command, ...]
    ends_in_failure: bool = False
    unread: int | None = None


@lru_cache(maxsize=4096)
def read_script(text: str, options: Options) -> Script:
    """Read a script into its commands; never raises. Workflows repeat their scripts, so the last are kept."""
    reader = _Reader(text)
    body, unread = reader.script()
    walker = _Walker(body, options)
    walker.whole()
    return Script(tuple(walker.found), walker.always_fails(body), unread)


class _UnreadableError(Exception):
    """The text is not of the grammar from here on."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, an operator or the end of a line. ``inner`` holds the scripts of a word's substitutions."""

    kind: str
    text: str
    line: int
    inner: tuple[tuple[str, int], ...] = ()
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class _Simple:
    words: tuple[str, ...]
    line: int
    inner: tuple[_List, ...] = ()
    assigns: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """A group, subshell, loop body or function's body: what runs in order."""

    body: _List
    line: int


@dataclass(frozen=True, slots=True)
class _If:
    conditions: tuple[_List, ...]
    branches: tuple[_List, ...]
    line: int


@dataclass(frozen=True, slots=True)
class _Loop:
    keyword: str
    condition: _List
    body: _List
    line: int


@dataclass(frozen=True, slots=True)
class _Case:
    branches: tuple[_List, ...]
    line: int


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    body: _Part
    line: int


_Part = _Simple | _Group | _If | _Loop | _Case | _Function


@dataclass(frozen=True, slots=True)
class _Pipeline:
    parts: tuple[_Part, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class _Chain:
    """Pipelines joined by `&&` and `||`; each operator stands before the pipeline of the same place but the first."""

    pipelines: tuple[_Pipeline, ...]
    operators: tuple[str, ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    chains: tuple[_Chain, ...] = ()


@dataclass(slots=True)
class _Lexer:
    """Cuts a text into tokens."""

    text: str
    first_line: int = 0
    position: int = 0
    line: int = 0
    documents: list[tuple[str, bool]] = field(default_factory=list)

    def tokens(self) -> Iterator[_Token]:
        """Yield the tokens; a here-document's text is passed over."""
        self.line = self.first_line
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == "\n":
                yield _Token("end", "\n", self.line)
                self._advance(1)
                self._skip_documents()
            elif char in " \t\r" or self.text.startswith("\\\n", self.position):
                self._advance(2 if char == "\\" else 1)
            elif char == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif redirection := _REDIRECTION.match(self.text, self.position):
                self._redirect(redirection.group())
            elif operator := next((item for item in _OPERATORS if self.text.startswith(item, self.position)), ""):
                yield _Token("operator", operator, self.line)
                self._advance(len(operator))
            else:
                yield self._word()

    def _advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.position, self.position + count)
        self.position += count

    def _redirect(self, operator: str) -> None:
        """Pass over a redirection and its target, except that a process substitution is a word of its own."""
        self._advance(len(operator))
        if operator.lstrip("0123456789") in {"<", ">"} and self.text.startswith("(", self.position):
            self._balanced()
            return
        while self.text[self.position : self.position + 1] in {" ", "\t"}:
            self._advance(1)
        target = self._word() if self.position < len(self.text) and self.text[self.position] not in "\n;|" else None
        if operator.lstrip("0123456789") in {"<<", "<<-"} and target:
            self.documents.append((target.text, operator.endswith("-")))

    def _skip_documents(self) -> None:
        for delimiter, indented in self.documents:
            while self.position < len(self.text):
                end = self.text.find("\n", self.position)
                end = len(self.text) if end < 0 else end
                found = self.text[self.position : end]
                self._advance(min(end + 1, len(self.text)) - self.position)
                if (found.lstrip("\t") if indented else found).rstrip("\r") == delimiter:
                    break
        self.documents.clear()

    def _word(self) -> _Token:
        line, made, inner, quoted = self.line, list[str](), list[tuple[str, int]](), False
        while self.position < len(self.text):
            char = self.text[self.position]
            if self.text.startswith("${{", self.position):
                end = self.text.find("}}", self.position)
                made.append(self._cut((end + 2 if end >= 0 else len(self.text)) - self.position))
            elif char == "\\":
                made.append(self._cut(2)[1:].replace("\n", ""))
            elif char == "'":
                quoted = True
                made.append(self._single())
            elif char == '"':
                quoted = True
                self._advance(1)
                self._double(made, inner)
            elif char in "$`":
                self._expansion(made, inner)
            elif char in " \t\r\n;|&()<>":
                break
            else:
                made.append(self._cut(1))
        if self.position < len(self.text) and self.text[self.position] in "()" and not made:
            raise _UnreadableError
        return _Token("word", "".join(made), line, tuple(inner), quoted)

    def _cut(self, count: int) -> str:
        found = self.text[self.position : self.position + count]
        self._advance(count)
        return found

    def _single(self) -> str:
        end = self.text.find("'", self.position + 1)
        if end < 0:
            raise _UnreadableError
        return self._cut(end + 1 - self.position)[1:-1]

    def _double(self, made: list[str], inner: list[tuple[str, int]]) -> None:
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == '"':
                self._advance(1)
                return
            if self.text.startswith("${{", self.position):
                end = self.text.find("}}", self.position)
                made.append(self._cut((end + 2 if end >= 0 else len(self.text)) - self.position))
            elif char == "\\":
                escaped = self._cut(2)
                made.append(escaped[1:].replace("\n", "") if escaped[1:] in {'"', "\\", "$", "`", "\n"} else escaped)
            elif char in "$`":
                self._expansion(made, inner)
            else:
                made.append(self._cut(1))
        raise _UnreadableError

    def _expansion(self, made: list[str], inner: list[tuple[str, int]]) -> None:
        """Read `$name`, `${…}`, `$((…))`, `$(…)` or a pair of backquotes; commands inside are kept apart."""
        start, line = self.position, self.line
        if self.text[start] == "`":
            end = self.text.find("`", start + 1)
            if end < 0:
                raise _UnreadableError
            inner.append((self.text[start + 1 : end], line))
            self._advance(end + 1 - start)
        elif self.text.startswith("$((", start):
            self._advance(1)
            self._balanced()
        elif self.text.startswith("$(", start):
            self._advance(1)
            inner.append((self._balanced()[1:-1], line))
        elif self.text.startswith("${", start):
            self._braces()
        else:
            self._advance(1)
        made.append(self.text[start : self.position])

    def _braces(self) -> None:
        depth = 0
        while self.position < len(self.text):
            char = self._cut(1)
            depth += (char == "{") - (char == "}")
            if char == "\\":
                self._advance(1)
            if depth == 0 and char == "}":
                return
        raise _UnreadableError

    def _balanced(self) -> str:
        """Read from an opening parenthesis to the one that closes it, past quotes."""
        start, depth = self.position, 0
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == "'":
                self._single()
                continue
            if char == '"':
                self._advance(1)
                self._double([], [])
                continue
            self._advance(2 if char == "\\" else 1)
            depth += (char == "(") - (char == ")")
            if depth == 0:
                return self.text[start : self.position]
        raise _UnreadableError


_CLOSERS = {"then", "else", "elif", "fi", "do", "done", "esac", "}"}


@dataclass(slots=True)
class _Reader:
    """Reads tokens by descent."""

    text: str
    first_line: int = 0
    depth: int = 0
    tokens: list[_Token] = field(default_factory=list)
    position: int = 0
    broken: int | None = None

    def script(self) -> tuple[_List, int | None]:
        """Read all there is, and say from which line on it could not be read."""
        lexer = _Lexer(self.text, self.first_line)
        try:
            self.tokens.extend(lexer.tokens())
        except _UnreadableError:
            self.broken = lexer.line
        chains: list[_Chain] = []
        self._lines()
        while self.position < len(self.tokens):
            start = self.position
            try:
                chains.append(self._whole_chain())
            except (_UnreadableError, RecursionError):
                line = self.tokens[start].line
                self.broken = line if self.broken is None else min(line, self.broken)
                self.position = start
                self._next_line()
            self._lines()
        return _List(tuple(chains)), self.broken

    def _whole_chain(self) -> _Chain:
        """Read a chain that ends where a line or command does."""
        chain = self._chain()
        if not (chain.background or self._peek().kind in {"end", "none"} or self._is("operator", ";")):
            raise _UnreadableError
        return chain

    def _next_line(self) -> None:
        while self.position < len(self.tokens) and self.tokens[self.position].kind != "end":
            self.position += 1
        self.position += 1

    def _peek(self) -> _Token:
        if self.position < len(self.tokens):
            return self.tokens[self.position]
        return _Token("none", "", self.tokens[-1].line if self.tokens else 0)

    def _is(self, kind: str, *texts: str) -> bool:
        token = self._peek()
        return token.kind == kind and token.text in texts and not token.quoted

    def _take(self, kind: str, *texts: str) -> bool:
        if self._is(kind, *texts):
            self.position += 1
            return True
        return False

    def _demand(self, kind: str, text: str) -> None:
        if not self._take(kind, text):
            raise _UnreadableError

    def _lines(self) -> None:
        while self._peek().kind == "end" or self._is("operator", ";"):
            self.position += 1

    def _list(self, closers: tuple[str, ...]) -> _List:
        """Read chains up to a word or operator that closes the list, which is left."""
        chains: list[_Chain] = []
        while True:
            self._lines()
            token = self._peek()
            closes = token.kind in {"word", "operator"} and token.text in closers and not token.quoted
            stray = token.kind == "word" and token.text in _CLOSERS and not token.quoted
            if token.kind == "none" or closes or stray or self._is("operator", ")", ";;", ";&", ";;&"):
                return _List(tuple(chains))
            chains.append(self._chain())

    def _chain(self) -> _Chain:
        pipelines, operators = [self._pipeline()], list[str]()
        while self._is("operator", "&&", "||"):
            operators.append(self._peek().text)
            self.position += 1
            while self._peek().kind == "end":
                self.position += 1
            pipelines.append(self._pipeline())
        return _Chain(tuple(pipelines), tuple(operators), self._take("operator", "&"))

    def _pipeline(self) -> _Pipeline:
        negated = False
        while self._is("word", "!", "time"):
            negated = negated or self._peek().text == "!"
            self.position += 1
        parts = [self._part()]
        while self._take("operator", "|", "|&"):
            while self._peek().kind == "end":
                self.position += 1
            parts.append(self._part())
        return _Pipeline(tuple(parts), negated)

    def _part(self) -> _Part:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _UnreadableError
        try:
            return self._compound()
        finally:
            self.depth -= 1

    def _compound(self) -> _Part:
        token = self._peek()
        readers: dict[tuple[str, str], Callable[[int], _Part]] = {
            ("operator", "("): lambda line: _Group(self._closed("operator", ")"), line),
            ("word", "{"): lambda line: _Group(self._closed("word", "}"), line),
            ("word", "if"): self._if,
            ("word", "while"): lambda line: _Loop("while", self._list(("do",)), self._body(), line),
            ("word", "until"): lambda line: _Loop("until", self._list(("do",)), self._body(), line),
            ("word", "for"): self._for,
            ("word", "select"): self._for,
            ("word", "case"): self._case,
            ("word", "[["): self._test,
            ("word", "function"): self._named_function,
        }
        read = None if token.quoted else readers.get((token.kind, token.text))
        if read is None:
            return self._simple()
        self.position += 1
        return read(token.line)

    def _closed(self, kind: str, text: str) -> _List:
        body = self._list((text,))
        self._demand(kind, text)
        return body

    def _for(self, line: int) -> _Loop:
        while not self._is("word", "do") and self._peek().kind != "none":
            self.position += 1
        return _Loop("for", _List(), self._body(), line)

    def _named_function(self, _: int) -> _Function:
        name = self._peek()
        self.position += 1
        if self._take("operator", "("):
            self._demand("operator", ")")
        return self._function_body(name)

    def _body(self) -> _List:
        self._demand("word", "do")
        body = self._list(("done",))
        self._demand("word", "done")
        return body

    def _if(self, line: int) -> _If:
        conditions, branches = [self._list(("then",))], list[_List]()
        self._demand("word", "then")
        branches.append(self._list(("elif", "else", "fi")))
        while self._take("word", "elif"):
            conditions.append(self._list(("then",)))
            self._demand("word", "then")
            branches.append(self._list(("elif", "else", "fi")))
        branches.append(self._list(("fi",)) if self._take("word", "else") else _List())
        self._demand("word", "fi")
        return _If(tuple(conditions), tuple(branches), line)

    def _case(self, line: int) -> _Case:
        branches: list[_List] = []
        while not self._take("word", "in"):
            if self._peek().kind == "none":
                raise _UnreadableError
            self.position += 1
        self._lines()
        while not self._take("word", "esac"):
            while not self._take("operator", ")"):
                if self._peek().kind == "none":
                    raise _UnreadableError
                self.position += 1
            branches.append(self._list(("esac",)))
            while self._take("operator", ";;", ";&", ";;&"):
                pass
            self._lines()
        return _Case(tuple(branches), line)

    def _test(self, line: int) -> _Simple:
        """Read `[[ … ]]`, whose operators are those of a test."""
        words = ["[["]
        while not self._is("word", "]]"):
            if self._peek().kind == "none":
                raise _UnreadableError
            words.append(self._peek().text)
            self.position += 1
        self.position += 1
        return _Simple((*words, "]]"), line)

    def _simple(self) -> _Part:
        tokens: list[_Token] = []
        while self._peek().kind == "word":
            tokens.append(self._peek())
            self.position += 1
        if not tokens:
            # A redirection alone is a command without words.
            if self._peek().kind in {"end", "none"} or self._is("operator", ";"):
                return _Simple((), self._peek().line)
            if self.position and self.tokens[self.position - 1].kind == "operator" and self._is("operator", ")"):
                return _Simple((), self._peek().line)
            raise _UnreadableError
        first = tokens[0]
        if len(tokens) == 1 and self._is("operator", "("):
            if _ASSIGNMENT.match(first.text):
                return self._array(first)
            return self._function(first)
        return self._made(tokens)

    def _made(self, tokens: list[_Token]) -> _Simple:
        inner = tuple(_Reader(text, line, self.depth + 1).nested() for token in tokens for text, line in token.inner)
        rest = list(tokens)
        while rest and _ASSIGNMENT.match(rest[0].text):
            rest.pop(0)
        if not rest:
            return _Simple(tuple(token.text for token in tokens), tokens[0].line, inner, assigns=True)
        return _Simple(tuple(token.text for token in rest), tokens[0].line, inner)

    def nested(self) -> _List:
        """Read a substitution's script; what cannot be read in it holds no command."""
        return self.script()[0] if self.depth < _DEEPEST else _List()

    def _array(self, first: _Token) -> _Simple:
        """Read `name=( … )`."""
        self._demand("operator", "(")
        tokens = [first]
        while not self._take("operator", ")"):
            if self._peek().kind == "none":
                raise _UnreadableError
            if self._peek().kind == "word":
                tokens.append(self._peek())
            self.position += 1
        inner = tuple(_Reader(text, line, self.depth + 1).nested() for token in tokens for text, line in token.inner)
        return _Simple((first.text,), first.line, inner, assigns=True)

    def _function(self, name: _Token) -> _Part:
        self._demand("operator", "(")
        self._demand("operator", ")")
        return self._function_body(name)

    def _function_body(self, name: _Token) -> _Function:
        while self._peek().kind == "end":
            self.position += 1
        return _Function(name.text, self._part(), name.line)


@dataclass(frozen=True, slots=True)
class _Where:
    """In what position a command stands: why its failure is lost, and whether its status is the script's."""

    lost: str = ""
    tail: bool = True
    errexit: bool = True


@dataclass(slots=True)
class _Walker:
    """Visits every command that may run, in order, with what becomes of its exit code."""

    body: _List
    options: Options
    found: list[Command] = field(default_factory=list)
    functions: dict[str, _Part] = field(default_factory=dict)
    visiting: list[str] = field(default_factory=list)
    pipefail: bool = False
    errexit: bool = True

    def whole(self) -> None:
        """Visit the script, then what its functions hold that nothing called."""
        self.pipefail, self.errexit = self.options.pipefail, self.options.errexit
        for part in _all_parts(self.body):
            if isinstance(part, _Function):
                self.functions[part.name] = part.body
        trapped = [item for item in _simple_commands(self.body) if item.words[:1] == ("trap",)]
        hides = any("exit 0" in " ".join(item.words[1:2]) for item in trapped)
        self._list(self.body, _Where("a trap ends the script with `exit 0`" if hides else ""))
        called = {command.words[0] for command in self.found}
        for name, body in self.functions.items():
            if name not in called:
                self._part(body, _Where())

    def _list(self, body: _List, where: _Where) -> None:
        for index, chain in enumerate(body.chains):
            last = index == len(body.chains) - 1
            rest = _List(body.chains[index + 1 :])
            self._chain(chain, replace(where, tail=where.tail and last), rest)

    def _chain(self, chain: _Chain, where: _Where, rest: _List) -> None:
        for index, pipeline in enumerate(chain.pipelines):
            lost = where.lost or self._lost_in_chain(chain, index, where, rest)
            if not lost and self._unwatched(where) and not _exits_by_status(_List((chain, *rest.chains))):
                lost = "the script goes on after a failure (no `-e`), and another command follows"
            if not lost and pipeline.negated:
                lost = "`!` in front of it turns failure into success"
            self._pipeline(pipeline, replace(where, lost=lost), rest)

    def _unwatched(self, where: _Where) -> bool:
        return not (self.errexit and where.errexit) and not where.tail

    @staticmethod
    def _lost_in_chain(chain: _Chain, index: int, where: _Where, rest: _List) -> str:
        if chain.background:
            return "`&` runs it in the background, and nobody waits for its exit code"
        if index == len(chain.pipelines) - 1:
            return ""
        following = enumerate(chain.operators[index:], index + 1)
        handler = next((place for place, operator in following if operator == "||"), None)
        if handler is None:
            if where.tail or _exits_by_status(rest):
                return ""
            return "a failure on the left of `&&` does not end the script, and another command follows"
        spoken = chain.pipelines[handler]
        if not _succeeds(spoken) or _exits_by_status(
            _List((replace(chain, pipelines=(spoken,), operators=()), *rest.chains))
        ):
            return ""
        return f"`|| {_shown(spoken)}` turns failure into success"

    def _pipeline(self, pipeline: _Pipeline, where: _Where, rest: _List) -> None:
        for index, part in enumerate(pipeline.parts):
            lost = where.lost
            piped = index < len(pipeline.parts) - 1
            if piped and not lost and not self.pipefail and not _exits_by_status(rest):
                lost = "a pipe gives the exit code of its last command alone (no `pipefail`)"
            self._part(part, replace(where, lost=lost))

    def _part(self, part: _Part, where: _Where) -> None:
        match part:
            case _Simple():
                self._simple(part, where)
            case _Group(body=body):
                self._list(body, where)
            case _If():
                self._if(part, where)
            case _Loop(keyword=keyword, condition=test, body=body):
                lost = "it is the condition of a loop" if keyword == "while" else ""
                negated = any(item.negated for chain in test.chains for item in chain.pipelines)
                kept = keyword == "until" or negated
                self._list(_plain(test) if kept else test, replace(where, lost=where.lost or ("" if kept else lost)))
                self._list(body, where)
            case _Case(branches=branches):
                for branch in branches:
                    self._list(branch, where)
            case _Function():
                pass

    def _if(self, part: _If, where: _Where) -> None:
        for index, test in enumerate(part.conditions):
            negated = any(item.negated for chain in test.chains for item in chain.pipelines)
            reached = part.branches[index : index + 1] if negated else part.branches[index + 1 :]
            fails = any(self.may_fail(branch) for branch in reached)
            lost = "" if fails else "it is the condition of an `if` that goes on when it fails"
            self._list(_plain(test), replace(where, lost=where.lost or lost, tail=True))
        for branch in part.branches:
            self._list(branch, where)

    def _simple(self, command: _Simple, where: _Where) -> None:
        words = command.words
        hidden = bool(words) and not command.assigns
        for body in command.inner:
            lost = "it stands in a substitution, whose exit code is not looked at" if hidden else ""
            self._list(body, _Where(where.lost or lost, tail=True, errexit=where.errexit))
        if command.assigns or not words:
            return
        if words[0] == "set":
            self._set(words[1:])
        self.found.append(Command(words, command.line, where.lost))
        if words[0] in self.functions and words[0] not in self.visiting and len(self.visiting) < _DEEPEST:
            self.visiting.append(words[0])
            self._part(self.functions[words[0]], where)
            self.visiting.pop()

    def _set(self, words: tuple[str, ...]) -> None:
        for index, word in enumerate(words):
            if re.fullmatch(r"[-+][a-zA-Z]*e[a-zA-Z]*", word) or words[index : index + 2][1:] == ("errexit",):
                self.errexit = word.startswith("-")
            if words[index : index + 2][1:] == ("pipefail",):
                self.pipefail = word.startswith("-")

    def may_fail(self, body: _List) -> bool:
        """Say whether a branch holds an exit, or a return, that is no success."""
        return any(_is_failure(item.words) for item in _simple_commands(body))

    def always_fails(self, body: _List) -> bool:
        """Say whether a script, run to its end, ends in an `exit` other than 0 whatever happens in it."""
        for chain in body.chains:
            [*others, last] = chain.pipelines
            if others or len(last.parts) > 1:
                continue
            [part] = last.parts
            if isinstance(part, _Simple) and _is_failure(part.words):
                return True
            if isinstance(part, _Group) and self.always_fails(part.body):
                return True
        return False


def _plain(test: _List) -> _List:
    """Give a condition's commands without the `!` that the conditional itself takes account of."""
    chains = (
        replace(chain, pipelines=tuple(replace(p, negated=False) for p in chain.pipelines)) for chain in test.chains
    )
    return _List(tuple(chains))


def _is_failure(words: tuple[str, ...]) -> bool:
    """Say whether a command ends the script with what is not known to be success."""
    if words[:1] == ("false",):
        return True
    return words[:1] in {("exit",), ("return",)} and words[1:2] not in {("0",), ()}


def _succeeds(pipeline: _Pipeline) -> bool:
    """Say whether a pipeline is known to end in success."""
    part = pipeline.parts[-1]
    if isinstance(part, _Group):
        simple = list(_simple_commands(part.body))
        if any(_is_failure(item.words) for item in simple):
            return False
        last = part.body.chains[-1].pipelines[-1] if part.body.chains else None
        return last is None or _succeeds(last)
    if not isinstance(part, _Simple):
        return False
    if part.assigns or not part.words:
        return not part.inner
    return part.words[0] in _QUIET or part.words[:2] in {("exit", "0"), ("return", "0")}


def _exits_by_status(rest: _List) -> bool:
    """Say whether what follows keeps a status (`$?`, PIPESTATUS) and exits by it."""
    simple = list(_simple_commands(rest))
    kept = any("$?" in word or "PIPESTATUS" in word for item in simple for word in item.words)
    return kept and any(_is_failure(item.words) for item in simple)


def _shown(pipeline: _Pipeline) -> str:
    part = pipeline.parts[0]
    words = part.words if isinstance(part, _Simple) else ("{ … }",)
    text = " ".join(words)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


_LONGEST_SHOWN: Final = 30


def _all_parts(body: _List) -> Iterator[_Part]:
    for chain in body.chains:
        for pipeline in chain.pipelines:
            for part in pipeline.parts:
                yield part
                for inner in _bodies(part):
                    yield from _all_parts(inner)


def _bodies(part: _Part) -> tuple[_List, ...]:
    match part:
        case _Simple(inner=inner):
            return inner
        case _Group(body=body):
            return (body,)
        case _If(conditions=conditions, branches=branches):
            return (*conditions, *branches)
        case _Loop(condition=test, body=body):
            return (test, body)
        case _Case(branches=branches):
            return branches
        case _Function(body=body):
            return _bodies(body)


def _simple_commands(body: _List) -> Iterator[_Simple]:
    return (part for part in _all_parts(body) if isinstance(part, _Simple))
