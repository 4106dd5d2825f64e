# SPDX-License-Identifier: Apache-2.0
"""The symbolic algebra against brute force: every combination of small statements over a small universe."""

from __future__ import annotations

import fnmatch
import itertools
import re
from typing import Any

import pytest
from tests.iam.bundles import NOW, deny, document

from guardrails.iam import effective as narrowing
from guardrails.iam import grants
from guardrails.iam.conditions import Moment
from guardrails.iam.document import parse
from guardrails.iam.effective import effective
from guardrails.iam.grants import Cap, judged_statements
from guardrails.iam.reviewed import watched, watched_by

ACTIONS = ("iam:passrole", "iam:putrolepolicy", "s3:getobject")
ROLE = "arn:aws:iam::111122223333:role"
POINT = "arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/x"
WORLD = (f"{ROLE}/a", f"{ROLE}/ab", f"{ROLE}/zz", "arn:aws:s3:::a/x", "arn:aws:s3:::zz/x", POINT)
"""One resource for every way in which the patterns below can tell two apart."""
NAMED: tuple[dict[str, Any], ...] = (
    {"Action": "*"},
    {"Action": "iam:*"},
    {"Action": "IAM:P*Role"},
    {"Action": ["iam:PutRolePolicy", "s3:Get*"]},
    {"NotAction": "iam:PassRole"},
    {"NotAction": ["iam:Put*", "s3:*"]},
)
PLACES: tuple[dict[str, Any], ...] = (
    {"Resource": "*"},
    {"Resource": f"{ROLE}/a"},
    {"Resource": [f"{ROLE}/a*", "arn:aws:s3:::zz/*"]},
    {"Resource": "arn:aws:iam::*:role/*"},
    {"NotResource": f"{ROLE}/a"},
    {"NotResource": ["arn:aws:s3:::*", f"{ROLE}/a*"]},
)
STATEMENTS = tuple({**named, **place} for named, place in itertools.product(NAMED, PLACES))
CAPS: tuple[Any, ...] = (
    None,
    document({"Effect": "Allow", "Action": "*", "Resource": "*"}),
    document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
    document({"Effect": "Allow", "NotAction": "iam:Put*", "Resource": "*"}, deny("s3:*")),
    document({"Effect": "Allow", "Action": "*", "Resource": f"{ROLE}/a*"}),
    document(deny("iam:PassRole")),
)


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def fits(pattern: str, text: str) -> bool:
    return re.fullmatch(fnmatch.translate(pattern), text) is not None


def applies(statement: dict[str, Any], action: str, resource: str) -> bool:
    named = any(fits(item.lower(), action) for item in listed(statement.get("Action", statement.get("NotAction"))))
    place = any(fits(item, resource) for item in listed(statement.get("Resource", statement.get("NotResource"))))
    return named is ("Action" in statement) and place is ("Resource" in statement)


def decide(statements: list[dict[str, Any]], action: str, resource: str) -> bool:
    hits = [item["Effect"] for item in statements if applies(item, action, resource)]
    return "Allow" in hits and "Deny" not in hits


def brute(statements: list[dict[str, Any]], cap: Any, action: str) -> set[str]:
    """List the resources on which an action is allowed, by trying each that the action can be used on."""
    kind = ":role/" if action.startswith("iam:") else ":s3:"
    usable = [resource for resource in WORLD if kind in resource]
    return {
        resource
        for resource in usable
        if decide(statements, action, resource) and (cap is None or decide(cap["Statement"], action, resource))
    }


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch three actions only, so that ten thousand combinations take seconds."""
    table = {key: watched()[key] for key in ACTIONS}
    for module in (grants, narrowing):
        monkeypatch.setattr(module, "watched", lambda: table)
        monkeypatch.setattr(module, "watched_by", lambda pattern: frozenset(watched_by(pattern) & table.keys()))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("cap", range(len(CAPS)))
def test_what_is_granted_is_what_brute_force_finds(cap: int) -> None:
    limits = [] if CAPS[cap] is None else [Cap((parse(CAPS[cap], (), "boundary"),), deny_only=False)]
    moment = Moment(NOW)
    wrong = []
    for allowed, denied in itertools.product(STATEMENTS, (None, *STATEMENTS)):
        statements = [{"Effect": "Allow", **allowed}] + ([{"Effect": "Deny", **denied}] if denied else [])
        judged = tuple(judged_statements(parse(document(*statements)), 0, moment))
        reach = effective(judged, limits, moment)
        for action in ACTIONS:
            expected = brute(statements, CAPS[cap], action)
            if bool(reach.of(action)) is not bool(expected):
                wrong.append((statements, action, expected))
    assert wrong == []
