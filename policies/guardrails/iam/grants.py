# SPDX-License-Identifier: Apache-2.0
"""Effective grants: (union of Allows - Deny) & boundary & service control policies, for the watched actions.

Nothing is spelled out: a grant is an action, a resource pattern and a condition, with the path it comes from. A Deny
subtracts only what it surely covers and only where it always applies; under any other Deny the grant stays, but is
conditional. Source: IAM user guide, "Policy evaluation logic".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from guardrails.iam.action_keys import absent_keys
from guardrails.iam.arns import EVERY, ArnPattern, is_every_resource, read_arn
from guardrails.iam.conditions import UNCONDITIONAL, Condition, Moment, always, evaluate
from guardrails.iam.patterns import matches
from guardrails.iam.reviewed import watched, watched_by
from guardrails.values import Steps, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from guardrails.iam.document import Document, Element, Statement

__all__ = ["Cap", "Grant", "Judged", "Reach", "effective", "judged_statements"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement with its condition evaluated, and the number of the document it stands in."""

    statement: Statement
    condition: Condition
    document: int

    @property
    def dead(self) -> bool:
        """Whether the statement never applies."""
        return self.condition.verdict == "unsatisfiable"

    def action_holes(self) -> list[Unknown]:
        """List the unknowns among the actions."""
        elements = self.statement.actions or self.statement.not_actions or ()
        return [item.value for item in elements if isinstance(item.value, Unknown)]

    def resource_holes(self) -> list[Unknown]:
        """List the unknowns among the resources."""
        elements = self.statement.resources or self.statement.not_resources or ()
        return [item.value for item in elements if isinstance(item.value, Unknown)]

    def covers_action(self, key: str) -> bool:
        """Say whether the known part of the statement is about an action, given by its folded name."""
        if self.statement.actions is not None:
            return any(_hits(item, key) for item in self.statement.actions)
        return self.statement.not_actions is not None and not any(
            _hits(item, key) for item in self.statement.not_actions
        )

    def covers_resource(self, target: ArnPattern) -> bool:
        """Say whether the known part of the statement surely covers all of a target."""
        if self.statement.resources is not None:
            return any(read_arn(text).covers(target) for text in _texts(self.statement.resources))
        if self.statement.not_resources is not None:
            return not self.resource_holes() and not any(
                read_arn(text).meets(target) for text in _texts(self.statement.not_resources)
            )
        return True

    def meets_resource(self, target: ArnPattern) -> bool:
        """Say whether the statement may be about a part of a target."""
        if self.statement.resources is not None:
            return any(read_arn(text).meets(target) for text in _texts(self.statement.resources))
        if self.statement.not_resources is not None:
            return not any(read_arn(text).covers(target) for text in _texts(self.statement.not_resources))
        return True


@dataclass(frozen=True, slots=True)
class Grant:
    """One effective grant of a watched action.

    ``resource`` is the pattern as granted, ``reach`` what of it can hold a target; ``steps`` lead to the action and
    ``document`` is the number of its document, negative for a managed policy that is known by its ARN alone.
    """

    action: str
    resource: ArnPattern
    reach: tuple[ArnPattern, ...]
    condition: Condition
    conditional: bool
    document: int
    steps: Steps
    resource_steps: Steps
    written: str
    hole: Unknown | None = None

    @property
    def broad(self) -> bool:
        """Whether the grant takes in every target of a type, within its own region and account."""
        targets = watched()[self.action].targets
        return is_every_resource(self.resource.text) or any(self.resource.spans(target) for target in targets)


@dataclass(frozen=True, slots=True)
class Cap:
    """Documents that only limit, as one: their Allows unite; without any Allow, ``deny_only`` caps allow the rest."""

    documents: tuple[Document, ...]
    deny_only: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """What a principal can do: effective grants by action, and those that a cap took away."""

    grants: Mapping[str, tuple[Grant, ...]]
    capped: Mapping[str, tuple[Grant, ...]]
    denies: tuple[Judged, ...] = field(default=(), repr=False)
    caps: tuple[tuple[Judged, ...], ...] = field(default=(), repr=False)

    def of(self, action: str) -> tuple[Grant, ...]:
        """Give the grants of an action by its folded name."""
        return self.grants.get(action, ())


def _texts(elements: Iterable[Element]) -> Iterator[str]:
    return (item.value for item in elements if isinstance(item.value, str))


def _hits(element: Element, key: str) -> bool:
    return isinstance(element.value, str) and matches(element.value.lower(), key)


def judged_statements(document: Document, number: int, moment: Moment) -> Iterator[Judged]:
    """Evaluate the condition of every statement of a document that has an effect."""
    for statement in document.statements:
        if statement.effect is not None:
            steps = (*statement.steps, "Condition")
            if statement.condition is None:
                yield Judged(statement, UNCONDITIONAL, number)
            else:
                condition = evaluate(statement.condition, steps, moment, absent_keys(statement))
                yield Judged(statement, condition, number)


def effective(
    statements: Sequence[Judged],
    caps: Sequence[Cap],
    moment: Moment,
    managed: Iterable[Grant] = (),
) -> Reach:
    """Work out what identity statements grant once every Deny and every cap counts."""
    capping = [
        (cap, tuple(item for document in cap.documents for item in judged_statements(document, -1, moment)))
        for cap in caps
    ]
    denies = tuple(
        item
        for group in (statements, *(found for _, found in capping))
        for item in group
        if item.statement.effect != "Allow" and not item.dead
    )
    limits = tuple(
        allows
        for cap, found in capping
        for allows in [tuple(item for item in found if item.statement.effect == "Allow" and not item.dead)]
        if allows or not cap.deny_only
    )
    grants: dict[str, list[Grant]] = {}
    capped: dict[str, list[Grant]] = {}
    for raw in [*_raw(statements), *managed]:
        left = _subtract(raw, denies)
        if left is None:
            continue
        within = _limit(left, limits)
        (capped if within is None else grants).setdefault(raw.action, []).append(within or left)
    frozen = {key: tuple(items) for key, items in grants.items()}
    return Reach(frozen, {key: tuple(items) for key, items in capped.items()}, denies, limits)


def _raw(statements: Iterable[Judged]) -> Iterator[Grant]:
    """Yield what the Allows say of watched actions, element by element."""
    for item in statements:
        if item.statement.effect != "Allow" or item.dead:
            continue
        if item.statement.actions is not None:
            for element in item.statement.actions:
                if isinstance(element.value, str):
                    yield from _of_element(item, element, watched_by(element.value))
        elif item.statement.not_actions:
            left = watched().keys() - frozenset().union(*map(watched_by, _texts(item.statement.not_actions)))
            if not item.action_holes():
                yield from _of_element(item, item.statement.not_actions[0], left)


def _of_element(item: Judged, element: Element, actions: Iterable[str]) -> Iterator[Grant]:
    if not actions:
        return
    places = tuple(_places(item.statement))
    excepted = tuple(map(read_arn, _texts(item.statement.not_resources or ())))
    written = element.value if isinstance(element.value, str) else ""
    conditional = item.condition.verdict != "vacuous"
    for action in sorted(actions):
        for pattern, steps in places:
            reach = _reach(pattern, watched()[action].targets, excepted)
            if reach:
                yield Grant(
                    action,
                    pattern,
                    reach,
                    item.condition,
                    conditional,
                    item.document,
                    element.steps,
                    steps,
                    written,
                    item.condition.hole if item.condition.verdict == "unknown" else None,
                )


def _places(statement: Statement) -> Iterator[tuple[ArnPattern, Steps]]:
    """Yield the resources of a statement; NotResource stands for everything, its exceptions are looked at apart."""
    for element in statement.resources or ():
        if isinstance(element.value, str):
            yield read_arn(element.value), element.steps
    if statement.resources is None and statement.not_resources:
        yield EVERY, statement.not_resources[0].steps


def _reach(
    pattern: ArnPattern,
    targets: tuple[ArnPattern, ...],
    excepted: tuple[ArnPattern, ...],
) -> tuple[ArnPattern, ...]:
    """Narrow a pattern to what an action can be used on; an action without resource types is used on anything."""
    if not targets:
        return (pattern,)
    met = (target if pattern.covers(target) else pattern for target in targets if pattern.meets(target))
    return tuple(target for target in met if not any(item.covers(target) for item in excepted))


def _subtract(grant: Grant, denies: Iterable[Judged]) -> Grant | None:
    """Take away what is denied for sure; note where a Deny may apply, or where that is not known."""
    reach, conditional, hole = grant.reach, grant.conditional, grant.hole
    for deny in denies:
        holes = [*deny.action_holes(), *deny.resource_holes()]
        holes += [deny.statement.effect] if isinstance(deny.statement.effect, Unknown) else []
        named = deny.covers_action(grant.action)
        if not named and not deny.action_holes():
            continue
        if named and not holes and always(deny.condition):
            reach = tuple(target for target in reach if not deny.covers_resource(target))
        elif holes or deny.condition.verdict == "unknown":
            hole = hole or next(iter(holes), deny.condition.hole)
        elif any(deny.covers_resource(target) for target in reach):
            conditional = True
    return replace(grant, reach=reach, conditional=conditional, hole=hole) if reach else None


def _limit(grant: Grant, limits: Iterable[tuple[Judged, ...]]) -> Grant | None:
    """Intersect with every cap; nothing is left where one has no Allow for the grant."""
    for allows in limits:
        fitting = [item for item in allows if item.covers_action(grant.action)]
        kept = [target for target in grant.reach if any(item.meets_resource(target) for item in fitting)]
        if not kept:
            return None
        whole = any(always(item.condition) and item.covers_resource(kept[0]) for item in fitting)
        partly = any(always(item.condition) for item in fitting)
        pattern = grant.resource if whole else _narrowed(grant.resource, fitting)
        grant = replace(
            grant,
            reach=tuple(kept),
            resource=pattern,
            conditional=grant.conditional or not partly,
        )
    return grant


def _narrowed(pattern: ArnPattern, allows: Iterable[Judged]) -> ArnPattern:
    """Give the widest resource of the fitting Allows that lies within a pattern."""
    inner = [
        found
        for item in allows
        for text in _texts(item.statement.resources or ())
        for found in [read_arn(text)]
        if pattern.covers(found)
    ]
    return inner[0] if inner else pattern
