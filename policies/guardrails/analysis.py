# SPDX-License-Identifier: Apache-2.0
"""The one door from rules to the IAM analysis, which is imported when a rule first asks it.

The engine waits until the pack serves, and the analysis would be a third of what the pack imports by then.
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.resources import PolicyDocument, Resource, Stack
    from guardrails.rule import Answer, Settings

__all__ = [
    "attachment_answers",
    "document_answers",
    "foreign_answers",
    "inline_answers",
    "sharing_answers",
    "stack_answers",
]


def document_answers(document: PolicyDocument, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about a document."""
    from guardrails.iam import answers

    return answers.document_answers(document, settings, code)


def sharing_answers(resource: Resource, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about whom a resource lets in."""
    from guardrails import access

    return access.sharing_answers(resource, settings, code)


def attachment_answers(resource: Resource, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about the policies of AWS that a resource attaches."""
    from guardrails import access

    return access.attachment_answers(resource, settings, code)


def inline_answers(resource: Resource, settings: Settings, code: str) -> Iterator[Answer]:
    """Say that a policy stands on a user, or inside of its principal."""
    from guardrails import access

    return access.inline_answers(resource, settings, code)


def stack_answers(stack: Stack, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about what the principals of a stack can do."""
    from guardrails import principals

    return principals.stack_answers(stack, settings, code)


def foreign_answers(stack: Stack, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about who else has to do with the principals of a stack."""
    from guardrails import principals

    return principals.foreign_answers(stack, settings, code)
