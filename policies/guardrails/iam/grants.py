# SPDX-License-Identifier: Apache-2.0
"""What an identity document certainly grants: administrator access after its own denials, and the open questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.iam.conditions import restricts
from guardrails.iam.patterns import covers, intersects, is_everything, spans_service
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from guardrails.iam.document import Document, Element, Statement

__all__ = ["AdminGrant", "admin_grants", "allows"]

_IAM_ARN = "arn:*:iam::*:*"


@dataclass(frozen=True, slots=True)
class AdminGrant:
    """A statement that grants everything; with ``doubts`` it does so only if those unknowns turn out that way."""

    key: str
    element: Element
    doubts: tuple[Unknown, ...]


def allows(document: Document) -> Iterator[tuple[Statement, tuple[Unknown, ...]]]:
    """Yield the statements that allow without a restricting condition, with the unknowns on which that depends."""
    for statement in document.statements:
        restricted = restricts(statement.condition)
        if statement.effect in ("Deny", None) or restricted is True:
            continue
        yield statement, tuple(item for item in (statement.effect, restricted) if isinstance(item, Unknown))


def admin_grants(document: Document) -> Iterator[AdminGrant]:
    """Yield the statements that grant every action on every resource.

    A carve-out helps only if it takes all of IAM away: whoever keeps IAM can grant the rest to himself. So NotAction
    and NotResource count as everything when they leave IAM untouched, and a Deny counts when it covers ``iam:*``.
    """
    denied = _denies_iam(document)
    if denied is True:
        return
    for statement, doubts in allows(document):
        action = _pick(statement.actions, _is_every_action) or _untouched(statement.not_actions, "iam:*")
        resource = _pick(statement.resources, _is_every_resource) or _untouched(statement.not_resources, _IAM_ARN)
        if action is None or resource is None:
            continue
        open_questions = [item.value for item in (action, resource) if isinstance(item.value, Unknown)]
        open_questions += [denied] if isinstance(denied, Unknown) else []
        yield AdminGrant(_key(statement, action), action, (*doubts, *open_questions))


def _key(statement: Statement, action: Element) -> str:
    name = "Action" if statement.actions is not None else "NotAction"
    return f"{name}::{str(action.value).lower()}"


def _is_every_action(text: str) -> bool:
    return spans_service(text) and is_everything(text.partition(":")[0])


def _is_every_resource(text: str) -> bool:
    """Say whether a resource pattern names everything: ``*``, or an ARN of wildcards after its partition."""
    scheme, *segments = text.split(":")
    if not segments:
        return is_everything(text)
    partition, *rest = segments
    named = partition.startswith("aws") and bool(rest)
    return scheme == "arn" and (is_everything(partition) or named) and all(is_everything(item) for item in rest)


def _denies_iam(document: Document) -> bool | Unknown:
    """Say whether the document itself surely denies all of IAM on everything."""
    for statement in document.statements:
        if statement.effect != "Deny" or restricts(statement.condition) is not False:
            continue
        action = _pick(statement.actions, lambda text: covers(text.lower(), "iam:*"))
        resource = _pick(statement.resources, is_everything)
        if action is None or resource is None:
            continue
        doubt = next((item.value for item in (action, resource) if isinstance(item.value, Unknown)), None)
        return True if doubt is None else doubt
    return False


def _pick(elements: Iterable[Element] | None, test: Callable[[str], bool]) -> Element | None:
    """Give the element that passes a test; where none does, the first unknown one, which might."""
    doubtful: Element | None = None
    for element in elements or ():
        if isinstance(element.value, Unknown):
            doubtful = doubtful or element
        elif test(element.value):
            return element
    return doubtful


def _untouched(elements: tuple[Element, ...] | None, domain: str) -> Element | None:
    """Give the first element of a negated list that leaves a domain untouched; an unknown one if that decides."""
    if not elements:
        return None
    known = [item.value.lower() for item in elements if isinstance(item.value, str)]
    if any(intersects(text, domain) for text in known):
        return None
    return next((item for item in elements if isinstance(item.value, Unknown)), elements[0])
