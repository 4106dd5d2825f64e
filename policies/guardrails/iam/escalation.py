# SPDX-License-Identifier: Apache-2.0
"""What a principal can become: administrator access, escalation sets, roles it may pass, limits it may take off.

Judges the effective set. A set is effective if each of its actions is granted on a pattern that can hold a target;
scope lowers a finding, and never silences it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.actions import known_services
from guardrails.iam.arns import is_every_resource, read_arn
from guardrails.iam.grants import DECISIVE
from guardrails.iam.managed import admits_power
from guardrails.iam.patterns import is_every_action, is_everything, is_literal, matches
from guardrails.iam.reviewed import EscalationSet, escalation_sets, watched
from guardrails.iam.taxonomy import SEVERITIES, IamFinding, Severity, made, weakened
from guardrails.values import Steps, render_path

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from guardrails.iam.arns import ArnPattern
    from guardrails.iam.conditions import Condition, Test
    from guardrails.iam.grants import Grant, Judged, Reach

__all__ = ["Use", "administrator", "escalations", "limits", "order", "self_changes"]

_UNPASSABLE = (read_arn("arn:*:iam::*:role/aws-service-role/*"), read_arn("arn:*:iam::*:role/aws-reserved/*"))
_SERVICE_LINKED = read_arn("arn:*:iam::*:role/aws-service-role/*")
_AWS_OWNED = re.compile(r"arn:[^:]*:iam::aws:")
_WORD = re.compile(r"[-_/.]")
_CREDENTIALS = ("iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile")
_SHOWN_SETS = 20
_PASS = "iam:passrole"  # noqa: S105 - an action's name
_LINK = "iam:createservicelinkedrole"


@dataclass(frozen=True, slots=True)
class Use:
    """A grant as a member of a set: whether something uncertain decides if it serves, and if its own condition does."""

    grant: Grant
    conditional: bool
    restricted: bool

    @property
    def worth(self) -> tuple[bool, bool]:
        """Order uses: the certain first, then the broad."""
        return (self.conditional or self.grant.hole is not None, not self.grant.broad)


def _rank(use: Use, reported: AbstractSet[Steps] = frozenset()) -> tuple[Hashable, ...]:
    """Order uses by what they are worth, then those whose statements are reported already, then by place."""
    return (*use.worth, use.grant.steps[:-2] not in reported, order(use.grant.steps))


def _written_first(grant: Grant) -> tuple[bool, int, str, tuple[tuple[int, str], ...]]:
    """Order grants so that the order of statements and elements does not decide which of several is told."""
    written = "" if _is_negated(grant) else grant.written.lower()
    return (_is_negated(grant), len(written), written, order(grant.steps))


def _is_negated(grant: Grant) -> bool:
    """Say whether a grant comes of a NotAction, of which no element says what is granted."""
    return "NotAction" in grant.steps


@lru_cache(maxsize=16_384)
def order(steps: Steps) -> tuple[tuple[int, str], ...]:
    """Order paths as a reader meets them."""
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in steps)


def administrator(statements: Sequence[Judged], reach: Reach) -> Iterator[IamFinding]:
    """Find what makes an administrator: every action on every resource, of which the power over IAM remains.

    A carve-out helps only if it takes all of that power away: whoever keeps a part can grant himself the rest.
    """
    alike = {id(grants): grants for action in _powers() for grants in [reach.of(action)]}
    powers = [grant for grants in alike.values() for grant in grants if grant.broad]
    if not powers or not all(any(_universal(item) for item in cap) for cap in reach.caps):
        return
    by_statement: dict[Steps, list[Grant]] = {}
    for grant in powers:
        by_statement.setdefault(grant.steps[:-2], []).append(grant)
    for item in statements:
        steps = _universal(item)
        if item.statement.effect != "Allow" or item.dead or steps is None:
            continue
        own = by_statement.get(item.statement.steps)
        if not own:
            continue
        certain = [grant for grant in own if grant.hole is None]
        negated = item.statement.actions is None
        first = item.statement.not_actions if negated else item.statement.actions
        written = "*" if not first else next(str(element.value) for element in first if element.steps == steps)
        finding = made(
            "A1",
            f"{'NotAction' if negated else 'Action'}::{written.lower()}",
            steps,
            "the statement allows every action on every resource, the power over IAM with it",
            "list the actions that are used and the ARNs they are used on",
            actions=("*",),
        )
        if not certain:
            yield replace(finding, confidence="unknown", hole=own[0].hole)
            continue
        conditional = all(grant.conditional for grant in certain)
        yield weakened(finding, item.condition, conditional=conditional)


def _powers() -> tuple[str, ...]:
    """List the actions of IAM that alone give any permission."""
    return tuple(
        entry.actions[0]
        for entry in escalation_sets()
        if entry.kind == "principal" and len(entry.actions) == 1 and entry.actions[0].startswith("iam:")
    )


def _universal(item: Judged) -> Steps | None:
    """Give the path of the element by which a statement is about every action and resource, less some exceptions."""
    statement = item.statement
    everywhere = statement.not_resources or any(
        isinstance(element.value, str) and is_every_resource(element.value) for element in statement.resources or ()
    )
    if not everywhere:
        return None
    if statement.not_actions:
        return statement.not_actions[0].steps
    for element in statement.actions or ():
        if isinstance(element.value, str) and is_every_action(element.value):
            return element.steps
    return None


class _Uses:
    """Looks for grants that can serve as members of sets, once for all actions and sets that are alike in this."""

    def __init__(self, reach: Reach, reported: AbstractSet[Steps]) -> None:
        self.reach = reach
        self.reported = reported
        self._distinct: dict[Hashable, list[Grant]] = {}
        self._found: dict[Hashable, list[Use]] = {}

    def of(self, entry: EscalationSet, action: str) -> list[Use]:
        """List the grants that can serve as one member of a set, the most certain first."""
        grants = self.reach.of(action)
        passed = (entry.principals, entry.kind == "passed") if action == _PASS else ()
        key = (id(grants), _targetless(action), passed, bool(watched()[action].targets))
        if key not in self._found:
            found = [
                _passing(grant, entry) if action == _PASS else _serving(action, grant)
                for grant in self._told_apart(action, grants)
            ]
            self._found[key] = sorted((use for use in found if use is not None), key=self._member_rank)
        return self._found[key]

    def is_reported(self, chosen: Iterable[Use]) -> bool:
        """Say whether all of some uses are of statements that are reported as a whole."""
        return bool(self.reported) and all(use.grant.steps[:-2] in self.reported for use in chosen)

    def _member_rank(self, use: Use) -> tuple[Hashable, ...]:
        """Order uses by what they are worth, then those that are reported already, then the widest written."""
        return (*use.worth, *self._reported_first(use.grant))

    def _told_apart(self, action: str, grants: tuple[Grant, ...]) -> list[Grant]:
        """Keep one of grants that no set can tell apart: of a document, a sort of condition, a certainty, a breadth."""
        key = (id(grants), _targetless(action))
        if key not in self._distinct:
            kept: dict[object, Grant] = {}
            for grant in sorted(grants, key=self._reported_first):
                sort = (
                    grant.document,
                    _sort_of(grant.condition),
                    grant.conditional,
                    grant.hole,
                    _no_target(action, grant),
                    grant.broad,
                )
                kept.setdefault(sort, grant)
            self._distinct[key] = list(kept.values())
        return self._distinct[key]

    def _reported_first(self, grant: Grant) -> tuple[bool, Hashable]:
        return (grant.steps[:-2] not in self.reported, _written_first(grant))


def _sort_of(condition: Condition) -> Hashable:
    """Give what counts of a condition here: what its tests come to, and what the decisive ones ask for."""
    tests = condition.tests
    asked = ((test.verdict, (test.key, test.base, test.values) if test.key in DECISIVE else ()) for test in tests)
    return (condition.verdict, condition.hole, frozenset(asked))


def _targetless(action: str) -> tuple[bool, bool]:
    """Give what of an action says that it can be used on nothing."""
    return action in _CREDENTIALS, action.startswith(("iam:", "sts:"))


def _no_target(action: str, grant: Grant) -> bool:
    """Say whether the grant reaches nothing that it could be used on: what is AWS's own, or one's own credentials."""
    if action in _CREDENTIALS and "${aws:username}" in grant.resource.text.lower():
        return True
    if _AWS_OWNED.match(grant.resource.text):
        return True
    return action.startswith(("iam:", "sts:")) and _is_unpassable(grant.resource)


@lru_cache(maxsize=4_096)
def _is_unpassable(pattern: ArnPattern) -> bool:
    """Say whether a pattern names nothing but roles that AWS keeps to itself."""
    return any(item.covers(pattern) for item in _UNPASSABLE)


def _serving(action: str, grant: Grant) -> Use | None:
    return None if _no_target(action, grant) else _plain(action, grant)


def _plain(action: str, grant: Grant) -> Use:
    on_nothing = not watched()[action].targets and not is_every_resource(grant.resource.text)
    return _use(grant, _without_power(grant.condition), unsure=on_nothing)


def _use(grant: Grant, tests: Iterable[Test], *, unsure: bool) -> Use:
    """Say whether a grant depends on one of its remaining tests, or on a Deny or a cap elsewhere."""
    own = any(test.verdict != "vacuous" for test in tests)
    elsewhere = grant.conditional and grant.condition.verdict == "vacuous"
    return Use(grant, own or elsewhere or unsure, own)


def _without_power(condition: Condition) -> tuple[Test, ...]:
    """Leave out a limit on attached policies that lets an administrator policy through."""
    return tuple(
        test
        for test in condition.tests
        if not (test.key == "iam:policyarn" and not test.negated and admits_power(test.values, likes=test.likes))
    )


def _passing(grant: Grant, entry: EscalationSet) -> Use | None:
    """Say whether a PassRole serves a set: the role can be passed, and to a service of the set."""
    if _is_unpassable(grant.resource):
        return None
    others = []
    certain = bool(entry.principals) or entry.kind != "passed"
    for test in grant.condition.tests:
        if test.key != "iam:passedtoservice" or test.verdict in ("vacuous", "unknown"):
            others.append(test)
        elif entry.principals and not any(_admits(test, service) for service in entry.principals):
            return None
        elif test.negated:
            certain = False
    return _use(grant, others, unsure=not certain)


def _admits(test: Test, service: str) -> bool:
    hit = any(matches(value, service) if test.likes else value == service for value in test.values)
    return hit is not test.negated


def escalations(reach: Reach, reported: AbstractSet[Steps]) -> Iterator[IamFinding]:
    """Find every minimal set that is effective: alone (B1), within a document (B2), or over several (B7).

    Those that one wildcard completes are one finding. ``reported`` are statements that are reported as a whole, and
    what they alone complete is part of that.
    """
    uses = _Uses(reach, reported)
    together: dict[tuple[str, Steps, str], list[IamFinding]] = {}
    for entry in escalation_sets():
        if entry.kind == "retired" or not reach.actions >= set(entry.actions):
            continue
        members = [uses.of(entry, action) for action in entry.actions]
        if not all(members):
            continue
        chosen, code = _choose(members)
        if uses.is_reported(chosen):
            continue
        finding = _with_variants(_finding(entry, code, chosen), entry, reach.actions)
        wild = [use.grant for use in chosen if _is_negated(use.grant) or not is_literal(use.grant.written)]
        if not wild or code == "B7":
            yield finding
        else:
            first = min(wild, key=_written_first)
            label = f"{'NotAction' if _is_negated(first) else 'Action'}::{first.written.lower()}"
            together.setdefault((code, first.steps, label), []).append(finding)
    for (_, _, label), found in together.items():
        yield _as_one(label, found)


def _with_variants(finding: IamFinding, entry: EscalationSet, granted: AbstractSet[str]) -> IamFinding:
    """Name the known supersets that are complete as well."""
    complete = [variant for variant in entry.variants if granted >= set(variant)]
    if not complete:
        return finding
    named = " or ".join(" and ".join(watched()[action].name for action in variant) for variant in complete)
    return replace(finding, message=f"{finding.message}, also in the variant with {named}")


def _as_one(label: str, found: list[IamFinding]) -> IamFinding:
    """Make one finding of the sets that a wildcard completes: as bad as the surest of them, naming them all."""
    certainty = ("definite", "conditional", "unknown")
    first, *others = sorted(
        found,
        key=lambda item: (certainty.index(item.confidence), SEVERITIES.index(item.severity), item.key),
    )
    if not others:
        return first
    shown = ", ".join("+".join(item.actions) for item in others[:_SHOWN_SETS])
    more = f", … ({len(others)} in all)" if len(others) > _SHOWN_SETS else ""
    return replace(
        first,
        key=label,
        message=f"{first.message}; and so with {shown}{more}",
        remedy=f"list the actions that are used in place of {label.replace('::', ' ')}, without these",
        actions=tuple(dict.fromkeys(name for item in (first, *others) for name in item.actions)),
    )


def _choose(members: list[list[Use]]) -> tuple[list[Use], str]:
    """Take the most certain use of each member, from one document where one has them all."""
    if len(members) == 1:
        return [members[0][0]], "B1"
    documents = set.intersection(*({use.grant.document for use in found} for found in members))
    if not documents:
        return [found[0] for found in members], "B7"
    within = [
        [next(use for use in found if use.grant.document == number) for found in members]
        for number in sorted(documents, key=lambda number: (number < 0, abs(number)))
    ]
    return min(within, key=lambda found: sum(use.conditional for use in found)), "B2"


def _finding(entry: EscalationSet, code: str, chosen: list[Use]) -> IamFinding:
    places = sorted({use.grant.steps for use in chosen}, key=order)
    rest = f" (and {', '.join(map(render_path, places[1:]))})" if len(places) > 1 else ""
    names = tuple(watched()[action].name for action in entry.actions)
    severity, named = _scope(entry, chosen)
    finding = made(
        code,
        entry.label,
        places[0],
        f"with {' and '.join(names)}{rest} the holder {entry.gives}",
        _remedy(entry, names),
        severity=severity,
        actions=names,
        confidence="conditional" if named else "definite",
    )
    hole = next((use.grant.hole for use in chosen if use.grant.hole), None)
    if hole is not None:
        return replace(finding, confidence="unknown", hole=hole)
    if any(use.restricted for use in chosen) and not named:
        lower = SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]
        return replace(finding, severity=lower, confidence="conditional")
    return replace(finding, confidence="conditional") if any(use.conditional for use in chosen) else finding


def _scope(entry: EscalationSet, chosen: list[Use]) -> tuple[Severity, bool]:
    """Give a set's severity, and whether it hangs on what the one named target is."""
    limited = any(
        watched()[action].targets and not use.grant.broad for action, use in zip(entry.actions, chosen, strict=True)
    )
    if entry.kind == "existing":
        return "medium", limited
    if entry.kind == "assume":
        return ("low", True) if limited else ("high", False)
    return "high", False


def _remedy(entry: EscalationSet, names: tuple[str, ...]) -> str:
    match entry.kind:
        case "passed":
            return "name the one role in iam:PassRole, with iam:PassedToService, and see that it can do no more"
        case "assume":
            return "name the ARNs of the roles that are taken"
        case "existing":
            return f"limit {names[0]} to resources whose role can do no more than the holder"
        case _:
            return f"leave {names[0]} to the pipeline, or demand iam:PermissionsBoundary and deny its removal"


def limits(reach: Reach, reported: AbstractSet[Steps]) -> Iterator[IamFinding]:
    """Find roles that may be passed or linked at will (B3, B5), and boundaries that may be taken off (B6).

    ``reported`` are statements that are reported as a whole.
    """
    for action, judged in ((_PASS, _passes_any), (_LINK, _links_any)):
        seen: set[tuple[Steps, str]] = set()
        for grant in reach.of(action):
            finding = judged(grant) if grant.steps[:-2] not in reported else None
            if finding is not None and (grant.steps, grant.resource.text) not in seen:
                seen.add((grant.steps, grant.resource.text))
                yield _decided(finding, grant)
    for action in sorted(key for key, item in watched().items() if "boundary" in item.lists):
        found = [use for grant in reach.of(action) for use in [_serving(action, grant)] if use is not None]
        if found:
            grant = min(found, key=lambda use: _rank(use, reported)).grant
            if grant.steps[:-2] not in reported:
                yield _decided(_takes_off(action, grant), grant)


def _decided(finding: IamFinding, grant: Grant) -> IamFinding:
    if grant.hole is not None:
        return replace(finding, confidence="unknown", hole=grant.hole)
    return weakened(finding, grant.condition, conditional=grant.conditional)


def _passes_any(grant: Grant) -> IamFinding | None:
    severity = _role_breadth(grant)
    if severity is None or grant.condition.restricts(("iam:passedtoservice",)):
        return None
    return made(
        "B3",
        f"Resource::{grant.resource.text}",
        grant.resource_steps,
        f"iam:PassRole on {grant.resource.text} hands any such role to any service",
        "name the role's ARN, and add StringEquals iam:PassedToService with the one service",
        severity=severity,
        actions=("iam:PassRole",),
    )


def _role_breadth(grant: Grant) -> Severity | None:
    """Say how broad a role pattern is: every role, those named after a service, or none of this."""
    if _is_unpassable(grant.resource):
        return None
    if grant.broad:
        return "high"
    kind, _, name = grant.resource.name.partition("/")
    if kind != "role" or not name.endswith("*"):
        return None
    words = {word.lower() for word in _WORD.split(name.rstrip("*")) if word}
    named = name.startswith("service-role/") or name.lower().startswith(("amazon", "aws"))
    return "medium" if named or words & known_services() else None


def _links_any(grant: Grant) -> IamFinding | None:
    if not grant.resource.spans(_SERVICE_LINKED) or grant.condition.restricts(("iam:awsservicename",)):
        return None
    return made(
        "B5",
        f"Resource::{grant.resource.text}",
        grant.resource_steps,
        "service-linked roles of any service may be created",
        "add StringEquals iam:AWSServiceName with the one service, or name it in the ARN",
        actions=("iam:CreateServiceLinkedRole",),
    )


def _takes_off(action: str, grant: Grant) -> IamFinding:
    name = watched()[action].name
    return made(
        "B6",
        f"Action::{action}",
        grant.steps,
        f"{name} takes off or replaces the boundary that limits a principal",
        f"deny {name}, or demand iam:PermissionsBoundary",
        actions=(name,),
    )


def self_changes(reach: Reach, principal: str | None) -> Iterator[IamFinding]:
    """Find grants by which a principal changes what it may do itself: its own ARN, or a variable that stands for it."""
    own: dict[int, list[Grant]] = {}
    for action in sorted(key for key, item in watched().items() if "self" in item.lists):
        grants = reach.of(action)
        if id(grants) not in own:
            own[id(grants)] = [grant for grant in grants if _is_self(grant, principal)]
        found = [grant for grant in own[id(grants)] if not _no_target(action, grant)]
        if not found:
            continue
        grant = min((_plain(action, item) for item in found), key=_rank).grant
        name = watched()[action].name
        finding = made(
            "B8",
            f"Action::{action}",
            grant.steps,
            f"{name} on {grant.resource.text} lets the principal change its own permissions",
            f"leave {name} on the principal itself to somebody else",
            actions=(name,),
        )
        yield _decided(finding, grant)


def _is_self(grant: Grant, principal: str | None) -> bool:
    text = grant.resource.text.lower()
    kind = grant.resource.name.partition("/")[0]
    if "${aws:username}" in text or "${aws:userid}" in text:
        return kind in ("user", "*")
    if principal is None or is_everything(grant.resource.text):
        return False
    return read_arn(principal).name.partition("/")[0] == kind and grant.resource.covers(read_arn(principal))
