# SPDX-License-Identifier: Apache-2.0
"""Effective grants: (union of Allows - Deny) & boundary & service control policies, for the watched actions.

A Deny subtracts only what it surely covers and only where it always applies; under any other Deny the grant stays, but
is conditional. Actions that nothing tells apart (the same targets, the same denials and caps) are worked out once, and
of many grants that no judgement tells apart the first stands for all, so that documents far beyond what AWS takes cost
little. Source: IAM user guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.arns import EVERY, ArnPattern, Region, is_every_resource, read_arn
from guardrails.iam.conditions import always
from guardrails.iam.grants import Grant, Judged, Reach, judged_statements, spans, texts
from guardrails.iam.patterns import is_everything, is_literal, matches, pieces_in
from guardrails.iam.reviewed import watched, watched_by
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from guardrails.iam.conditions import Moment
    from guardrails.iam.document import Element, Statement
    from guardrails.iam.grants import Cap
    from guardrails.iam.reviewed import Watched
    from guardrails.values import Steps

__all__ = ["effective"]

_ALIKE = 16
"""How many grants or statements that differ in the values of their conditions alone are looked at."""
_ALIKE_BY_NAME = 64
"""The same for actions that take a role, where those values matter most."""
_MOST_PARTS = 20
"""From this many parts of a target that a cap leaves, the target as a whole stands for them."""
_BY_NAME = frozenset({"iam:createservicelinkedrole", "iam:passrole", "sts:assumerole"})
"""Actions for which it matters which of many resources they are granted on."""


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
    narrowing = _Narrowing(denies, limits, moment)
    for item in statements:
        if item.statement.effect == "Allow" and not item.dead:
            narrowing.allow(item)
    for grant in managed:
        narrowing.keep(grant, (grant.action,), grant)
    frozen = {key: tuple(items) for key, items in narrowing.grants.items()}
    return Reach(frozen, {key: tuple(items) for key, items in narrowing.capped.items()}, denies, limits)


class _Narrowing:
    """Collects grants as they are left by the denials and the caps."""

    def __init__(self, denies: Sequence[Judged], limits: Sequence[Sequence[Judged]], moment: Moment) -> None:
        self.moment = moment
        self.principal = read_arn(moment.principal_arn) if moment.principal_arn else None
        self.denies = _by_action(denies)
        self.limits = [_by_action(allows) for allows in limits]
        self.cuts: dict[str, _Cut] = {}
        self.common: dict[tuple[int, ...], _Cut] = {}
        self.groups: dict[str, Hashable] = {}
        self.grouped: dict[frozenset[str], list[tuple[frozenset[str], tuple[str, ...]]]] = {}
        self.seen: Counter[Hashable] = Counter()
        self.grants: dict[str, list[Grant]] = {}
        self.capped: dict[str, list[Grant]] = {}

    def allow(self, item: Judged) -> None:
        """Add what an Allow says of watched actions; one that several elements match is granted by the first."""
        statement = item.statement
        seen = self._seen_alike(item)
        if seen > _ALIKE_BY_NAME:
            return
        asked = _BY_NAME if seen > _ALIKE else watched().keys()
        places = _Places(statement, self.principal)
        if statement.actions is not None:
            done: set[str] = set()
            for element in statement.actions:
                if isinstance(element.value, str):
                    fresh = watched_by(element.value) - done
                    done |= fresh
                    self._element(item, element, fresh & asked, places)
        elif statement.not_actions and not item.action_holes:
            self._element(item, statement.not_actions[0], item.watched_actions & asked, places)

    def _seen_alike(self, item: Judged) -> int:
        """Count the statements up to this one that are it but for the values of its condition."""
        statement = item.statement
        actions = "NotAction" if statement.actions is None else tuple(element.value for element in statement.actions)
        places = tuple(element.value for element in statement.resources or statement.not_resources or ())
        key = (item.document, actions, places, statement.resources is None, item.sort)
        self.seen[key] += 1
        return self.seen[key]

    def _element(self, item: Judged, element: Element, actions: Iterable[str], places: _Places) -> None:
        for services, group in self._groups(frozenset(actions)):
            if places.may_be_of(services):
                for grant, sort in self._grants(item, element, group, places):
                    self.keep(grant, group, sort)

    def _groups(self, actions: frozenset[str]) -> list[tuple[frozenset[str], tuple[str, ...]]]:
        """Put together the actions that are alike, with the services that they can be used on."""
        if actions not in self.grouped:
            alike: dict[Hashable, list[str]] = {}
            for action in sorted(actions):
                alike.setdefault(self._group(action), []).append(action)
            self.grouped[actions] = [(watched()[group[0]].services, tuple(group)) for group in alike.values()]
        return self.grouped[actions]

    def _group(self, action: str) -> Hashable:
        """Give what tells actions apart: what they can be used on, and what denies and limits them."""
        if action not in self.groups:
            entry = watched()[action]
            about = (self._numbers(self.denies, action), *(self._numbers(limit, action) for limit in self.limits))
            self.groups[action] = (entry.targets, entry.only_broad, action if action in _BY_NAME else "", about)
        return self.groups[action]

    @staticmethod
    def _numbers(table: dict[str, list[Judged]], action: str) -> tuple[int, ...]:
        return tuple(map(id, table.get(action, ())))

    def _grants(
        self, item: Judged, element: Element, group: tuple[str, ...], places: _Places
    ) -> Iterator[tuple[Grant, Hashable]]:
        """Yield the grants of alike actions with what tells them apart, where nothing narrows them few of a sort."""
        action, entry = group[0], watched()[group[0]]
        free = action not in _BY_NAME and not self.denies.get(action) and not self.limits
        written = element.value if isinstance(element.value, str) else ""
        hole = item.condition.hole if item.condition.verdict == "unknown" else None
        conditional = item.condition.verdict != "vacuous"
        like = (group, item.document, item.sort)
        enough = entry.only_broad
        for place in places.of(entry):
            if place.plain and enough:
                continue
            pattern = place.pattern
            broad = place.may_span and spans(pattern, entry.targets)
            sort = (like, broad, place.kind)
            if (entry.only_broad and not broad) or (free and self.seen[sort] >= _ALIKE):
                enough = enough or place.plain
                continue
            reach = _reach(pattern, entry.targets, places.excepted)
            if not reach:
                continue
            self.seen[sort] += free
            parts = (
                item.condition,
                conditional,
                item.document,
                element.steps,
                place.steps,
                written,
                hole,
                places.excepted,
            )
            grant = Grant(action, pattern, reach, *parts)
            yield grant, (grant if action in _BY_NAME else sort)

    def keep(self, grant: Grant, group: Sequence[str], sort: Hashable) -> None:
        """Narrow a grant, and keep what is left for each of the actions that are alike, unless many of its sort are."""
        within = self._limit(grant)
        left = self._subtract(within or grant)
        if left is None:
            return
        kind = ("kept", sort, left.conditional, left.hole, within is None)
        self.seen[kind] += 1
        if self.seen[kind] > _ALIKE:
            return
        target = self.capped if within is None else self.grants
        for action in group:
            target.setdefault(action, []).append(left if action == left.action else replace(left, action=action))

    def _subtract(self, grant: Grant) -> Grant | None:
        """Take away what is denied for sure; note where a Deny may apply, or where that is not known."""
        denies = self.denies.get(grant.action)
        if not denies:
            return grant
        if grant.action not in self.cuts:
            self.cuts[grant.action] = self._cut(denies, grant.action)
        cut = self.cuts[grant.action]
        reach = tuple(target for target in grant.reach if not cut.certain.covers(target, grant.excepted))
        if not reach:
            return None
        maybe = any(cut.maybe.covers(target, None) for target in reach)
        return replace(grant, reach=reach, conditional=grant.conditional or maybe, hole=grant.hole or cut.hole)

    def _cut(self, denies: Sequence[Judged], action: str) -> _Cut:
        """Give the denials of an action, which many actions have in common."""
        key = tuple(map(id, denies))
        if key not in self.common:
            self.common[key] = _Cut(denies, action)
        return self.common[key]

    def _limit(self, grant: Grant) -> Grant | None:
        """Intersect with every cap; nothing is left where one has no Allow for the grant."""
        for table in self.limits:
            fitting = table.get(grant.action, ())
            inner = {narrow: None for target in grant.reach for narrow in _within(fitting, target)}
            reach = tuple(item for item in inner if grant.excepted is None or not grant.excepted.covers(item))
            if not reach:
                return None
            whole = any(item.covers_resource(grant.resource) for item in fitting)
            sure = any(always(item.condition) for item in fitting)
            pattern = grant.resource if whole or len(reach) > 1 else reach[0]
            grant = replace(grant, reach=reach, resource=pattern, conditional=grant.conditional or not sure)
        return grant


def _by_action(items: Iterable[Judged]) -> dict[str, list[Judged]]:
    """Sort statements by the watched actions that they are about, or may be about."""
    table: dict[str, list[Judged]] = {}
    for item in items:
        unsure = item.statement.effect != "Allow" and bool(item.action_holes)
        for action in watched() if unsure else item.watched_actions:
            table.setdefault(action, []).append(item)
    return table


class _Cover:
    """What several statements cover of resources together."""

    def __init__(self, items: Sequence[Judged]) -> None:
        self.named = Region(read_arn(text) for item in items for text in texts(item.statement.resources or ()))
        self.others = [item for item in items if item.statement.resources is None]

    def covers(self, target: ArnPattern, excepted: Region | None) -> bool:
        return self.named.covers(target) or any(item.covers_resource(target, excepted) for item in self.others)


class _Cut:
    """The denials about an action: those that surely apply, those that may, and an unknown that decides."""

    def __init__(self, denies: Sequence[Judged], action: str) -> None:
        certain, maybe = [], []
        self.hole: Unknown | None = None
        for deny in denies:
            effect = deny.statement.effect
            holes = [*deny.action_holes, *deny.resource_holes, *([effect] if isinstance(effect, Unknown) else [])]
            if holes or deny.condition.verdict == "unknown":
                self.hole = self.hole or next(iter(holes), deny.condition.hole)
            elif deny.covers_action(action) and always(deny.condition):
                certain.append(deny)
            else:
                maybe.append(deny)
        self.certain, self.maybe = _Cover(certain), _Cover(maybe)


@dataclass(frozen=True, slots=True)
class _Place:
    """A resource pattern with its path: whether it may take in all of a type, and what else a judgement may ask for.

    ``kind`` says whether it is AWS's own, has a variable, or takes in the principal itself; ``plain`` that there is
    nothing of all this.
    """

    pattern: ArnPattern
    steps: Steps
    may_span: bool
    kind: tuple[bool, ...]
    plain: bool

    @classmethod
    def of(cls, pattern: ArnPattern, steps: Steps, principal: ArnPattern | None) -> _Place:
        """Look at a pattern once for all actions."""
        text = pattern.text
        own = principal is not None and pattern.covers(principal)
        kind = (":iam::aws:" in text, pattern.name.startswith("role/aws-"), "${" in text, own)
        may_span = is_every_resource(text) or pieces_in(pattern.must[5], _target_names())
        return cls(pattern, steps, may_span, kind, not may_span and not any(kind))


class _Places:
    """The resources of a statement by service, so that an action is only tried on those it can be used on.

    NotResource stands for everything, and its exceptions are looked at apart.
    """

    def __init__(self, statement: Statement, principal: ArnPattern | None) -> None:
        spared = texts(statement.not_resources or ())
        self.excepted = Region(map(read_arn, spared)) if statement.not_resources else None
        self.anywhere: list[_Place] = []
        self.by_service: dict[str, list[_Place]] = {}
        self.named: dict[str, list[_Place]] = {}
        unique = {element.value: element.steps for element in reversed(statement.resources or ())}
        for text, steps in reversed(unique.items()):
            if isinstance(text, str):
                pattern = read_arn(text)
                service = pattern.may[2]
                groups = self.named if pattern.is_literal else self.by_service
                place = _Place.of(pattern, steps, principal)
                for name in _services(service):
                    groups.setdefault(name, []).append(place)
                if is_everything(service):
                    self.anywhere.append(place)
        if statement.resources is None and statement.not_resources:
            self.anywhere.append(_Place.of(EVERY, statement.not_resources[0].steps, principal))

    def may_be_of(self, services: frozenset[str]) -> bool:
        """Say whether some resource may belong to one of some services; none stand for any."""
        found = self.by_service.keys() | self.named.keys()
        return bool(self.anywhere) or (not services.isdisjoint(found) if services else bool(found))

    def of(self, entry: Watched) -> Iterator[_Place]:
        """Yield the resources that an action may be used on."""
        yield from self.anywhere
        for name in sorted(entry.services or (self.by_service.keys() | self.named.keys())):
            yield from self.by_service.get(name, ())
            yield from () if entry.only_broad else self.named.get(name, ())


@lru_cache(maxsize=4_096)
def _services(pattern: str) -> tuple[str, ...]:
    """List the services of watched actions' targets that a pattern fits, of one for all of them none."""
    if is_literal(pattern) or is_everything(pattern):
        return (pattern,) if is_literal(pattern) else ()
    return tuple(name for name in _target_services() if matches(pattern, name))


@cache
def _target_services() -> tuple[str, ...]:
    return tuple(sorted({name for entry in watched().values() for name in entry.services}))


@cache
def _target_names() -> str:
    """Give the names of all that watched actions can be used on in one text: a pattern of other pieces spans none."""
    return " ".join(sorted({target.name for entry in watched().values() for target in entry.targets}))


def _reach(pattern: ArnPattern, targets: tuple[ArnPattern, ...], excepted: Region | None) -> tuple[ArnPattern, ...]:
    """Narrow a pattern to what an action can be used on; an action without resource types is used on anything."""
    if not targets:
        return () if excepted is not None and excepted.covers(pattern) else (pattern,)
    met = (target if pattern.covers(target) else pattern for target in targets if pattern.meets(target))
    return tuple(target for target in met if excepted is None or not excepted.covers(target))


def _within(allows: Iterable[Judged], target: ArnPattern) -> Iterator[ArnPattern]:
    """Yield what a cap's Allows leave of a target, as narrow as can be said in few parts."""
    for item in allows:
        if not item.meets_resource(target):
            continue
        if item.statement.resources is None or item.region.covers(target):
            yield target
            continue
        met = [pattern for pattern in item.region.patterns if pattern.meets(target)]
        narrow = len(met) <= _MOST_PARTS and all(target.covers(pattern) for pattern in met)
        yield from met if narrow else (target,)
