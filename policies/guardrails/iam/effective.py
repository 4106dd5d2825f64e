# SPDX-License-Identifier: Apache-2.0
"""Effective grants: (union of Allows - Deny) & boundary & service control policies, for the watched actions.

A Deny subtracts only what it surely covers and only where it always applies; under any other Deny the grant stays, but
is conditional. Actions that nothing tells apart (the same targets, the same denials and caps) are worked out once, and
of many grants that no judgement tells apart the first stands for all, so that documents far beyond what AWS takes cost
little. Source: IAM user guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from guardrails.iam.arns import EVERY, ArnPattern, Region, is_every_resource, read_arn
from guardrails.iam.conditions import always
from guardrails.iam.grants import Grant, Judged, Reach, Strand, judged_statements, texts
from guardrails.iam.patterns import is_everything
from guardrails.iam.reviewed import watched, watched_by
from guardrails.iam.targets import met, services, spans
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from guardrails.iam.conditions import Moment
    from guardrails.iam.document import Element, Statement
    from guardrails.iam.grants import Cap
    from guardrails.iam.reviewed import Watched
    from guardrails.values import Steps

__all__ = ["effective"]

_ALIKE = 16
"""How many grants or statements are looked at that no judgement can tell apart."""
_MOST_PARTS = 20
"""From this many parts of a target that a cap leaves, the target as a whole stands for them."""
_BY_NAME = frozenset({"iam:createservicelinkedrole", "iam:passrole", "sts:assumerole"})
"""Actions for which it matters which of many resources they are granted on."""


def effective(
    statements: Sequence[Judged],
    caps: Sequence[Cap],
    moment: Moment,
    managed: Iterable[tuple[str, Grant]] = (),
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
    for action, grant in managed:
        narrowing.add(action, grant)
    return Reach(tuple(narrowing.strands), tuple(narrowing.capped), denies, limits)


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Actions that are alike: they can be used on the same, and the same denies and limits them.

    ``free`` says that nothing does; ``named`` that it matters which of many resources they are granted on.
    """

    actions: tuple[str, ...]
    entry: Watched
    free: bool
    named: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    """Groups of one sort that can be used on a pattern, which is as broad for all of them."""

    groups: tuple[_Group, ...]
    broad: bool
    free: bool
    named: bool


class _Left(NamedTuple):
    """What denials and caps leave of a pattern for some actions, and how sure that is; all of it lies beyond a cap."""

    resource: ArnPattern
    broad: bool
    conditional: bool = False
    hole: Unknown | None = None
    capped: bool = False


class _Tally:
    """Counts the grants of one sort by group, and says which groups have had enough of them."""

    def __init__(self) -> None:
        self._first: list[tuple[_Group, ...]] = []
        self._counts: Counter[_Group] = Counter()
        self._full: set[tuple[_Group, ...]] = set()

    def short(self, groups: tuple[_Group, ...]) -> tuple[_Group, ...]:
        """Give those of some groups that have not had enough."""
        if len(self._first) < _ALIKE:
            return groups
        if groups in self._full:
            return ()
        left = tuple(group for group in groups if self._counts[group] < _ALIKE)
        if not left:
            self._full.add(groups)
        return left

    def count(self, groups: tuple[_Group, ...]) -> None:
        """Count a grant for some groups; none can have had enough before there were as many grants altogether."""
        if len(self._first) < _ALIKE:
            self._first.append(groups)
            if len(self._first) == _ALIKE:
                self._counts.update(group for counted in self._first for group in counted)
        else:
            self._counts.update(groups)


class _Narrowing:
    """Collects grants as they are left by the denials and the caps."""

    def __init__(self, denies: Sequence[Judged], limits: Sequence[Sequence[Judged]], moment: Moment) -> None:
        self.principal = read_arn(moment.principal_arn) if moment.principal_arn else None
        self.denies = _by_action(denies)
        self.limits = [_by_action(allows) for allows in limits]
        self.cut: dict[str, _Cut] = {}
        self.cuts: dict[tuple[int, ...], _Cut] = {}
        self.sorts: dict[str, Hashable] = {}
        self.groups: dict[tuple[str, ...], _Group] = {}
        self.usable: dict[tuple[frozenset[str], ...], _Usable] = {}
        self.chances: dict[Hashable, tuple[_Chance, ...]] = {}
        self.left: dict[Hashable, tuple[tuple[_Left, tuple[_Group, ...]], ...]] = {}
        self.alike: Counter[Hashable] = Counter()
        self.tallies: defaultdict[Hashable, _Tally] = defaultdict(_Tally)
        self.strands: list[Strand] = []
        self.capped: list[Strand] = []

    def allow(self, item: Judged) -> None:
        """Add what an Allow says of watched actions; one that several elements match is granted by the narrowest."""
        statement = item.statement
        if self._seen_alike(item) > _ALIKE:
            return
        parts: list[tuple[Element, frozenset[str]]] = []
        if statement.actions is not None:
            done: set[str] = set()
            for element in sorted(statement.actions, key=_narrowest_first):
                found = watched_by(element.value) if isinstance(element.value, str) else frozenset()
                fresh = found - done if done else found
                done |= fresh
                parts.append((element, fresh))
        elif statement.not_actions and not item.action_holes:
            parts.append((statement.not_actions[0], frozenset(item.watched_actions)))
        parts = [(element, actions) for element, actions in parts if actions]
        if parts:
            self._parts(item, [element for element, _ in parts], self._usable(tuple(actions for _, actions in parts)))

    def _seen_alike(self, item: Judged) -> int:
        """Count the statements up to this one that are it but for values of its condition that nothing reads."""
        statement = item.statement
        actions = "NotAction" if statement.actions is None else tuple(element.value for element in statement.actions)
        places = tuple(element.value for element in statement.resources or statement.not_resources or ())
        key = (item.document, actions, places, statement.resources is None, item.sort)
        self.alike[key] += 1
        return self.alike[key]

    def add(self, action: str, grant: Grant) -> None:
        """Add a grant of one action that comes of no statement."""
        (group,) = self._usable((frozenset({action}),)).element
        chance = _Chance((group,), grant.broad, free=False, named=True)
        for left, _ in self._outcomes(chance, grant.resource, None):
            conditional = grant.conditional or left.conditional
            kept = replace(
                grant, resource=left.resource, conditional=conditional, hole=grant.hole or left.hole, broad=left.broad
            )
            (self.capped if left.capped else self.strands).append(Strand(kept, (action,)))

    def _parts(self, item: Judged, elements: Sequence[Element], usable: _Usable) -> None:
        """Add what the elements grant on each resource, few of a sort where nothing more can be said of more."""
        places = _Places(item.statement, self.principal)
        hole = item.condition.hole if item.condition.verdict == "unknown" else None
        conditional = item.condition.verdict != "vacuous"
        for place in places.ordered:
            for chance in self._chances(usable, place.pattern):
                sort = (item.document, item.sort, chance.broad, place.kind)
                for left, groups in self._open(chance, place.pattern, places.excepted, (*sort, hole)):
                    for number, actions in usable.split(groups):
                        element = elements[number]
                        written = element.value if isinstance(element.value, str) else ""
                        grant = Grant(
                            left.resource,
                            item.condition,
                            conditional or left.conditional,
                            item.document,
                            element.steps,
                            place.steps,
                            written,
                            hole or left.hole,
                            left.broad,
                        )
                        (self.capped if left.capped else self.strands).append(Strand(grant, actions))

    def _open(
        self, chance: _Chance, pattern: ArnPattern, excepted: Region | None, sort: tuple[Hashable, ...]
    ) -> Iterator[tuple[_Left, tuple[_Group, ...]]]:
        """Yield what is left of a pattern, with the groups that have not had enough of its sort."""
        if chance.free:
            groups = self.tallies[sort[:-1]].short(chance.groups)
            if groups and excepted is not None:
                groups = tuple(group for group in groups if _reach(pattern, group.entry.targets, excepted))
            if groups:
                self.tallies[sort[:-1]].count(groups)
                yield _Left(pattern, chance.broad), groups
            return
        for left, groups in self._outcomes(chance, pattern, excepted):
            if chance.named:
                yield left, groups
                continue
            tally = self.tallies[*sort, left.conditional, left.hole, left.capped]
            short = tally.short(groups)
            if short:
                tally.count(short)
                yield left, short

    def _chances(self, usable: _Usable, pattern: ArnPattern) -> tuple[_Chance, ...]:
        """Sort the actions that can be used on a resource."""
        common, every = met(pattern), is_every_resource(pattern.text)
        key = (usable, id(common), every, pattern.is_literal)
        if key not in self.chances:
            sorts = defaultdict[tuple[bool, bool, bool], list[_Group]](list)
            for group in usable.on(common.targets):
                broad = every or not common.spanned.isdisjoint(group.entry.targets)
                if not group.entry.only_broad or (broad and not pattern.is_literal):
                    sorts[broad, group.free, group.named].append(group)
            self.chances[key] = tuple(
                _Chance(tuple(groups), broad, free, named) for (broad, free, named), groups in sorts.items()
            )
        return self.chances[key]

    def _usable(self, parts: tuple[frozenset[str], ...]) -> _Usable:
        """Put together the actions of each element that are alike."""
        if parts not in self.usable:
            element: dict[_Group, int] = {}
            for number, actions in enumerate(parts):
                alike: dict[Hashable, list[str]] = {}
                for action in sorted(actions):
                    alike.setdefault(self._sort(action), []).append(action)
                element |= {self._group(tuple(group)): number for group in alike.values()}
            self.usable[parts] = _Usable(element)
        return self.usable[parts]

    def _group(self, actions: tuple[str, ...]) -> _Group:
        if actions not in self.groups:
            named = actions[0] in _BY_NAME
            free = not (named or self.denies.get(actions[0]) or self.limits)
            self.groups[actions] = _Group(actions, watched()[actions[0]], free, named)
        return self.groups[actions]

    def _sort(self, action: str) -> Hashable:
        """Give what tells actions apart: what they can be used on, and what denies and limits them."""
        if action not in self.sorts:
            entry = watched()[action]
            about = (self._numbers(self.denies, action), *(self._numbers(limit, action) for limit in self.limits))
            self.sorts[action] = (entry.targets, entry.only_broad, action if action in _BY_NAME else "", about)
        return self.sorts[action]

    @staticmethod
    def _numbers(table: dict[str, list[Judged]], action: str) -> tuple[int, ...]:
        return tuple(map(id, table.get(action, ())))

    def _outcomes(
        self, chance: _Chance, pattern: ArnPattern, excepted: Region | None
    ) -> tuple[tuple[_Left, tuple[_Group, ...]], ...]:
        """Say what is left of a pattern for some groups; those for which it is the same are put together."""
        key = (chance, pattern, excepted)
        if key not in self.left:
            found: dict[_Left, list[_Group]] = {}
            for group in chance.groups:
                left = self._narrowed(group, pattern, excepted, broad=chance.broad)
                if left is not None:
                    found.setdefault(left, []).append(group)
            self.left[key] = tuple((left, tuple(groups)) for left, groups in found.items())
        return self.left[key]

    def _narrowed(self, group: _Group, pattern: ArnPattern, excepted: Region | None, *, broad: bool) -> _Left | None:
        """Narrow a pattern by every cap and by the denials; nothing is left where they are sure of all of it."""
        action, targets = group.actions[0], group.entry.targets
        reach = _reach(pattern, targets, excepted)
        limited = self._limited(action, pattern, reach, excepted) if reach else None
        left = _Left(pattern, broad, capped=True)
        if limited is not None:
            resource, reach, conditional = limited
            left = _Left(resource, broad if resource is pattern else spans(resource, targets), conditional)
        cut = self._cut(action)
        if cut is not None:
            reach = tuple(target for target in reach if not cut.certain.covers(target, excepted))
            maybe = any(cut.maybe.covers(target, None) for target in reach)
            left = left._replace(conditional=left.conditional or maybe, hole=cut.hole)
        return left if reach else None

    def _cut(self, action: str) -> _Cut | None:
        """Give the denials of an action, which many actions have in common."""
        denies = self.denies.get(action)
        if not denies:
            return None
        if action not in self.cut:
            key = tuple(map(id, denies))
            self.cut[action] = self.cuts.get(key) or _Cut(denies, action)
            self.cuts[key] = self.cut[action]
        return self.cut[action]

    def _limited(
        self, action: str, resource: ArnPattern, reach: tuple[ArnPattern, ...], excepted: Region | None
    ) -> tuple[ArnPattern, tuple[ArnPattern, ...], bool] | None:
        """Intersect with every cap: what is left, and whether that hangs on a condition; ``None`` for nothing."""
        conditional = False
        for table in self.limits:
            fitting = table.get(action, ())
            inner = {narrow: None for target in reach for narrow in _within(fitting, target)}
            reach = tuple(item for item in inner if excepted is None or not excepted.covers(item))
            if not reach:
                return None
            whole = any(item.covers_resource(resource) for item in fitting)
            conditional = conditional or not any(always(item.condition) for item in fitting)
            resource = resource if whole or len(reach) > 1 else reach[0]
        return resource, reach, conditional


class _Usable:
    """The groups of a statement, with the number of the element that grants each, by what they can be used on."""

    def __init__(self, element: dict[_Group, int]) -> None:
        self.element = element
        self._anywhere = [group for group in element if not group.entry.targets]
        self._by_target: dict[ArnPattern, list[_Group]] = {}
        for group in element:
            for target in group.entry.targets:
                self._by_target.setdefault(target, []).append(group)
        self._split: dict[tuple[_Group, ...], list[tuple[int, tuple[str, ...]]]] = {}

    def on(self, targets: AbstractSet[ArnPattern]) -> Iterable[_Group]:
        """Give the groups that can be used on one of some targets, and those that can be used on anything."""
        near = self._by_target.keys() & targets
        return dict.fromkeys([*(group for target in near for group in self._by_target[target]), *self._anywhere])

    def split(self, groups: tuple[_Group, ...]) -> list[tuple[int, tuple[str, ...]]]:
        """Give the actions of some groups by element."""
        if groups not in self._split:
            actions: dict[int, list[str]] = {}
            for group in groups:
                actions.setdefault(self.element[group], []).extend(group.actions)
            self._split[groups] = [(number, tuple(names)) for number, names in sorted(actions.items())]
        return self._split[groups]


def _narrowest_first(element: Element) -> tuple[int, str]:
    """Order actions by what is written, the longest first, so that their order in the statement does not count."""
    written = element.value if isinstance(element.value, str) else ""
    return (-len(written), written.lower())


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


class _Place(NamedTuple):
    """A resource pattern with its path, and what a judgement may ask of it besides.

    ``kind`` says whether it is AWS's own, has a variable, or takes in the principal itself.
    """

    pattern: ArnPattern
    steps: Steps
    kind: tuple[bool, ...]

    @classmethod
    def of(cls, pattern: ArnPattern, steps: Steps, principal: ArnPattern | None) -> _Place:
        """Look at a pattern once for all actions."""
        text = pattern.text
        own = principal is not None and pattern.covers(principal)
        return cls(pattern, steps, (":iam::aws:" in text, pattern.name.startswith("role/aws-"), "${" in text, own))


class _Places:
    """The resources of a statement that some service may have: those of any first, then by service.

    NotResource stands for everything, and its exceptions are looked at apart.
    """

    def __init__(self, statement: Statement, principal: ArnPattern | None) -> None:
        spared = statement.not_resources
        self.excepted = Region(map(read_arn, texts(spared))) if spared else None
        unique = {element.value: element.steps for element in reversed(statement.resources or ())}
        found = [(read_arn(text), steps) for text, steps in reversed(unique.items()) if isinstance(text, str)]
        if statement.resources is None and spared:
            found.append((EVERY, spared[0].steps))
        ranked = [(*_rank(pattern), number) for number, (pattern, _) in enumerate(found) if _is_somewhere(pattern)]
        self.ordered = [_Place.of(*found[number], principal) for *_, number in sorted(ranked)]


def _is_somewhere(pattern: ArnPattern) -> bool:
    return is_everything(pattern.may[2]) or bool(services(pattern.may[2]))


def _rank(pattern: ArnPattern) -> tuple[str, bool]:
    return next(iter(services(pattern.may[2])), ""), pattern.is_literal


def _reach(pattern: ArnPattern, targets: tuple[ArnPattern, ...], excepted: Region | None) -> tuple[ArnPattern, ...]:
    """Narrow a pattern to what an action can be used on; an action without resource types is used on anything."""
    if not targets:
        return () if excepted is not None and excepted.covers(pattern) else (pattern,)
    found = met(pattern).targets
    common = (target if pattern.covers(target) else pattern for target in targets if target in found)
    return tuple(item for item in common if excepted is None or not excepted.covers(item))


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
