# SPDX-License-Identifier: Apache-2.0
"""Whom a resource policy lets in: everyone, other accounts, services on anybody's behalf; and whom it locks out."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from guardrails.iam.arns import account_of, counted, is_every_resource, read_arn
from guardrails.iam.conditions import always
from guardrails.iam.grants import texts
from guardrails.iam.keys import FIXES_CALLER, FIXES_SOURCE
from guardrails.iam.patterns import PieceIndex, is_every_action, is_everything, spans_service
from guardrails.iam.reviewed import watched
from guardrails.iam.scope import named_actions
from guardrails.iam.taxonomy import IamFinding, made, weakened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from guardrails.iam.conditions import Condition, Test
    from guardrails.iam.document import Principal
    from guardrails.iam.grants import Judged
    from guardrails.iam.trust import Accounts

__all__ = ["Keepers", "endpoint_grants", "fixes_caller", "grants_to_others", "lock_outs"]

_ORGANISATION = ("aws:principalorgid", "aws:principalorgpaths")
_GRANTING = "kms:creategrant"
_LENT = ("kms:CreateGrant",)
_ON_BEHALF = "kms:grantisforawsresource"


def grants_to_others(item: Judged, keepers: Keepers, accounts: Accounts, *, is_key: bool) -> Iterator[IamFinding]:
    """Judge an Allow of a resource policy beside the denials of its document that keep strangers out."""
    # What depends on the statement alone is found out once for its many principals.
    bound = [test for test in item.condition.tests if test.verdict == "restrictive" and _binds(test)]
    everyone = functools.cache(lambda: _everyone(item, keepers))
    holding = functools.cache(lambda: _held(item))
    for principal in item.statement.principals or ():
        value = principal.value
        if not isinstance(value, str):
            continue
        if principal.kind == "Service":
            yield from _service(item, principal, value, accounts, bound)
        elif value == "*":
            yield from (replace(finding, steps=principal.steps) for finding in everyone())
        elif principal.kind == "AWS" and not (is_key and accounts.own is None and value.endswith(":root")):
            yield from _account(item, principal, value, accounts)
        if is_key and principal.kind == "AWS":
            yield from _key_wildcard(item, principal, value, accounts, holding())


def fixes_caller(condition: Condition) -> bool:
    """Say whether a condition keeps strangers out: by a value that fixes an account, an organisation or a network."""
    return any(
        test.key in FIXES_CALLER and test.verdict == "restrictive" and _names_account(test) for test in condition.tests
    )


def _names_account(test: Test) -> bool:
    """Whether every ARN among the values says whose it is; a bucket's says it by its name alone."""
    if not test.key.endswith("arn"):
        return True
    return all(account_of(value) or value.startswith("arn:aws:s3:::") or "*" not in value for value in test.values)


def _everyone(item: Judged, keepers: Keepers) -> list[IamFinding]:
    """Find what an Allow opens to everyone, wherever it names them."""
    if fixes_caller(item.condition) or keepers.keep_out_of(item):
        return []
    writes = any(action.writes for action in named_actions(item)) or any(
        isinstance(element.value, str) and is_every_action(element.value) for element in item.statement.actions or ()
    )
    what = "change" if writes else "read"
    finding = made(
        "E1",
        "Principal::*",
        item.statement.steps,
        f"anyone can {what} the resource",
        "name the principals, or add StringEquals aws:PrincipalOrgID with the own organisation",
        severity="critical" if writes or item.statement.not_actions else "high",
        actions=tuple(str(element.value) for element in item.statement.actions or ()),
    )
    return [weakened(finding, item.condition)]


def spares_few(deny: Judged) -> bool:
    """Say whether a Deny holds for everyone but those of an account, network or list."""
    if deny.statement.effect != "Deny" or deny.dead:
        return False
    if deny.statement.not_principals:
        return always(deny.condition)
    everyone = any(principal.value == "*" for principal in deny.statement.principals or ())
    tests = deny.condition.tests
    return everyone and bool(tests) and all(test.key in FIXES_CALLER and test.negated for test in tests)


class Keepers:
    """The denials of a document that keep strangers out, by what they are about."""

    def __init__(self, items: Iterable[Judged]) -> None:
        """Take those of some statements that spare few."""
        denies = [item for item in items if spares_few(item)]
        self._actions = PieceIndex((text, deny) for deny in denies for text in _actions(deny))
        self._places = PieceIndex((text, deny) for deny in denies for text in _places(deny))

    def keep_out_of(self, allow: Judged) -> bool:
        """Say whether one of them is about all that an Allow beside it grants."""
        actions = [text.lower() for text in texts(allow.statement.actions or ())]
        places = [read_arn(text) for text in texts(allow.statement.resources or ())]
        if not actions:
            return False
        near = set(self._actions.near(actions[0]))
        if places:
            near.intersection_update(self._places.near(counted(places[0].may)))
        return any(all(map(deny.covers_action, actions)) and all(map(deny.covers_resource, places)) for deny in near)


def _actions(deny: Judged) -> Iterable[str]:
    """Give patterns that match every action that a Deny is about."""
    elements = deny.statement.actions
    return ("*",) if elements is None else (text.lower() for text in texts(elements))


def _places(deny: Judged) -> Iterable[str]:
    """Give patterns that cover every resource that a Deny is about, in the form that ARNs are compared in."""
    elements = deny.statement.resources
    return ("*",) if elements is None else (counted(read_arn(text).must) for text in texts(elements))


def _account(item: Judged, principal: Principal, value: str, accounts: Accounts) -> Iterator[IamFinding]:
    account = account_of(value)
    if account is None or account == accounts.own or account in accounts.trusted:
        return
    if item.condition.restricts(_ORGANISATION):
        return
    finding = made(
        "E2",
        f"Principal::{value}",
        principal.steps,
        f"the resource is open to {value}, which is neither of the own account nor of a trusted one",
        "list the account among the trusted, or take it out",
    )
    if accounts.own is None:
        yield replace(finding, confidence="unknown", message=f"{finding.message} (the own account is not known)")
    else:
        yield weakened(finding, item.condition)


def _service(
    item: Judged, principal: Principal, value: str, accounts: Accounts, bound: Sequence[Test]
) -> Iterator[IamFinding]:
    if value.lower() in accounts.exempt:
        return
    if value.startswith("s3.") or value == "s3.amazonaws.com":
        bound = [test for test in bound if test.key != "aws:sourcearn" or all(map(account_of, test.values))]
    if bound:
        return
    message = f"{value} reaches the resource on anybody's behalf: no condition says for which account or resource"
    remedy = "add StringEquals aws:SourceAccount, or ArnLike aws:SourceArn with the resource that calls"
    finding = made("E3", f"Principal::{value}", principal.steps, message, remedy, advisory=not is_everything(value))
    yield weakened(finding, item.condition)


def _binds(test: Test) -> bool:
    return test.key in FIXES_SOURCE or test.key.startswith(("kms:encryptioncontext", "kms:calleraccount", "lambda:"))


def _held(item: Judged) -> tuple[tuple[str, ...], bool]:
    """Give the actions of a key policy's Allow that span all that can be done with a key, and if it lends the key."""
    whole = tuple(
        text
        for text in texts(item.statement.actions or ())
        if is_every_action(text) or (spans_service(text) and text.lower().startswith("kms"))
    )
    return whole, item.covers_action(_GRANTING) and not item.condition.restricts((_ON_BEHALF,))


def _key_wildcard(
    item: Judged, principal: Principal, value: str, accounts: Accounts, held: tuple[tuple[str, ...], bool]
) -> Iterator[IamFinding]:
    root = value.endswith(":root") or value == account_of(value)
    whole, lending = held
    if (root and (accounts.own is None or account_of(value) == accounts.own)) or not (whole or lending):
        return
    what = "do everything with the key" if whole else "pass the key on by grants"
    finding = made(
        "E4",
        f"Action::{(whole or _LENT)[0].lower()}",
        principal.steps,
        f"the key policy lets {value} {what}",
        "list the actions that are used; demand Bool kms:GrantIsForAWSResource for kms:CreateGrant",
        actions=whole or _LENT,
    )
    yield weakened(finding, item.condition)


def endpoint_grants(item: Judged) -> Iterator[IamFinding]:
    """Find the default of endpoint policies: everything on everything."""
    everyone = any(principal.value == "*" for principal in item.statement.principals or ())
    actions = [element for element in item.statement.actions or () if isinstance(element.value, str)]
    wide = [element for element in actions if is_every_action(str(element.value))]
    anywhere = any(
        isinstance(element.value, str) and is_every_resource(element.value)
        for element in item.statement.resources or ()
    )
    if everyone and wide and anywhere and not fixes_caller(item.condition):
        message = "the endpoint carries every action on every resource, of foreign accounts as well"
        remedy = "name the actions and the own resources, or add StringEquals aws:ResourceOrgID"
        if not item.condition.restricts(("aws:resourceorgid", "aws:resourceaccount", "aws:resourceorgpaths")):
            yield weakened(made("E6", "Action::*", wide[0].steps, message, remedy, actions=("*",)), item.condition)


def lock_outs(item: Judged) -> Iterator[IamFinding]:
    """Find a Deny that nobody can take back: of everything, or of changing the policy, for everyone."""
    everyone = any(principal.value == "*" for principal in item.statement.principals or ())
    if not everyone or not always(item.condition):
        return
    edits = functools.cache(lambda: _edits(item))
    for element in item.statement.actions or ():
        if isinstance(element.value, str) and (spans_service(element.value) or edits()):
            message = "the Deny holds for everyone, so that only the account's root user can change the policy again"
            remedy = "add a condition that spares the role that deploys, such as ArnNotLike aws:PrincipalArn"
            key = f"Action::{element.value.lower()}"
            yield made("E5", key, element.steps, message, remedy, actions=(element.value,))
            return


def _edits(item: Judged) -> bool:
    return any(map(item.covers_action, _editing()))


@functools.cache
def _editing() -> tuple[str, ...]:
    """List the actions that change the policy of a resource."""
    return tuple(
        key
        for key, watch in watched().items()
        if "exposure" in watch.lists and "policy" in key and key.partition(":")[2].startswith(("put", "set", "delete"))
    )
