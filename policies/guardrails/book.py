# SPDX-License-Identifier: Apache-2.0
"""The exemptions of one run: which finding is let through, and which entries let nothing through any more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from guardrails import exemptions
from guardrails.rule import Exemption, one_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from guardrails.exemptions import Entry, Problem
    from guardrails.rule import CannotTell, Finding, Rule

__all__ = ["LONGEST", "Book", "Unused"]

LONGEST = 366
"""Days that an exemption may last, unless it is configured otherwise."""


@dataclass(frozen=True, slots=True)
class Unused:
    """What became of an entry for a stack that was seen whole: stale, or (``doubt``) nobody can tell yet."""

    entry: Entry
    reason: str
    doubt: CannotTell | None = None

    def problem(self) -> Problem:
        """Say that the entry is stale."""
        return self.entry.problem("exemption-stale", "", self.reason, "remove the entry")


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a rule had to say beside its findings: open questions of a resource, or (without URN) of the whole stack."""

    rule: str
    urn: str | None
    open: tuple[CannotTell, ...]
    broke: bool


@dataclass(slots=True)
class Book:
    """The entries of the file, and what this process has seen of them.

    The engine starts a process for each run, and asks about the whole stack when every resource has been judged.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    day: dt.date
    longest: int = LONGEST
    _used: dict[Entry, set[str]] = field(default_factory=dict)
    _heard: list[_Heard] = field(default_factory=list)
    _levels: dict[str, bool] = field(default_factory=dict)
    _shown: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, path: Path, rules: Iterable[Rule[Any]]) -> Book:
        """Read the file of exemptions, as of today."""
        return cls(*exemptions.read(path, rules), exemptions.today())

    def judged(self, stack: str) -> Iterator[Problem]:
        """Say what is wrong with the file for a stack, given by the URN of any resource: form, then time."""
        yield from self.problems
        for entry in self.entries:
            if entry.holds_in(stack) and entry.expires < self.day:
                words = f"ended on {entry.expires.isoformat()}"
                remedy = "mend the finding and remove the entry, or have it approved anew"
                yield entry.problem("exemption-expired", "expires", words, remedy)
            elif entry.holds_in(stack) and not self._holds(entry):
                words = f"lasts {(entry.expires - self.day).days} days more, and {self.longest} are allowed"
                yield entry.problem("exemption-too-broad", "expires", words, "write an earlier day")

    def _holds(self, entry: Entry) -> bool:
        return self.day <= entry.expires and (entry.expires - self.day).days <= self.longest

    def exemption(self, finding: Finding, urn: str) -> Exemption | None:
        """Give the exemption of a finding on a resource, and remember that its entry is of use."""
        key = one_line(finding.key)
        for entry in self.entries:
            if (entry.rule, entry.key) == (finding.rule, key) and urn in entry.resource and entry.holds_in(urn):
                self._used.setdefault(entry, set()).add(urn)
                if finding.exemptable and self._holds(entry):
                    left = (entry.expires - self.day).days
                    return Exemption(entry.expires, left, entry.owner, entry.reason, entry.link)
        return None

    def hear(self, rule: str, urn: str | None, open_: Sequence[CannotTell], *, broke: bool) -> None:
        """Remember that a rule ran, and what it left open; ``broke``: it could not say everything, and that blocks."""
        self._levels[rule] = True
        if self.entries and (open_ or broke):
            named = tuple(replace(answer, urn=answer.urn or urn) for answer in open_)
            self._heard.append(_Heard(rule, urn, named, broke))

    def shows(self, rules: Iterable[str]) -> None:
        """Remember that the policy runs by which exempted findings of some rules are shown."""
        self._shown.update(rules)

    def hear_disabled(self, rule: str) -> None:
        """Remember that the configuration has a rule disabled."""
        self._levels.setdefault(rule, False)

    def unused(self, urns: Sequence[str], unknown: CannotTell | None) -> Iterator[Unused]:
        """Say of each entry for this stack that let nothing through why, or what keeps that from being known.

        ``urns`` are the resources of the stack, ``unknown`` any value of theirs that is not known yet: while there is
        one, the program may still register what is missing.
        """
        for entry in self.entries:
            if entry in self._used or not self._holds(entry) or not any(map(entry.holds_in, urns[:1])):
                continue
            if not self._levels.get(entry.rule):
                how = "is disabled" if entry.rule in self._levels else "belongs to a policy that is disabled"
                yield Unused(entry, f"is of no use: its rule {how}")
                continue
            present = [urn for urn in urns if urn in entry.resource]
            heard = [item for item in self._heard if item.rule == entry.rule and item.urn in {None, *present}]
            doubt = next((answer for item in heard for answer in item.open), None if present else unknown)
            if doubt or not any(item.broke for item in heard):
                fact = "its finding occurs no more" if present else "there is no such resource in this stack"
                yield Unused(entry, f"is of no use: {fact}", doubt)

    def misused(self) -> Iterator[Problem]:
        """Name the entries that let findings of several resources through, or one that nobody was shown."""
        for entry, urns in self._used.items():
            if len(urns) > 1:
                words = f"fits {len(urns)} resources: {', '.join(sorted(urns))}"
                yield entry.problem("exemption-too-broad", "resource", words, "write one entry for each, by its URN")
            if entry.rule not in self._shown:
                words = "lets a finding through that nobody is shown: its rule's advisory policy is disabled"
                yield entry.problem("exemption-hidden", "", words, "enable the policy again that ends in -advisory")
