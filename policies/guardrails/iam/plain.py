# SPDX-License-Identifier: Apache-2.0
"""Bundles of plain documents as JSON Lines: one line in, one answer out, whatever stands in it.

A bundle is ``{"id", "documents": [{"kind", "policy", "name"?, "resourceType"?}], "managedPolicyArns"?, "principalArn"?,
"accountId"?}``; an answer is ``{"id", "findings", "error"}``. What cannot be read is told in ``error`` or by a finding.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any, get_args

from guardrails.iam.bundle import Bundle, Context, judge
from guardrails.iam.document import Document, Kind, load, parse
from guardrails.values import render_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardrails.iam.taxonomy import IamFinding
    from guardrails.values import Value

__all__ = ["KINDS", "answer", "judge_plain", "kind_of"]

KINDS = ("identity", "trust", "resource", "boundary", "scp")
_ENDPOINTS = ("aws:ec2/vpcEndpoint:", "aws:ec2/vpcEndpointPolicy:", "aws:odb/network:")
_ACCOUNT = re.compile(r"\d{12}")
_LONGEST_ID = 1_000


def answer(line: str, number: int, context: Context) -> dict[str, Any]:
    """Judge one line; ``number`` counts from 1 and names a line that does not name itself. Never raises."""
    name = f"line-{number}"
    try:
        value = load(line)
    except (ValueError, RecursionError) as error:
        kind = "is nested too deeply" if isinstance(error, RecursionError) else "is not JSON"
        return {"id": name, "findings": [], "error": f"the line {kind}"}
    if not isinstance(value, dict):
        return {"id": name, "findings": [], "error": "the line is not an object"}
    given = value.get("id")
    if isinstance(given, str) and given and len(given) <= _LONGEST_ID:
        name = given
    bundle, account, problems = _bundle(value)
    made = Context(context.now, account or context.account, context.trusted, context.exempt, context.redundancy)
    findings = _rows(judge(bundle, made))
    return {"id": name, "findings": findings, "error": "; ".join(problems) or None}


def _bundle(value: dict[str, Value]) -> tuple[Bundle, str | None, list[str]]:
    """Read a bundle, and list what in it cannot be used."""
    problems: list[str] = []
    documents: list[Document] = []
    types: dict[int, str] = {}
    listed = value.get("documents")
    if not isinstance(listed, list):
        problems.append("documents is not a list")
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        document, token, problem = _document(item, index)
        if problem:
            problems.append(problem)
        if document is not None:
            types[len(documents)] = token
            documents.append(document)
    arns = value.get("managedPolicyArns") or []
    if not isinstance(arns, list) or not all(isinstance(arn, str) for arn in arns):
        problems.append("managedPolicyArns is not a list of texts")
    managed = tuple(
        (arn, ("managedPolicyArns", index))
        for index, arn in enumerate(arns if isinstance(arns, list) else ())
        if isinstance(arn, str)
    )
    principal = _text(value, "principalArn", problems)
    account = _text(value, "accountId", problems)
    if account is not None and not _ACCOUNT.fullmatch(account):
        problems.append("accountId is not twelve digits")
        account = None
    return Bundle(tuple(documents), managed, principal, types), account, problems


def _text(value: dict[str, Value], key: str, problems: list[str]) -> str | None:
    found = value.get(key)
    if found is not None and not isinstance(found, str):
        problems.append(f"{key} is not a text")
    return found if isinstance(found, str) and found else None


def _document(item: Value, index: int) -> tuple[Document | None, str, str]:
    """Read one document with its type token; say what is wrong where it cannot be read at all."""
    place = f"documents[{index}]"
    if not isinstance(item, dict):
        return None, "", f"{place} is not an object"
    kind = item.get("kind")
    if kind not in KINDS:
        return None, "", f"{place}.kind is none of {', '.join(KINDS)}"
    if "policy" not in item:
        return None, "", f"{place}.policy is missing"
    token = item.get("resourceType")
    named = token if isinstance(token, str) else ""
    used = "endpoint" if kind == "resource" and named.startswith(_ENDPOINTS) else str(kind)
    problem = "" if token is None or named else f"{place}.resourceType is not a text"
    found: Kind = next(known for known in get_args(Kind) if known == used)
    return parse(item["policy"], ("documents", index), found), named, problem


def _rows(findings: Sequence[IamFinding]) -> list[dict[str, Any]]:
    """Write findings in the order of their paths."""
    return sorted(map(_row, findings), key=itemgetter("path", "class", "key"))


def _row(finding: IamFinding) -> dict[str, Any]:
    """Write a finding as the interface has it."""
    return {
        "rule": finding.rule,
        "class": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "key": finding.key,
        "path": render_path(finding.steps),
        "actions": list(finding.actions),
        "message": finding.message,
        "remedy": finding.remedy,
    }


def judge_plain(text: str, context: Context) -> tuple[Kind, list[dict[str, Any]]]:
    """Judge the text of one policy file, whose kind is read off its statements."""
    document = parse(text)
    kind = kind_of(document)
    if kind != document.kind:
        document = parse(text, (), kind)
    return kind, _rows(judge(Bundle((document,)), context))


def kind_of(document: Document) -> Kind:
    """Say what a document is for: trust where principals may only take a role, resource where it names any others."""
    principals = [
        item for item in document.statements if item.principals is not None or item.not_principals is not None
    ]
    if not principals:
        return "identity"
    actions = [element.value for item in principals for element in item.actions or ()]
    taking = all(isinstance(value, str) and value.lower().startswith("sts:") for value in actions)
    return "trust" if taking and not any(item.resources for item in principals) else "resource"
