# SPDX-License-Identifier: Apache-2.0
"""What a rule is: its metadata, its documentation, its three answers, and how a finding is written on the wire."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from guardrails.values import Steps, Unknown, render_path

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "HEADINGS",
    "REPOSITORY",
    "Answer",
    "CannotTell",
    "Enforcement",
    "Exemption",
    "Family",
    "Finding",
    "Grade",
    "NotApplicable",
    "Option",
    "Rule",
    "RuleDocs",
    "Settings",
    "Severity",
    "one_line",
    "render",
    "rule",
]

REPOSITORY = "https://github.com/stackproof/stackproof"
"""Where the rule index is published; the ``see:`` line of every finding points there."""

HEADINGS = ("What it does", "Why is this bad?", "Bad", "Good", "Not caught", "References")
"""The headings of a rule's module docstring, all of them, in this order."""

View = TypeVar("View")
Settings: TypeAlias = Mapping[str, Any]
"""A family's validated options by name; a missing one stands at its default."""


class Severity(Enum):
    """How bad a finding is, the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Order severities: 0 is the worst."""
        return list(Severity).index(self)


class Enforcement(Enum):
    """What a finding of a rule does to a deployment."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a finding is let through, by whom, and until when (the day itself included)."""

    expires: date
    days_left: int
    owner: str
    reason: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """How a taxonomy classes a finding: the class, how sure it is, and the actions that it is about.

    None of them holds white space.
    """

    code: str
    confidence: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: ``rule[key]`` is what an exemption names, ``urn`` is set only where a stack was judged.

    An ``advisory`` finding does not block, whatever the level of its rule; neither does one with an ``exemption``,
    which nobody can give to one that is not ``exemptable``.
    """

    rule: str
    key: str
    path: Steps
    severity: Severity
    message: str
    remedy: str
    urn: str | None = None
    advisory: bool = False
    exemptable: bool = True
    exemption: Exemption | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The rule has nothing to judge here, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The verdict depends on a value that is not known yet; ``urn`` names its resource where a stack was judged."""

    unknown: Unknown
    urn: str | None = None


Answer: TypeAlias = Finding | NotApplicable | CannotTell


@dataclass(frozen=True, slots=True)
class Option:
    """One configuration property of a family.

    ``text`` is a non-empty string, ``texts`` a list of them, ``lists`` an object from texts to such lists, ``flag``
    true or false, ``choice`` one of ``choices``, ``days`` a whole number of days from 1 to 3650.
    """

    name: str
    kind: Literal["text", "texts", "lists", "flag", "choice", "days"]
    description: str
    default: str | bool | int | tuple[str, ...] | Mapping[str, tuple[str, ...]] | None = None
    choices: tuple[str, ...] = ()


def _nothing_amiss(_settings: Settings) -> Iterator[tuple[str, str]]:
    """Find nothing wrong with options that are right one by one."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that are one CrossGuard policy: its name, the problem as printed before each finding, and the way out.

    ``amiss`` finds values that the options' kinds admit and that are wrong all the same, such as contradictions:
    pairs of the property and what is wrong with it. ``strict`` are ids of rules that its option ``profile``, if it has
    one, makes mandatory where it says strict.
    """

    name: str
    problem: str
    remediation: str
    framework: str
    reference: str
    tags: tuple[str, ...]
    options: tuple[Option, ...] = ()
    amiss: Callable[[Settings], Iterator[tuple[str, str]]] = _nothing_amiss
    strict: frozenset[str] = frozenset()

    def level(self, rule: str, declared: Enforcement, config: Settings) -> Enforcement:
        """Give the level of one of its rules: as configured by its id, by the profile, or as declared."""
        given = config.get("rules", {}).get(rule)
        if given is not None:
            return Enforcement(given)
        return Enforcement.MANDATORY if config.get("profile") == "strict" and rule in self.strict else declared


@dataclass(frozen=True, slots=True)
class RuleDocs:
    """A rule's page, read from its module docstring: the title and one text for each heading."""

    title: str
    sections: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> RuleDocs:
        """Read a module docstring.

        Raises:
            ValueError: a heading is missing, foreign or out of order, or a section is empty.

        """
        title, *parts = re.split(r"^## +(.+)$", inspect.cleandoc(text), flags=re.MULTILINE)
        headings = tuple(heading.strip() for heading in parts[::2])
        bodies = [body.strip() for body in parts[1::2]]
        if headings != HEADINGS or not all(bodies) or not title.strip():
            msg = f"a rule's docstring needs a title and the headings {', '.join(HEADINGS)}, in this order, none empty"
            raise ValueError(msg)
        return cls(title.strip().rstrip("."), dict(zip(headings, bodies, strict=True)))

    def snippet(self, heading: Literal["Bad", "Good"]) -> str:
        """Give the Pulumi program of a section.

        Raises:
            ValueError: the section holds no fenced Python program.

        """
        found = re.search(r"```python\n(.*?)```", self.sections[heading], flags=re.DOTALL)
        if found is None:
            msg = f"the section {heading} needs a program fenced by ```python"
            raise ValueError(msg)
        return found.group(1)


@dataclass(frozen=True, slots=True)
class Rule(Generic[View]):
    """A rule: a pure function over one kind of view, and everything that is said about it.

    ``exempt`` is the worst severity of a finding that an exemption may let through; ``None``: not one of the rule's.
    """

    id: str
    family: Family
    on: type[View]
    severity: Severity
    enforcement: Enforcement
    since: str
    frameworks: tuple[str, ...]
    check: Callable[[View, Settings], Iterator[Answer]]
    exempt: Severity | None = Severity.CRITICAL

    @property
    def url(self) -> str:
        """Where the rule is documented."""
        return f"{REPOSITORY}/blob/main/policies/docs/{self.id}.md"

    @property
    def docs(self) -> RuleDocs:
        """The rule's page.

        Raises:
            ValueError: the module docstring is not in the fixed form.

        """
        return RuleDocs.parse(inspect.getdoc(inspect.getmodule(self.check)) or "")

    def exempts(self, finding: Finding) -> bool:
        """Say whether one of its findings may be let through at all."""
        return self.exempt is not None and finding.severity.rank >= self.exempt.rank

    def finding(self, key: str, path: Steps, message: str, remedy: str, urn: str | None = None) -> Finding:
        """Make a finding of this rule."""
        return Finding(self.id, key, path, self.severity, message, remedy, urn)


def rule(  # noqa: PLR0913 - the metadata of a rule is stated once, here
    *,
    id: str,  # noqa: A002 - the published name of the field
    family: Family,
    on: type[View],
    severity: Severity,
    since: str,
    enforcement: Enforcement = Enforcement.MANDATORY,
    frameworks: tuple[str, ...] = (),
    exempt: Severity | None = Severity.CRITICAL,
) -> Callable[[Callable[[View, Settings], Iterator[Answer]]], Rule[View]]:
    """Make a rule of a function from a view and the family's settings to answers."""

    def decorate(check: Callable[[View, Settings], Iterator[Answer]]) -> Rule[View]:
        return Rule(id, family, on, severity, enforcement, since, frameworks, check, exempt)

    return decorate


def render(finding: Finding, url: str) -> str:
    """Write a finding as the text that CrossGuard carries; readers of the wire parse exactly this.

    The SDK puts the policy's description and a line break before it. Three lines, one where the finding has a grade,
    and one or two where it is exempted, or can never be::

        <rule-id>[<key>] <severity> at <path>: <message>
        fix: <remedy>
        see: <url>
        class: <class> <confidence> <action> <action> …
        exempted: until <ISO date> (<n> days left), owner <owner>: <reason>
        link: <url>

    ``severity`` is lower-case, ``path`` has no space and is ``-`` for a whole resource, and neither key, message nor
    remedy holds a line break. What no exemption may let through has ``exempted: never`` for its last line.
    """
    head = f"{finding.rule}[{one_line(finding.key)}] {finding.severity.value} at {render_path(finding.path)}"
    lines = [f"{head}: {one_line(finding.message)}", f"fix: {one_line(finding.remedy)}", f"see: {url}"]
    if finding.grade:
        lines.append(f"class: {' '.join((finding.grade.code, finding.grade.confidence, *finding.grade.actions))}")
    if finding.exemption:
        lines += _exempted(finding.exemption)
    elif not finding.exemptable:
        lines.append("exempted: never")
    return "\n".join(lines)


def _exempted(given: Exemption) -> Iterator[str]:
    left = f"{given.days_left} day{'' if given.days_left == 1 else 's'} left"
    who = f"owner {one_line(given.owner)}: {one_line(given.reason)}"
    yield f"exempted: until {given.expires.isoformat()} ({left}), {who}"
    if given.link:
        yield f"link: {given.link}"


def one_line(text: str) -> str:
    """Write a text as the wire carries it: every run of white space is one space."""
    return " ".join(text.split())
