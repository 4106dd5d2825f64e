# SPDX-License-Identifier: Apache-2.0
"""How actions are written: whole services, verb wildcards, wildcard prefixes, and names that do not exist."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.actions import OLDEST_DAYS, Action, data_age, expand, has_action, known_services
from guardrails.iam.patterns import is_every_action, spans_service
from guardrails.iam.reviewed import watched
from guardrails.iam.taxonomy import IamFinding, Severity, made, weakened

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from guardrails.iam.document import Element
    from guardrails.iam.grants import Judged

__all__ = ["allowed_patterns", "guesses", "names", "reads_data", "unknown_names"]

_SHOWN = 5
_GUESSES = 20
"""How many wrong names of a document are answered with the nearest right one; looking for it takes a while."""


def names(actions: tuple[Action, ...] | list[Action]) -> str:
    """Write some actions of many."""
    shown = ", ".join(action.name for action in actions[:_SHOWN])
    return f"{shown}, … ({len(actions)} in all)" if len(actions) > _SHOWN else shown


def reads_data(action: Action) -> bool:
    """Whether the action returns the data or the credentials it guards; reviewed lists."""
    item = watched().get(action.key)
    return item is not None and bool({"data", "credentials"} & item.lists)


def allowed_patterns(item: Judged, *, everything: bool) -> Iterator[IamFinding]:
    """Judge the action patterns of an Allow; ``everything`` says that the whole statement is reported already."""
    for element in item.statement.actions or ():
        if isinstance(element.value, str) and not (everything and is_every_action(element.value)):
            finding = _pattern(element.value, element)
            if finding is not None:
                yield weakened(finding, item.condition)


def _pattern(text: str, element: Element) -> IamFinding | None:
    key = f"Action::{text.lower()}"
    prefix, _, name = text.partition(":")
    if is_every_action(text) or (spans_service(text) and "*" not in prefix and "?" not in prefix):
        message = f"the action {text} allows all that a service can do, now and later"
        return made("A2", key, element.steps, message, _list_actions(text), actions=(text,))
    if "*" in prefix or "?" in prefix:
        message = f"the action {text} reaches into every service whose prefix fits"
        return made("A4", key, element.steps, message, "name the service, and the actions", actions=(text,))
    if "*" not in name and "?" not in name:
        return None
    return _partial(text, element)


def _partial(text: str, element: Element) -> IamFinding | None:
    code, severity, shown, remedy = _reached(text.lower())
    if not code:
        return None
    spelled = tuple(action.name for action in expand(text) or ())
    tail = ", and what AWS adds later" if code == "A3" else ""
    message = f"the action {text} {'reaches' if code == 'A3' else 'reads'} {shown}{tail}"
    return made(code, f"Action::{text.lower()}", element.steps, message, remedy, severity=severity, actions=spelled)


@lru_cache(maxsize=65_536)
def _reached(text: str) -> tuple[str, Severity, str, str]:
    """Give the class of a pattern within one service, its severity, the actions to show, and the remedy."""
    found = expand(text) or ()
    writing = [action for action in found if action.writes]
    if writing:
        managing = any("Permissions management" in action.levels for action in writing)
        return "A3", "high" if managing else "medium", names(writing), _list_actions(text)
    sensitive = [action for action in found if reads_data(action)]
    code = "A5" if found else ""
    return code, "medium" if sensitive else "low", names(sensitive or list(found)), _list_actions(text)


def _list_actions(text: str) -> str:
    found = expand(text) if ":" in text else None
    if not found or len(found) > _SHOWN:
        return "list the actions that are used"
    return f"list those of {', '.join(action.name for action in found)} that are used"


def guesses() -> Iterator[int]:
    """Give what the wrong names of a document may cost."""
    return iter(range(_GUESSES))


def unknown_names(item: Judged, today: dt.date, left: Iterator[int]) -> Iterator[IamFinding]:
    """Find actions that no service has (G1), and prefixes that are no service (G2), in Allow and Deny.

    As long as some of ``left`` are left, the nearest right name is given.
    """
    seen = set()
    for element in (*(item.statement.actions or ()), *(item.statement.not_actions or ())):
        if not isinstance(element.value, str) or element.value.lower() in seen:
            continue
        seen.add(element.value.lower())
        code = _unknown(element.value.lower())
        if code == "G1":
            yield _no_action(element, today, guess=next(left, None) is not None)
        elif code == "G2":
            prefix = element.value.partition(":")[0]
            message = f"{prefix} is no service that AWS documents, or one that it has retired"
            key = f"Action::{element.value.lower()}"
            yield made("G2", key, element.steps, message, "correct the prefix, or leave the action out")


@lru_cache(maxsize=65_536)
def _unknown(text: str) -> str:
    prefix, colon, name = text.partition(":")
    if not colon or not name or "*" in prefix or "?" in prefix:
        return ""
    if prefix not in known_services():
        return "G2"
    return "" if not name.strip("*") or has_action(text) else "G1"


def _no_action(element: Element, today: dt.date, *, guess: bool) -> IamFinding:
    text = str(element.value)
    old = data_age(today) > OLDEST_DAYS
    aged = f"; the data is over {OLDEST_DAYS} days old, so it may be new" if old else ""
    near = _nearest(text.lower()) if guess else ""
    return made(
        "G1",
        f"Action::{text.lower()}",
        element.steps,
        f"no action matches {text}, so the statement does not say what it seems to{aged}",
        f"write {near}" if near else "correct the name, or leave it out",
        severity="medium" if old else None,
        actions=(text,),
    )


def _nearest(text: str) -> str:
    """Give the action of the same service that is spelled most alike, if one is alike at all."""
    import difflib  # noqa: PLC0415 - wrong names are rare

    known = {action.key: action.name for action in expand(f"{text.partition(':')[0]}:*") or ()}
    found = difflib.get_close_matches(text, known, n=1, cutoff=0.75)
    return known[found[0]] if found else ""
