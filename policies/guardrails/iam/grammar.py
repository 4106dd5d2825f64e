# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a document as a text: what AWS rejects, sizes, versions, Sids, ARNs that nothing has."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from guardrails.iam.actions import expand
from guardrails.iam.arns import Region, is_every_resource, read_arn
from guardrails.iam.patterns import covers, is_every_action
from guardrails.iam.taxonomy import IamFinding, Severity, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.iam.actions import Action
    from guardrails.iam.arns import ArnPattern
    from guardrails.iam.document import Document, Element
    from guardrails.iam.grants import Judged
    from guardrails.values import Unknown

__all__ = ["LIMITS", "document_findings", "redundant", "unmatched"]

LIMITS = {"managed": 6_144, "user": 2_048, "group": 5_120, "role": 10_240, "trust": 2_048, "scp": 5_120, "rcp": 5_120}
"""Characters; those of inline policies hold for the sum. Source: IAM and Organizations quotas."""

_HOLDERS = {
    "aws:iam/policy:Policy": "managed",
    "aws:iam/role:Role": "role",
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:iam/userPolicy:UserPolicy": "user",
    "aws:iam/groupPolicy:GroupPolicy": "group",
}
"""What limits the identity policies of a resource, by its type."""

_SID = re.compile(r"[A-Za-z0-9]*")
_GRAMMAR = "write the document by the grammar of the IAM policy language"
_PARTITION = re.compile(r"aws[a-z-]*|\*|.*[*?$].*")
_SEGMENTS = 6


def document_findings(document: Document, token: str = "") -> Iterator[IamFinding]:
    """Judge a document as a whole; ``token`` is the type of the resource that it belongs to, if it is known."""
    for problem in document.problems:
        yield made("G8", problem.key, problem.steps, problem.message, _GRAMMAR)
    if not document.statements:
        return
    yield from _version(document)
    yield from _sids(document)
    yield from _size(document, _HOLDERS.get(token, ""))


def _version(document: Document) -> Iterator[IamFinding]:
    if document.version == "2012-10-17" or any(hole.steps[-1:] == ("Version",) for hole in document.holes):
        return
    what = "has no Version" if document.version is None else "is of the version 2008-10-17"
    plain = ", and its variables are plain text" if document.has_variables else ""
    severity: Severity = "medium" if document.has_variables else "low"
    steps = (*document.steps, "Version") if document.version else document.steps
    yield made("G4", "Version", steps, f"the document {what}{plain}", "write 2012-10-17", severity=severity)


def _sids(document: Document) -> Iterator[IamFinding]:
    strict = document.kind not in ("resource", "endpoint")
    seen: set[str] = set()
    for statement in document.statements:
        if not statement.sid:
            continue
        steps = (*statement.steps, "Sid")
        if statement.sid in seen:
            yield made("G5", f"Sid::{statement.sid}", steps, "the Sid stands twice", "give each statement its own")
        elif strict and not _SID.fullmatch(statement.sid):
            message = "the Sid holds more than letters and digits"
            yield made("G5", f"Sid::{statement.sid}", steps, message, "use letters and digits alone")
        seen.add(statement.sid)


def _size(document: Document, holder: str) -> Iterator[IamFinding]:
    limit, size = 0, document.size
    match document.kind:
        case "identity" | "boundary":
            limit = LIMITS[holder or "managed"]
        case "trust":
            limit = LIMITS["trust"]
        case "scp" | "rcp":
            limit, size = LIMITS[document.kind], document.text_size
        case _:
            return
    if size <= limit:
        return
    fits_inline = not holder and document.kind == "identity" and size <= LIMITS["role"]
    finding = made(
        "G6",
        f"Size::{document.kind}",
        document.steps,
        f"the document has {size} characters, and AWS takes {limit}",
        "split it, or write fewer patterns",
        severity="medium" if document.kind == "trust" else None,
        advisory=document.kind == "trust",
    )
    yield replace(finding, confidence="conditional") if fits_inline else finding


def unmatched(item: Judged) -> Iterator[IamFinding]:
    """Find resources that no action of the statement has: malformed, or of another kind (G3)."""
    actions, open_ended, formats = _known_actions(item)
    for element in (*(item.statement.resources or ()), *(item.statement.not_resources or ())):
        text = element.value
        if not isinstance(text, str) or is_every_resource(text) or not text.startswith("arn:"):
            continue
        parts = text.split(":", _SEGMENTS - 1)
        malformed = (len(parts) < _SEGMENTS and not text.endswith("*")) or not _PARTITION.fullmatch(parts[1])
        if malformed:
            yield _never(element, "is no complete ARN")
        elif actions and not open_ended and not _any_meets(formats, read_arn(text)):
            yield _never(element, "is no resource of these actions")


def _any_meets(formats: Region, pattern: ArnPattern) -> bool:
    """Say whether a pattern meets a format; the region outlives the document, so it is not to remember its answers."""
    return any(found.meets(pattern) for found in formats.near(pattern))


def _known_actions(item: Judged) -> tuple[tuple[Action, ...], bool, Region]:
    """List the statement's actions; none where not all of them are known."""
    return _spelled(tuple(element.value for element in item.statement.actions or ()))


@lru_cache(maxsize=2_048)
def _spelled(values: tuple[str | Unknown, ...]) -> tuple[tuple[Action, ...], bool, Region]:
    """Give the actions, whether one of them takes more than what has a format, and all the formats."""
    found: list[Action] = []
    for value in values:
        part = None if not isinstance(value, str) or is_every_action(value) else expand(value)
        if not part:
            return (), False, Region(())
        found += part
    open_ended = any(len(action.formats) < len(action.arn_formats) for action in found)
    return tuple(found), open_ended, Region(one for action in found for one in action.formats)


def _never(element: Element, what: str) -> IamFinding:
    message = f"{element.value} {what}, so it never matches"
    return made("G3", f"Resource::{element.value}", element.steps, message, "correct the ARN")


def redundant(item: Judged) -> Iterator[IamFinding]:
    """Find elements that another one of the same list contains (G7)."""
    for elements in (item.statement.actions, item.statement.resources):
        texts = [element.value for element in elements or () if isinstance(element.value, str)]
        folded = [text.lower() for text in texts] if elements is item.statement.actions else texts
        for index, element in enumerate(item for item in elements or () if isinstance(item.value, str)):
            mine = folded[index]
            wider = [
                other
                for at, other in enumerate(folded)
                if at != index and covers(other, mine) and (other != mine or at < index)
            ]
            if wider:
                kind = "Action" if elements is item.statement.actions else "Resource"
                message = f"{element.value} is contained in {wider[0]}"
                yield made("G7", f"{kind}::{mine}", element.steps, message, "leave it out")
