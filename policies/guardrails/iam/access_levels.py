# SPDX-License-Identifier: Apache-2.0
"""What a principal may do, statement by statement and service by service, at AWS's own access levels.

It describes and judges nothing. A Deny or a limit that surely takes an action away is subtracted; any other is told in
words. Source of the levels: the service authorization reference (``guardrails.iam.actions``); tagging counts as write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from guardrails.iam.actions import expand
from guardrails.iam.arns import read_arn
from guardrails.iam.bundle import caps_of
from guardrails.iam.condition_words import condition_words
from guardrails.iam.conditions import Moment, always
from guardrails.iam.grants import judged_statements
from guardrails.iam.managed import lookup
from guardrails.iam.patterns import is_every_action, matches, spans_service
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from guardrails.iam.arns import ArnPattern
    from guardrails.iam.bundle import Bundle, Context
    from guardrails.iam.document import Document, Element, Principal
    from guardrails.iam.grants import Judged
    from guardrails.values import Steps

__all__ = ["LEVELS", "Level", "Permission", "permissions", "trusted"]

Level: TypeAlias = Literal["list", "read", "write", "permissions", "admin", "unknown"]
LEVELS: tuple[Level, ...] = ("list", "read", "write", "permissions", "admin", "unknown")
"""From the least to the most; ``admin`` is every action of a service, ``unknown`` what the data cannot tell."""

EVERY_SERVICE = "*"
_OF_AWS: Mapping[str, Level] = {
    "List": "list",
    "Read": "read",
    "Write": "write",
    "Tagging": "write",
    "Permissions management": "permissions",
}
_OF_VERDICT: Mapping[str, tuple[Level, ...]] = {
    "read": ("list", "read"),
    "write": ("list", "read", "write"),
    "escalates": ("list", "read", "write", "permissions"),
    "full-service": ("admin",),
    "admin": ("admin",),
}
_KINDS = {"AWS": "", "Service": "the service ", "Federated": "identities of ", "CanonicalUser": "the canonical user "}


@dataclass(frozen=True, slots=True)
class Permission:
    """What one statement, or one managed policy of AWS, allows.

    ``levels`` are by service prefix (``*``: every service); ``actions`` and ``resources`` are as written. All of
    ``conditions`` must hold; ``limits`` may take some of it away again; both are in words.
    """

    steps: Steps
    sid: str
    levels: Mapping[str, tuple[Level, ...]]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


def permissions(bundle: Bundle, context: Context) -> tuple[Permission, ...]:
    """Say what the identity documents and managed policies of a bundle allow, less what is surely taken away."""
    moment = Moment(context.now, bundle.principal, context.account)
    identity = [document for document in bundle.documents if document.kind == "identity"]
    statements = [item for document in identity for item in judged_statements(document, 0, moment)]
    caps = [
        [item for document in cap.documents for item in judged_statements(document, -1, moment)]
        for cap in caps_of(bundle.documents)
    ]
    against = _Against([*statements, *(item for cap in caps for item in cap)], caps)
    found = [_of_statement(item, against) for item in statements if item.statement.effect == "Allow" and not item.dead]
    return (*(item for item in found if item is not None), *(_of_managed(arn, steps) for arn, steps in bundle.managed))


class _Against:
    """What takes permissions away: the Denies, and documents that only limit."""

    def __init__(self, statements: Iterable[Judged], caps: Iterable[Sequence[Judged]]) -> None:
        self.denies = [item for item in statements if item.statement.effect != "Allow" and not item.dead]
        allows = [[item for item in cap if item.statement.effect == "Allow" and not item.dead] for cap in caps]
        self.limits = [cap for cap in allows if cap]

    def takes(self, action: str, resources: Sequence[str]) -> bool:
        """Say whether an action, by its folded name, is surely denied on all of some resources."""
        patterns = [read_arn(text) for text in resources or ("*",)]
        if any(not any(_lets(item, action, resources) for item in cap) for cap in self.limits):
            return True
        return any(
            _is_sure(deny) and deny.covers_action(action) and all(map(deny.covers_resource, patterns))
            for deny in self.denies
        )

    def words(self, actions: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
        """Tell the Denies that may concern some of what is left, by its folded names (none: any action)."""
        patterns = [read_arn(text) for text in resources or ("*",)]
        for deny in self.denies:
            concerned = not actions or any(map(deny.covers_action, actions)) or deny.action_holes
            if concerned and (deny.resource_holes or any(map(deny.meets_resource, patterns))):
                yield _denial(deny, actions, patterns)
        if self.limits:
            yield "no more than its boundary or the service control policies let through"


def _lets(item: Judged, action: str, resources: Sequence[str]) -> bool:
    return item.covers_action(action) and any(item.meets_resource(read_arn(text)) for text in resources or ("*",))


def _is_sure(deny: Judged) -> bool:
    holes = deny.action_holes or deny.resource_holes or isinstance(deny.statement.effect, Unknown)
    return not holes and always(deny.condition)


def _denial(deny: Judged, actions: Sequence[str], patterns: Sequence[ArnPattern]) -> str:
    """Tell a Deny as far as it concerns some actions (none: all of its own) on some resources."""
    statement = deny.statement
    named = [
        text
        for text in _texts(statement.actions)
        if not actions or any(matches(text.lower(), item) for item in actions)
    ]
    what = _listed(named) if named else "all but " + _listed(_texts(statement.not_actions))
    places = _texts(statement.resources)
    everywhere = all(map(deny.covers_resource, patterns))
    where = "" if everywhere or not places else f" on {_listed(places)}"
    tests = condition_words(statement.condition)
    return f"never {what}{where}" + (f", where {' and '.join(tests)}" if tests else "")


_SHOWN = 3


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _texts(elements: Iterable[Element] | None) -> tuple[str, ...]:
    return tuple(item.value for item in elements or () if isinstance(item.value, str))


def _of_statement(item: Judged, against: _Against) -> Permission | None:
    """Describe an Allow; nothing where all of it is taken away."""
    statement = item.statement
    resources = _texts(statement.resources)
    if statement.not_resources is not None:
        resources = (*resources, *(f"all but {text}" for text in _texts(statement.not_resources)))
    places = _texts(statement.resources)
    levels: dict[str, set[Level]] = {}
    left: list[str] = []
    for text in _texts(statement.actions):
        for service, level, action in _of_action(text, places, against):
            levels.setdefault(service, set()).add(level)
            left += [action] if action else []
    actions = _texts(statement.actions)
    if statement.actions is None:
        levels[EVERY_SERVICE] = {"admin"}
        actions = tuple(f"all but {text}" for text in _texts(statement.not_actions))
    if item.action_holes:
        levels.setdefault(EVERY_SERVICE, set()).add("unknown")
    if not levels:
        return None
    if item.resource_holes:
        resources = (*resources, "resources that are not known yet")
    every = EVERY_SERVICE in levels
    return Permission(
        statement.steps,
        statement.sid,
        {service: _ordered(found) for service, found in sorted(levels.items())},
        actions,
        resources,
        condition_words(statement.condition),
        tuple(dict.fromkeys(against.words([] if every else left, places))),
    )


def _of_action(text: str, places: Sequence[str], against: _Against) -> Iterator[tuple[str, Level, str]]:
    """Yield service, level and folded name of each action that a pattern leaves; a pattern of all has no names."""
    if is_every_action(text):
        yield EVERY_SERVICE, "admin", ""
        return
    service = text.partition(":")[0].lower()
    found = expand(text)
    if not found:
        yield (service if found is not None else EVERY_SERVICE), "unknown", text.lower()
        return
    left = [action for action in found if not against.takes(action.key, places)]
    whole = spans_service(text) and len(left) == len(found)
    for action in left:
        for level in action.levels:
            yield service, ("admin" if whole else _OF_AWS.get(level, "unknown")), action.key


def _ordered(levels: Iterable[Level]) -> tuple[Level, ...]:
    return tuple(sorted(levels, key=LEVELS.index))


def _of_managed(arn: str, steps: Steps) -> Permission:
    """Describe a policy of AWS by what the table knows of it: a verdict, and its notable actions."""
    managed = lookup(arn)
    name = arn.rpartition("/")[2]
    if managed is None:
        return Permission(steps, name, {EVERY_SERVICE: ("unknown",)}, (arn,), (), (), ("its text is not known here",))
    notable = {action.partition(":")[0] for action, _, _ in managed.triples}
    services = (EVERY_SERVICE,) if managed.verdict == "admin" else tuple(sorted({*managed.services, *notable}))
    full = set(managed.services) if managed.verdict == "full-service" else set()
    rest: tuple[Level, ...] = ("write",) if managed.verdict == "full-service" else _OF_VERDICT[managed.verdict]
    levels = {item: ("admin",) if item in full else rest for item in services} or {EVERY_SERVICE: rest}
    note = () if managed.verdict == "admin" else ("only its notable services are known here; it may open others",)
    return Permission(steps, name, levels, (arn,), (), (), note)


def trusted(documents: Iterable[Document]) -> tuple[str, ...]:
    """Say in words who may take a role, by its trust documents."""
    statements = [item for document in documents if document.kind == "trust" for item in document.statements]
    found = []
    for statement in statements:
        who = _listed([_who(principal) for principal in statement.principals or ()]) or "all but some principals"
        tests = condition_words(statement.condition)
        never = "not " if statement.effect == "Deny" else ""
        found.append(f"{never}{who}" + (f", where {' and '.join(tests)}" if tests else ""))
    return tuple(found)


def _who(principal: Principal) -> str:
    value = principal.value
    if isinstance(value, Unknown):
        return "a principal that is not known yet"
    return "anyone" if value == "*" else _KINDS.get(principal.kind, "") + value
