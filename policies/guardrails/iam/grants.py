# SPDX-License-Identifier: Apache-2.0
"""Statements with their conditions evaluated, and the grants that come of them.

Nothing is spelled out: a grant is an action, a resource pattern and a condition, with the path it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from guardrails.iam.action_keys import absent_keys
from guardrails.iam.arns import Region, read_arn
from guardrails.iam.conditions import UNCONDITIONAL, Condition, Moment, evaluate
from guardrails.iam.patterns import PatternSet
from guardrails.iam.reviewed import watched, watched_by
from guardrails.values import Steps, Unknown

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from guardrails.iam.arns import ArnPattern
    from guardrails.iam.conditions import Test
    from guardrails.iam.document import Document, Element, Statement

__all__ = ["DECISIVE", "Cap", "Grant", "Judged", "Reach", "Strand", "judged_statements", "texts"]


DECISIVE = frozenset({"iam:passedtoservice", "iam:policyarn"})
"""Keys whose values say what a grant is good for: the service that gets a role, the policy that is attached."""


@dataclass(frozen=True, eq=False)
class Judged:
    """A statement with its condition evaluated, and the number of the document it stands in."""

    statement: Statement
    condition: Condition
    document: int

    @property
    def dead(self) -> bool:
        """Whether the statement never applies."""
        return self.condition.verdict == "unsatisfiable"

    @cached_property
    def action_holes(self) -> list[Unknown]:
        """The unknowns among the actions."""
        elements = self.statement.actions or self.statement.not_actions or ()
        return [item.value for item in elements if isinstance(item.value, Unknown)]

    @cached_property
    def resource_holes(self) -> list[Unknown]:
        """The unknowns among the resources."""
        elements = self.statement.resources or self.statement.not_resources or ()
        return [item.value for item in elements if isinstance(item.value, Unknown)]

    def covers_action(self, key: str) -> bool:
        """Say whether the known part of the statement is about an action, given by its folded name."""
        if self.statement.actions is not None:
            return self._patterns.matches(key)
        return self.statement.not_actions is not None and not self._patterns.matches(key)

    @cached_property
    def _patterns(self) -> PatternSet:
        """The known patterns of Action, or of NotAction, folded."""
        statement = self.statement
        elements = statement.not_actions if statement.actions is None else statement.actions
        return PatternSet(text.lower() for text in texts(elements or ()))

    @cached_property
    def watched_actions(self) -> AbstractSet[str]:
        """List the watched actions that the known part of the statement is about, by folded name."""
        if self.statement.actions is not None:
            return frozenset().union(*map(watched_by, texts(self.statement.actions)))
        if self.statement.not_actions is None:
            return frozenset()
        return watched().keys() - frozenset().union(*map(watched_by, texts(self.statement.not_actions)))

    @cached_property
    def sort(self) -> Hashable:
        """What tells conditions apart, but for values that no judgement of grants reads."""
        told = ((test.key, test.base, test.verdict, _read_values(test)) for test in self.condition.tests)
        return (self.condition.verdict, *told)

    @cached_property
    def region(self) -> Region:
        """The known patterns of Resource, or of NotResource."""
        return Region(map(read_arn, texts(self.statement.resources or self.statement.not_resources or ())))

    def covers_resource(self, target: ArnPattern, excepted: Region | None = None) -> bool:
        """Say whether the known part of the statement surely covers all of a target, less what is excepted from it."""
        if self.statement.resources is not None:
            return self.region.covers(target)
        if self.statement.not_resources is not None:
            return not self.resource_holes and not self.region.meets(target, excepted)
        return True

    def meets_resource(self, target: ArnPattern) -> bool:
        """Say whether the statement may be about a part of a target."""
        if self.statement.resources is not None:
            return self.region.meets(target)
        if self.statement.not_resources is not None:
            return not self.region.covers(target)
        return True


@dataclass(frozen=True, slots=True)
class Grant:
    """What a principal is granted, but for the actions.

    ``resource`` is the pattern as granted; ``steps`` lead to the action and ``document`` is the number of its document,
    negative for a managed policy that is known by its ARN alone. ``broad`` says that the grant takes in every target
    of a type, within its own region and account.
    """

    resource: ArnPattern
    condition: Condition
    conditional: bool
    document: int
    steps: Steps
    resource_steps: Steps
    written: str
    hole: Unknown | None = None
    broad: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """One effective grant of watched actions, by their folded names, that nothing tells apart in it."""

    grant: Grant
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """Documents that only limit, as one: their Allows unite; without any Allow, ``deny_only`` caps allow the rest."""

    documents: tuple[Document, ...]
    deny_only: bool


@dataclass(frozen=True, eq=False)
class Reach:
    """What a principal can do: effective grants, and those that a cap took away."""

    strands: tuple[Strand, ...]
    capped: tuple[Strand, ...]
    denies: tuple[Judged, ...] = field(default=(), repr=False)
    caps: tuple[tuple[Judged, ...], ...] = field(default=(), repr=False)

    def of(self, action: str) -> tuple[Grant, ...]:
        """Give the grants of an action by its folded name; actions that are alike share one tuple."""
        kinds = self._kinds.get(action, ())
        if kinds not in self._merged:
            numbers = sorted(number for kind in kinds for number in self._numbers[kind])
            self._merged[kinds] = tuple(self.strands[number].grant for number in numbers)
        return self._merged[kinds]

    @property
    def actions(self) -> AbstractSet[str]:
        """All actions that are granted."""
        return self._kinds.keys()

    @cached_property
    def _sorts(self) -> dict[tuple[str, ...], list[int]]:
        """The numbers of the strands by the actions that they are about."""
        found: dict[tuple[str, ...], list[int]] = {}
        for number, strand in enumerate(self.strands):
            found.setdefault(strand.actions, []).append(number)
        return found

    @cached_property
    def _numbers(self) -> list[list[int]]:
        """The same without the actions."""
        return list(self._sorts.values())

    @cached_property
    def _kinds(self) -> dict[str, tuple[int, ...]]:
        """Which of those an action is in."""
        found: dict[str, list[int]] = {}
        for kind, actions in enumerate(self._sorts):
            for action in actions:
                found.setdefault(action, []).append(kind)
        return {action: tuple(kinds) for action, kinds in found.items()}

    @cached_property
    def _merged(self) -> dict[tuple[int, ...], tuple[Grant, ...]]:
        return {}


def _read_values(test: Test) -> tuple[str, ...]:
    return test.values if test.key in DECISIVE else ()


def texts(elements: Iterable[Element]) -> Iterator[str]:
    """Give the elements that are known."""
    return (item.value for item in elements if isinstance(item.value, str))


def judged_statements(
    document: Document, number: int, moment: Moment, *, denies_only: bool = False
) -> Iterator[Judged]:
    """Evaluate the condition of every statement of a document that has an effect, or of its denials alone."""
    for statement in document.statements:
        if statement.effect == "Deny" or (statement.effect is not None and not denies_only):
            steps = (*statement.steps, "Condition")
            if statement.condition is None:
                yield Judged(statement, UNCONDITIONAL, number)
            else:
                condition = evaluate(statement.condition, steps, moment, absent_keys(statement))
                yield Judged(statement, condition, number)
