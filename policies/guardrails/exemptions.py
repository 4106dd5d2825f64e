# SPDX-License-Identifier: Apache-2.0
"""The file of exemptions: its entries, and everything that is wrong with it, each thing with its line.

Read strictly, since each entry opens a gate: what is not exactly in form lets nothing through, and is a finding.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from guardrails.rule import REPOSITORY, Finding, Rule, Severity, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["FILE", "LAWS", "URL", "Entry", "Law", "Problem", "Target", "read", "today"]

FILE = Path(__file__).absolute().parents[1] / "exemptions.yaml"
"""Where a pack keeps its exemptions."""

URL = f"{REPOSITORY}/blob/main/policies/docs"


@dataclass(frozen=True, slots=True)
class Law:
    """One thing that must hold of the file; what breaks it is a finding of this id, which nobody can exempt."""

    id: str
    title: str
    what: str
    why: str
    mend: str

    @property
    def url(self) -> str:
        """Where it is documented."""
        return f"{URL}/{self.id}.md"


LAWS = (
    Law(
        "exemption-invalid",
        "Exemption is not in form",
        "Flags a file of exemptions that cannot be read, and an entry with an unknown, missing, doubled or malformed"
        " field, a URN of another stack than it names, or a finding that an earlier entry lets through already.",
        "What is not understood must not open a gate. Nothing that the entry says counts.",
        "Mend the line that the message names; `stackproof exempt` writes entries that are in form.",
    ),
    Law(
        "exemption-unknown",
        "Exemption names a rule that is not there",
        "Flags an entry whose `rule` this pack does not have. A rule that crashed, a bad configuration and the rules"
        " about exemptions are none that an entry could name.",
        "The rule was renamed or never existed, so somebody believes in an exemption that there is not.",
        "Take the rule's id from the report.",
    ),
    Law(
        "exemption-too-broad",
        "Exemption lets through more than one finding, or for too long",
        "Flags a wildcard in the place of a rule, key, resource or stack, a type and name that fit several resources,"
        " and a last day that is further away than `maxDays` of the policy `exemptions`.",
        "The next finding would be let through with this one, and nobody would have looked at it.",
        "Write one entry for each finding, with its key and resource as the report prints them, and an earlier day.",
    ),
    Law(
        "exemption-forbidden",
        "Exemption is of a kind that nobody may give",
        "Flags an entry for a rule whose findings let strangers in, as one by which anybody may take a role over.",
        "There is no reason for which that would do, so there is none to write down.",
        "Mend what the rule found, and remove the entry.",
    ),
    Law(
        "exemption-hidden",
        "Exemption lets through what nobody is shown",
        "Flags an entry whose finding was let through while the policy that shows it, the twin of the rule's own, is"
        " disabled by configuration.",
        "A finding that is let through stays one: whoever reads a preview or an update must see it, and until when.",
        "Enable the policy `<family>-advisory` again.",
    ),
    Law(
        "exemption-expired",
        "Exemption has ended",
        "Flags an entry for this stack whose last day is over, by the date in UTC.",
        "It was given for a time. What it let through blocks again.",
        "Mend the finding and remove the entry, or have it approved anew with another day.",
    ),
    Law(
        "exemption-stale",
        "Exemption lets nothing through any more",
        "Flags an entry for this stack that no finding met when all of the stack had been judged: the finding is"
        " mended, the resource gone or renamed, the rule disabled. While a value is unknown on which that depends, the"
        " policy says that it cannot tell.",
        "An entry that is left behind lets the same finding through when it comes back, and nobody decided that.",
        "Remove the entry. One that is meant for another project names its stacks as `project/stack`.",
    ),
)
"""What must hold of the file."""

_REQUIRED = ("rule", "key", "resource", "stacks", "reason", "owner", "expires")
_OPTIONAL = ("link",)
_STACK = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?")
_LINK = re.compile(r"https?://[^\s/]\S*")
_URN = re.compile(r"urn:pulumi:(?P<stack>[^:]+)::(?P<project>[^:]+)::(?P<types>[^\s]+?)::(?P<name>.+)", re.DOTALL)
_TEXT = "tag:yaml.org,2002:str"
_INVALID, _BROAD = "exemption-invalid", "exemption-too-broad"


def today() -> dt.date:
    """Give the day by which exemptions are judged: UTC's, so that it is the same one on every machine."""
    return dt.datetime.now(tz=dt.UTC).date()


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that an entry names: by its URN, or by type and name alone (then ``urn`` is empty)."""

    type: str
    name: str
    urn: str = ""

    @classmethod
    def of(cls, urn: str) -> Target | None:
        """Read a URN, where the text is one; of its types the last is the resource's own."""
        match = _URN.fullmatch(urn)
        return cls(match["types"].rpartition("$")[2], match["name"], urn) if match else None

    def __contains__(self, urn: str) -> bool:
        if self.urn:
            return self.urn == urn
        other = Target.of(urn)
        return other is not None and (other.type, other.name) == (self.type, self.name)

    def __str__(self) -> str:
        return self.urn or f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One exemption: the finding ``rule[key]`` of one resource in some stacks (``stack`` or ``project/stack``)."""

    line: int
    rule: str
    key: str
    resource: Target
    stacks: tuple[str, ...]
    reason: str
    owner: str
    expires: dt.date
    link: str = ""

    def holds_in(self, urn: str) -> bool:
        """Say whether it is meant for the stack, and the project, of a URN."""
        return not _stack_names(urn).isdisjoint(self.stacks)

    def problem(self, rule: str, field: str, message: str, remedy: str) -> Problem:
        """Say that something is wrong with it, though it is in form."""
        words = f"the exemption of {self.rule}[{self.key}] on {self.resource} {message}"
        return Problem(rule, self.line, field, words, remedy, self.owner)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the file at a line of it: the law's id, the field, the fact, what to do, and whose it is."""

    rule: str
    line: int
    field: str
    message: str
    remedy: str
    owner: str = ""

    def finding(self, urn: str | None = None) -> Finding:
        """Make the finding; its key is the place, so that no two are taken for one."""
        place = f"{FILE.name}:{self.line}"
        key, where = (f"{place}::{self.field}", f"{place}: {self.field}: ") if self.field else (place, f"{place}: ")
        words = where + self.message + (f" (owner {self.owner})" if self.owner else "")
        return Finding(self.rule, key, (), Severity.HIGH, words, self.remedy, urn, exemptable=False)


def _stack_names(urn: str) -> frozenset[str]:
    """Give the names by which a file may call the stack of a URN."""
    match = _URN.fullmatch(urn)
    return frozenset({match["stack"], f"{match['project']}/{match['stack']}"}) if match else frozenset()


def read(path: Path, rules: Iterable[Rule[Any]]) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Read a file: the entries that are in form, and what is wrong; no file is no entry."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        return (), ()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return (), (Problem(_INVALID, line, "", f"not valid YAML: {error.problem or error.context}", "mend the file"),)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        words = f"cannot be read: {type(error).__name__}"
        return (), (Problem(_INVALID, 1, "", words, "make it a plain YAML file in UTF-8"),)
    if root is None:
        return (), ()
    if not isinstance(root, yaml.SequenceNode):
        words = "the file must be a list of entries"
        return (), (Problem(_INVALID, _line(root), "", words, "begin each entry with `- rule:`"),)
    known = {item.id: item for item in rules}
    readers = [_Reader(node, known) for node in root.value]
    entries = tuple(entry for reader in readers if (entry := reader.entry()))
    return entries, (*(problem for reader in readers for problem in reader.problems), *_doubles(entries))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _doubles(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Find entries for a finding that an earlier one lets through already."""
    first: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        names = [(entry.rule, entry.key, entry.resource.type, entry.resource.name, stack) for stack in entry.stacks]
        earlier = next((first[name] for name in names if name in first), None)
        first.update(dict.fromkeys(names, earlier or entry))
        if earlier:
            yield entry.problem(_INVALID, "", f"stands in line {earlier.line} already", "keep one of the two")


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a text, and what to do."""

    message: str
    remedy: str
    rule: str = _INVALID


class _Reader:
    """Reads one entry, and keeps every complaint about it."""

    def __init__(self, node: yaml.Node, rules: Mapping[str, Rule[Any]]) -> None:
        self.problems: list[Problem] = []
        self._node = node
        self._rules = rules
        self._fields: dict[str, yaml.Node] = {}

    def entry(self) -> Entry | None:
        """Give the entry, if nothing at all is wrong with it."""
        if not self._mapping(self._node, "", _REQUIRED, _OPTIONAL, self._fields):
            return None
        made = Entry(
            _line(self._node),
            self._text("rule", self._fields["rule"], self._rule),
            self._text("key", self._fields["key"], _key),
            self._resource(self._fields["resource"]),
            self._stacks(self._fields["stacks"]),
            self._text("reason", self._fields["reason"]),
            self._text("owner", self._fields["owner"], _owner),
            self._expires(self._fields["expires"]),
            self._text("link", self._fields["link"], _link) if "link" in self._fields else "",
        )
        if made.resource.urn and not _stack_names(made.resource.urn).issuperset(made.stacks):
            self._complain("stacks", _Wrong("the URN is of another stack", "name the URN's stack, and no other"))
        return None if self.problems else made

    def _complain(self, field: str, wrong: _Wrong, node: yaml.Node | None = None) -> None:
        place = node or self._fields.get(field.partition(".")[0], self._node)
        self.problems.append(Problem(wrong.rule, _line(place), field, wrong.message, wrong.remedy, self._owner()))

    def _owner(self) -> str:
        node = self._fields.get("owner")
        return " ".join(node.value.split()) if isinstance(node, yaml.ScalarNode) else ""

    def _mapping(
        self,
        node: yaml.Node,
        place: str,
        required: tuple[str, ...],
        optional: tuple[str, ...],
        fields: dict[str, yaml.Node],
    ) -> bool:
        """Read the fields of a mapping; say whether each that is required is there once, and no other."""
        if not isinstance(node, yaml.MappingNode):
            self._complain(place, _Wrong("must be a mapping", f"write the fields {', '.join(required)}"))
            return False
        before = len(self.problems)
        known = ", ".join((*required, *optional))
        pairs = [(str(key.value) if isinstance(key, yaml.ScalarNode) else "?", key, value) for key, value in node.value]
        fields.update((name, value) for name, _, value in pairs)
        for index, (name, key, _) in enumerate(pairs):
            field = f"{place}.{name}" if place else name
            if name not in required and name not in optional:
                self._complain(field, _Wrong("there is no such field", f"known are {known}"), key)
            elif any(name == other for other, _, _ in pairs[:index]):
                self._complain(field, _Wrong("stands twice in one entry", "remove one"), key)
        for name in required:
            if name not in fields:
                self._complain(f"{place}.{name}" if place else name, _Wrong("is missing", "add it"), node)
        return len(self.problems) == before

    def _text(self, field: str, node: yaml.Node, check: _Check | None = None) -> str:
        """Read a text; every run of white space counts as one space, as it does in reports."""
        if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT:
            remedy = "write one, in quotes where it looks like something else"
            self._complain(field, _Wrong("must be a text", remedy), node)
            return ""
        text = one_line(node.value)
        wrong = check(text) if check else None
        if not text and wrong is None:
            wrong = _Wrong("is empty", "write it down")
        elif not text.isprintable():
            wrong = _Wrong("holds characters that nobody sees", "write it without them")
        if wrong:
            self._complain(field, wrong, node)
        return text

    def _rule(self, text: str) -> _Wrong | None:
        if "*" in text:
            return _Wrong("names more than one rule", "name exactly one", _BROAD)
        if text and text not in self._rules:
            return _Wrong(f"there is no rule {text}", "take the id that the report prints", "exemption-unknown")
        if text and self._rules[text].exempt is None:
            return _Wrong(f"no finding of {text} may be let through", "mend what it finds", "exemption-forbidden")
        return None

    def _resource(self, node: yaml.Node) -> Target:
        if isinstance(node, yaml.ScalarNode):
            text = self._text("resource", node, _exact)
            found = Target.of(text)
            if text and found is None:
                self._complain("resource", _Wrong("is no URN", "write urn:pulumi:…, or a mapping of type and name"))
            return found or Target("", "")
        parts: dict[str, yaml.Node] = {}
        if not self._mapping(node, "resource", ("type", "name"), (), parts):
            return Target("", "")
        return Target(*(self._text(f"resource.{name}", parts[name], _exact) for name in ("type", "name")))

    def _stacks(self, node: yaml.Node) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._complain("stacks", _Wrong("must be a list of stacks", "name each, as [dev] or [project/dev]"))
            return ()
        names = tuple(self._text("stacks", item, _stack) for item in node.value)
        if len({*names}) < len(names):
            self._complain("stacks", _Wrong("names a stack twice", "remove one"))
        return names

    def _expires(self, node: yaml.Node) -> dt.date:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        self._complain("expires", _Wrong("is no date", "write the last day on which it holds, as 2027-01-31"))
        return dt.date.min


_Check: TypeAlias = "Callable[[str], _Wrong | None]"


def _exact(text: str) -> _Wrong | None:
    return _Wrong("names more than one resource", "name exactly one", _BROAD) if "*" in text else None


def _key(text: str) -> _Wrong | None:
    if text.strip("*"):
        return None
    return _Wrong("names every finding of the rule", "take the key between the brackets in the report", _BROAD)


def _stack(text: str) -> _Wrong | None:
    if "*" in text:
        return _Wrong("names more than one stack", "name each of them", _BROAD)
    return None if not text or _STACK.fullmatch(text) else _Wrong("is no stack", "write stack, or project/stack")


def _owner(text: str) -> _Wrong | None:
    if ": " in text:
        return _Wrong("holds a colon and a space, which end it in messages", "write a name or an address")
    return None


def _link(text: str) -> _Wrong | None:
    return None if _LINK.fullmatch(text) else _Wrong("is no link", "write an address that begins with https://")
