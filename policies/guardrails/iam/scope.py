# SPDX-License-Identifier: Apache-2.0
"""How wide a statement reaches: every resource though some would do, negated elements, mixed actions."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.actions import Action, expand
from guardrails.iam.arns import is_every_resource, read_arn
from guardrails.iam.patterns import is_every_action, pieces_in, spans_service
from guardrails.iam.taxonomy import IamFinding, made, weakened
from guardrails.iam.wildcards import names, reads_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.iam.arns import ArnPattern
    from guardrails.iam.document import Element
    from guardrails.iam.grants import Judged

__all__ = ["named_actions", "reaches"]

_SHOWN = 3


def named_actions(item: Judged) -> tuple[Action, ...]:
    """List the actions that a statement names, patterns of one known service spelled out."""
    return _named(tuple(element.value for element in item.statement.actions or () if isinstance(element.value, str)))


@lru_cache(maxsize=2_048)
def _named(texts: tuple[str, ...]) -> tuple[Action, ...]:
    return tuple(dict.fromkeys(action for text in texts for action in expand(text) or ()))


@lru_cache(maxsize=2_048)
def _limited(actions: tuple[Action, ...]) -> tuple[tuple[Action, ...], frozenset[ArnPattern], str]:
    """Give the actions that take a resource, the formats of these, and the names of the formats in one text."""
    limited = tuple(action for action in actions if action.takes_resource)
    formats = frozenset(found for action in limited for found in action.formats)
    return limited, formats, " ".join(found.name for found in formats)


def reaches(item: Judged, *, everything: bool) -> Iterator[IamFinding]:
    """Judge the reach of an Allow; ``everything`` says that the whole statement is reported already."""
    found = [*_negated(item)] + ([] if everything else [*_resources(item)])
    for finding in found:
        yield weakened(finding, item.condition)


def _negated(item: Judged) -> Iterator[IamFinding]:
    statement = item.statement
    wide = statement.not_resources is not None or any(
        isinstance(element.value, str) and is_every_resource(element.value) for element in statement.resources or ()
    )
    if statement.not_actions:
        first = statement.not_actions[0]
        message = "NotAction allows every other action, of every service, now and later"
        key = f"NotAction::{str(first.value).lower()}"
        yield made("A8", key, first.steps, message, "list the actions that are used under Action", advisory=not wide)
    if statement.not_resources:
        first = statement.not_resources[0]
        writes = statement.not_actions is not None or any(
            action.writes or reads_data(action) for action in named_actions(item)
        )
        writes = writes or any(
            isinstance(element.value, str) and is_every_action(element.value) for element in statement.actions or ()
        )
        message = "NotResource allows the actions on every other resource, now and later"
        remedy = "name the resources under Resource; take exceptions away by a Deny"
        yield made("A9", f"NotResource::{first.value}", first.steps, message, remedy, advisory=not writes)
    if statement.not_principals:
        first_principal = statement.not_principals[0]
        message = "NotPrincipal allows everyone else, anonymous callers with them"
        key = f"NotPrincipal::{first_principal.value}"
        yield made("A10", key, first_principal.steps, message, "name the principals under Principal")


def _resources(item: Judged) -> Iterator[IamFinding]:
    actions = named_actions(item)
    limited, formats, known = _limited(actions)
    if not limited or item.statement.resources is None:
        return
    effect = _Effect(limited, formats)
    for element in item.statement.resources:
        if not isinstance(element.value, str):
            continue
        if not is_every_resource(element.value):
            if pieces_in(read_arn(element.value).must[5], known):
                yield from effect.findings(element)
        elif len(limited) < len(actions):
            if not _spans(item):
                yield _mixed(element, actions, limited)
        else:
            yield _star(element, limited)


def _spans(item: Judged) -> bool:
    """Say whether a whole service is allowed, which is reported as that."""
    return any(
        isinstance(element.value, str) and spans_service(element.value) for element in item.statement.actions or ()
    )


def _star(element: Element, limited: tuple[Action, ...]) -> IamFinding:
    harmful = [action for action in limited if action.writes or reads_data(action)]
    shown = harmful or [*limited]
    code, key = ("A6", "Resource::*") if str(element.value).strip("*") == "" else ("A7", f"Resource::{element.value}")
    return made(
        code,
        key,
        element.steps,
        f"the resource is every one, yet {names(shown)} could be limited",
        f"name the resources, such as {_formats(shown)}",
        severity="medium" if harmful else "low",
        actions=tuple(action.name for action in shown),
        advisory=not harmful,
    )


def _mixed(element: Element, actions: tuple[Action, ...], limited: tuple[Action, ...]) -> IamFinding:
    free = [action for action in actions if not action.takes_resource]
    return made(
        "A11",
        f"Resource::{element.value}",
        element.steps,
        f"{names(free)} need every resource, and force it on {names(limited)}",
        f"split the statement, and name the resources of the rest, such as {_formats(limited)}",
        actions=tuple(action.name for action in limited),
    )


class _Effect:
    """Finds patterns that are no ``*``, and yet take in every ARN of a type that an action of a statement accepts."""

    def __init__(self, limited: tuple[Action, ...], formats: frozenset[ArnPattern]) -> None:
        self._limited = limited
        self._formats = formats
        self._caught: dict[frozenset[ArnPattern], IamFinding | None] = {}

    def findings(self, element: Element) -> Iterator[IamFinding]:
        """Judge a resource; many take in the same, so what that comes to is worked out once."""
        pattern = read_arn(str(element.value))
        taken = frozenset(found for found in self._formats if pattern.covers(found))
        if taken not in self._caught:
            self._caught[taken] = self._finding(taken)
        found = self._caught[taken]
        if found is not None:
            message = f"{element.value} is {found.message}"
            yield replace(found, key=f"Resource::{element.value}", steps=element.steps, message=message)

    def _finding(self, taken: frozenset[ArnPattern]) -> IamFinding | None:
        """Say what it means to take in the formats; the resource itself is to be put in."""
        caught = [action for action in self._limited if not taken.isdisjoint(action.formats)] if taken else []
        if not caught:
            return None
        harmful = [action for action in caught if action.writes or reads_data(action)]
        shown = harmful or caught
        return made(
            "A7",
            "Resource::*",
            (),
            f"every resource that {names(shown)} can be used on",
            f"name the resources, such as {_formats(shown)}",
            severity="medium" if harmful else "low",
            actions=tuple(action.name for action in shown),
            advisory=not harmful,
        )


def _formats(actions: Iterable[Action]) -> str:
    """Name the first formats of ARNs that actions take."""
    found: dict[str, None] = {}
    for action in actions:
        found.update(dict.fromkeys(action.arn_formats))
        if len(found) >= _SHOWN:
            break
    return " or ".join(list(found)[:_SHOWN])
