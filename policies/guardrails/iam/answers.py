# SPDX-License-Identifier: Apache-2.0
"""From the analysis to a rule's answers: one class of findings for one view, under the family's settings.

A view is judged once for all rules: its ``memo`` keeps what was found.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Protocol

from guardrails.iam.bundle import Bundle, Context, judge_document, judge_principal
from guardrails.iam.keys import EXEMPT_SERVICES
from guardrails.iam.patterns import is_every_action
from guardrails.iam.remedies import with_neighbours
from guardrails.iam.taxonomy import CLASSES, STRICT
from guardrails.rule import Answer, Finding, Grade, NotApplicable, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.iam.document import Document, Kind
    from guardrails.iam.remedies import Neighbour
    from guardrails.iam.taxonomy import IamFinding
    from guardrails.rule import Settings

__all__ = ["context_of", "document_answers", "is_strict", "translate"]

_GRANTING: tuple[Kind, ...] = ("identity",)
_KINDS: dict[str, tuple[Kind, ...]] = {
    "A": _GRANTING,
    "A10": ("trust", "resource"),
    "C": _GRANTING,
    "D": ("trust",),
    "E": ("resource", "endpoint"),
    "H5": _GRANTING,
    "H6": ("scp",),
}
"""The kinds of documents that a class, or a letter of classes, is about; all kinds where none is named."""


class DocumentView(Protocol):
    """A document of a resource, as rules see it."""

    @property
    def document(self) -> Document: ...
    @property
    def token(self) -> str: ...
    @property
    def neighbours(self) -> tuple[Neighbour, ...]: ...
    @property
    def memo(self) -> dict[object, object]: ...


@cache
def _now() -> dt.datetime:
    """Give one instant for the whole run, so that all rules judge the same moment."""
    return dt.datetime.now(tz=dt.UTC)


def context_of(settings: Settings, *, redundancy: bool = False) -> Context:
    """Read the family's settings."""
    return Context(
        _now(),
        settings.get("accountId"),
        frozenset(settings.get("trustedAccounts") or ()),
        tuple(settings.get("exemptServices") or EXEMPT_SERVICES),
        redundancy,
    )


def document_answers(view: DocumentView, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about a document; what is not known of it, the pack reports by itself."""
    kinds = _KINDS.get(code, _KINDS.get(code[0], ()))
    if kinds and view.document.kind not in kinds:
        yield NotApplicable(f"a {view.document.kind} policy is judged by other rules")
        return
    context = context_of(settings, redundancy=code == "G7")
    found = view.memo.get(context)
    if not isinstance(found, tuple):
        found = tuple(with_neighbours(item, view.neighbours) for item in dict.fromkeys(_all_of(view, context)))
        view.memo[context] = found
    yield from translate(found, code, strict=is_strict(settings))


def is_strict(settings: Settings) -> bool:
    """Say whether the profile strict is chosen."""
    return settings.get("profile") == "strict"


def _all_of(view: DocumentView, context: Context) -> Iterator[IamFinding]:
    # What makes an administrator is for the whole stack to say, with every Deny and boundary; but an update creates the
    # policy before that, so that `*` counts here as what it is in the document alone, a wildcard, and counts once.
    found = list(judge_document(view.document, context, view.token))
    whole = {item.steps[:-2] for item in found if item.code == "A2" and is_every_action(item.actions[0])}
    yield from (item for item in found if item.code != "A6" or item.steps[:-2] not in whole)
    if view.document.kind == "identity":
        alone = judge_principal(Bundle((view.document,)), context)
        yield from (finding for finding in alone if finding.code[0] == "C")


def translate(found: Iterable[IamFinding], code: str, *, strict: bool = False) -> Iterator[Finding]:
    """Turn the findings of one class into a rule's; what an unknown decides is left to the unknown itself.

    With ``strict``, all that is definite of the profile's classes blocks.
    """
    lifted = strict and code in STRICT
    for finding in found:
        if finding.code == code and finding.hole is None:
            yield Finding(
                CLASSES[code].rule,
                finding.key,
                finding.steps,
                Severity(finding.severity),
                f"{finding.message} ({code}, {finding.confidence})",
                finding.remedy,
                advisory=(finding.advisory and not lifted) or finding.confidence != "definite",
                grade=Grade(code, finding.confidence, tuple("".join(name.split()) for name in finding.actions)),
            )
