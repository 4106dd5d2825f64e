# SPDX-License-Identifier: Apache-2.0
"""Short forms for the documents that tests of the IAM analysis judge."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from guardrails.iam.bundle import Bundle, Context, judge
from guardrails.iam.document import parse

if TYPE_CHECKING:
    from guardrails.iam.document import Kind
    from guardrails.iam.taxonomy import IamFinding

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
APP = "arn:aws:iam::111122223333:role/app"


def allow(action: Any, resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    made = {"Effect": "Allow", "Action": action, "Resource": resource}
    return made if condition is None else {**made, "Condition": condition}


def deny(action: Any, resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    return {**allow(action, resource, condition), "Effect": "Deny"}


def document(*statements: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def found(
    *documents: tuple[Kind, Any],
    managed: tuple[str, ...] = (),
    principal: str | None = None,
    account: str | None = None,
) -> list[IamFinding]:
    parsed = tuple(parse(policy, ("documents", index), kind) for index, (kind, policy) in enumerate(documents))
    arns = tuple((arn, ("managedPolicyArns", index)) for index, arn in enumerate(managed))
    return judge(Bundle(parsed, arns, principal), Context(NOW, account))


def grades(findings: list[IamFinding], *codes: str) -> list[tuple[str, str, str]]:
    """Give class, severity and confidence of the findings of some classes, or of some letters of classes."""
    return sorted(
        (item.code, item.severity, item.confidence) for item in findings if item.code in codes or item.code[0] in codes
    )
