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
from guardrails.iam.patterns import is_literal, matches
from guardrails.iam.reviewed import watched, watched_by
from guardrails.values import Steps, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from guardrails.iam.document import Document, Element, Statement
    from guardrails.iam.reviewed import Watched

__all__ = ["Cap", "Grant", "Judged", "Reach", "effective", "judged_statements"]

_LUMPED = 20
_BY_NAME = ("iam:passrole", "sts:assumerole")
"""Actions for which it matters which of many named resources they are granted on."""


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

    def covers_resource(self, target: ArnPattern, excepted: tuple[ArnPattern, ...] = ()) -> bool:
        """Say whether the known part of the statement surely covers all of a target, less what is excepted from it."""
        if self.statement.resources is not None:
            return any(read_arn(text).covers(target) for text in _texts(self.statement.resources))
        if self.statement.not_resources is not None:
            spared = [read_arn(text) for text in _texts(self.statement.not_resources)]
            left = [item for item in spared if item.meets(target) and not any(one.covers(item) for one in excepted)]
            return not self.resource_holes() and not left
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
    ``excepted`` is what a NotResource leaves out.
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
    excepted: tuple[ArnPattern, ...] = ()

    @property
    def broad(self) -> bool:
        """Whether the grant takes in every target of a type, within its own region and account."""
        return _spans(self.resource, watched()[self.action].targets)


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
    index = _Denies(denies)
    limits = tuple(
        allows
        for cap, found in capping
        for allows in [tuple(item for item in found if item.statement.effect == "Allow" and not item.dead)]
        if allows or not cap.deny_only
    )
    grants: dict[str, list[Grant]] = {}
    capped: dict[str, list[Grant]] = {}
    lumping = None if denies or limits else moment
    for raw in (*_raw(statements, lumping), *managed):
        within = _limit(raw, limits)
        left = _subtract(within or raw, index)
        if left is not None:
            (capped if within is None else grants).setdefault(raw.action, []).append(left)
    frozen = {key: tuple(items) for key, items in grants.items()}
    return Reach(frozen, {key: tuple(items) for key, items in capped.items()}, denies, limits)


def _raw(statements: Iterable[Judged], lumping: Moment | None) -> Iterator[Grant]:
    """Yield what the Allows say of watched actions; an action that several elements match is granted by the first.

    With ``lumping``, when nothing is subtracted, a few of many named resources stand for all: they are judged alike.
    """
    for item in statements:
        if item.statement.effect != "Allow" or item.dead:
            continue
        if item.statement.actions is not None:
            seen: set[str] = set()
            for element in item.statement.actions:
                if isinstance(element.value, str):
                    fresh = watched_by(element.value) - seen
                    seen |= fresh
                    yield from _of_element(item, element, fresh, lumping)
        elif item.statement.not_actions:
            left = watched().keys() - frozenset().union(*map(watched_by, _texts(item.statement.not_actions)))
            if not item.action_holes():
                yield from _of_element(item, item.statement.not_actions[0], left, lumping)


def _of_element(item: Judged, element: Element, actions: Iterable[str], lumping: Moment | None) -> Iterator[Grant]:
    if not actions:
        return
    places = _Places(item.statement)
    written = element.value if isinstance(element.value, str) else ""
    conditional = item.condition.verdict != "vacuous"
    for action in sorted(actions):
        entry = watched()[action]
        lump = None if action in _BY_NAME else lumping
        for pattern, steps in places.of(entry, lump):
            if entry.only_broad and not _spans(pattern, entry.targets):
                continue
            reach = _reach(pattern, entry.targets, places.excepted)
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
                    places.excepted,
                )


class _Places:
    """The resources of a statement by service, so that an action is only tried on those it can be used on.

    NotResource stands for everything, and its exceptions are looked at apart.
    """

    def __init__(self, statement: Statement) -> None:
        self.excepted = tuple(map(read_arn, _texts(statement.not_resources or ())))
        self.anywhere: list[tuple[ArnPattern, Steps]] = []
        self.by_service: dict[str, list[tuple[ArnPattern, Steps]]] = {}
        self.named: dict[str, list[tuple[ArnPattern, Steps]]] = {}
        unique = {element.value: element.steps for element in reversed(statement.resources or ())}
        for text, steps in reversed(unique.items()):
            if isinstance(text, str):
                pattern = read_arn(text)
                service = pattern.may[2]
                groups = self.named if pattern.is_literal else self.by_service
                group = groups.setdefault(service, []) if is_literal(service) else self.anywhere
                group.append((pattern, steps))
        if statement.resources is None and statement.not_resources:
            self.anywhere.append((EVERY, statement.not_resources[0].steps))

    def of(self, entry: Watched, lumping: Moment | None) -> Iterator[tuple[ArnPattern, Steps]]:
        """Yield the resources that an action may be used on; with ``lumping``, a few of many that are named."""
        yield from self.anywhere
        services = entry.services or (self.by_service.keys() | self.named.keys())
        for name in sorted(services):
            yield from self.by_service.get(name, ())
            named = () if entry.only_broad else self.named.get(name, ())
            yield from named if lumping is None else named[:_LUMPED]
            if lumping is not None and lumping.principal_arn is not None:
                yield from (item for item in named[_LUMPED:] if item[0].text == lumping.principal_arn)


def _spans(pattern: ArnPattern, targets: tuple[ArnPattern, ...]) -> bool:
    """Say whether a pattern takes in every target of a type, within its own region and account."""
    return is_every_resource(pattern.text) or any(pattern.spans(target) for target in targets)


def _reach(
    pattern: ArnPattern,
    targets: tuple[ArnPattern, ...],
    excepted: tuple[ArnPattern, ...],
) -> tuple[ArnPattern, ...]:
    """Narrow a pattern to what an action can be used on; an action without resource types is used on anything."""
    if not targets:
        return () if any(item.covers(pattern) for item in excepted) else (pattern,)
    met = (target if pattern.covers(target) else pattern for target in targets if pattern.meets(target))
    return tuple(target for target in met if not any(item.covers(target) for item in excepted))


class _Denies:
    """The denials by action, those of named resources by name, so that many of them cost little."""

    def __init__(self, denies: tuple[Judged, ...]) -> None:
        self.all = denies
        self.known: dict[str, tuple[list[Judged], dict[str, list[Judged]]]] = {}

    def about(self, grant: Grant) -> Iterator[Judged]:
        """Yield the denials that may take something of a grant away."""
        if grant.action not in self.known:
            self.known[grant.action] = self._sorted(grant.action)
        scanned, named = self.known[grant.action]
        yield from scanned
        for target in grant.reach:
            yield from named.get(target.text, ())

    def _sorted(self, action: str) -> tuple[list[Judged], dict[str, list[Judged]]]:
        scanned: list[Judged] = []
        named: dict[str, list[Judged]] = {}
        for deny in self.all:
            if not deny.covers_action(action) and not deny.action_holes():
                continue
            texts = [element.value for element in deny.statement.resources or ()]
            if texts and all(isinstance(text, str) and read_arn(text).is_literal for text in texts):
                for text in texts:
                    named.setdefault(str(text), []).append(deny)
            else:
                scanned.append(deny)
        return scanned, named


def _subtract(grant: Grant, denies: _Denies) -> Grant | None:
    """Take away what is denied for sure; note where a Deny may apply, or where that is not known."""
    reach, conditional, hole = grant.reach, grant.conditional, grant.hole
    for deny in denies.about(grant):
        holes = [*deny.action_holes(), *deny.resource_holes()]
        holes += [deny.statement.effect] if isinstance(deny.statement.effect, Unknown) else []
        if deny.covers_action(grant.action) and not holes and always(deny.condition):
            reach = tuple(target for target in reach if not deny.covers_resource(target, grant.excepted))
        elif holes or deny.condition.verdict == "unknown":
            hole = hole or next(iter(holes), deny.condition.hole)
        elif any(deny.covers_resource(target) for target in reach):
            conditional = True
    return replace(grant, reach=reach, conditional=conditional, hole=hole) if reach else None


def _limit(grant: Grant, limits: Iterable[tuple[Judged, ...]]) -> Grant | None:
    """Intersect with every cap; nothing is left where one has no Allow for the grant."""
    for allows in limits:
        fitting = [item for item in allows if item.covers_action(grant.action)]
        inner = {narrow: None for target in grant.reach for item in fitting for narrow in _within(item, target)}
        reach = tuple(target for target in inner if not any(item.covers(target) for item in grant.excepted))
        if not reach:
            return None
        whole = any(item.covers_resource(grant.resource) for item in fitting)
        sure = any(always(item.condition) for item in fitting)
        pattern = grant.resource if whole or len(reach) > 1 else reach[0]
        grant = replace(grant, reach=reach, resource=pattern, conditional=grant.conditional or not sure)
    return grant


def _within(item: Judged, target: ArnPattern) -> Iterator[ArnPattern]:
    """Yield what a cap's Allow leaves of a target, as narrow as can be said."""
    if not item.meets_resource(target):
        return
    if item.statement.resources is None:
        yield target
        return
    for text in _texts(item.statement.resources):
        pattern = read_arn(text)
        if pattern.covers(target):
            yield target
        elif pattern.meets(target):
            yield pattern if target.covers(pattern) else target
