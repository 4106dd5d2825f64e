# SPDX-License-Identifier: Apache-2.0
"""Who may take a role: anyone, other accounts, federated identities, services; and what a GitHub subject lets in.

Sources: IAM user guide, "Roles terms and concepts", "The confused deputy problem" and "Available keys for AWS OIDC
federation"; GitHub, "OpenID Connect reference" (both forms of the subject).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guardrails.iam.arns import account_of
from guardrails.iam.keys import EXEMPT_SERVICES, FIXES_CALLER, FIXES_SOURCE
from guardrails.iam.patterns import is_everything, matches
from guardrails.iam.taxonomy import IamFinding, Severity, made, weakened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from guardrails.iam.conditions import Condition, Test
    from guardrails.iam.document import Principal
    from guardrails.iam.grants import Judged

__all__ = ["Accounts", "github_level", "is_github", "trusts"]

_AUDIENCES = {"www.amazon.com": "app_id", "graph.facebook.com": "app_id"}
_CONSUMER = ("accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com")
_ASSUMING = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
_GITHUB = "token.actions.githubusercontent.com"
_FORGEABLE = ("workflow", "environment", "ref", "head_ref", "base_ref", "context", "actor")
_FORGEABLE_CLAIMS = (*_FORGEABLE, "job_workflow_ref")
_REPOSITORY_CLAIMS = ("repository", "repository_id")
_LEVELS: tuple[Severity | None, ...] = (None, "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Accounts:
    """Whose account it is, as far as known, and who is trusted beyond it."""

    own: str | None = None
    trusted: frozenset[str] = frozenset()
    exempt: tuple[str, ...] = EXEMPT_SERVICES


def trusts(item: Judged, accounts: Accounts) -> Iterator[IamFinding]:
    """Judge an Allow of a trust policy."""
    if not any(item.covers_action(action) for action in _ASSUMING):
        return
    principals = item.statement.principals or ()
    claims = _Claims(item.condition)
    for principal in principals:
        if not isinstance(principal.value, str):
            continue
        match principal.kind:
            case "AWS":
                yield from _account(item, principal, principal.value, accounts)
            case "Federated":
                yield from _federated(item, principal, principal.value, claims)
            case "Service":
                yield from _service(item, principal, principal.value, accounts)
            case _:
                pass
    yield from _extra_actions(item, principals)


def _account(item: Judged, principal: Principal, value: str, accounts: Accounts) -> Iterator[IamFinding]:
    if value == "*":
        yield _anyone(item.condition, principal)
        return
    account = account_of(value)
    if account is None:
        return
    whole = value == account or value.endswith(":root")
    foreign = made(
        "D3",
        f"Principal::{value}",
        principal.steps,
        f"the role trusts {value}, which is neither the own account nor a trusted one",
        "add StringEquals sts:ExternalId or aws:PrincipalOrgID, or list the account among the trusted",
    )
    root = made(
        "D4",
        f"Principal::{value}",
        principal.steps,
        "the role trusts a whole account: whoever there may call sts:AssumeRole",
        "name the role or user that takes it",
    )
    bound = item.condition.restricts(("sts:externalid", "aws:principalorgid", "aws:principalorgpaths"))
    is_foreign = account != accounts.own and account not in accounts.trusted
    if is_foreign and not bound:
        yield _unsure(foreign) if accounts.own is None else weakened(foreign, item.condition)
    if whole and (accounts.own is None or account == accounts.own):
        narrowed = item.condition.restricts(("aws:principalarn", "aws:userid"))
        if not narrowed:
            yield _unsure(root) if accounts.own is None else weakened(root, item.condition)


def _unsure(finding: IamFinding) -> IamFinding:
    return replace(finding, confidence="unknown", message=f"{finding.message} (the own account is not known)")


def _anyone(condition: Condition, principal: Principal) -> IamFinding:
    if condition.restricts((*FIXES_CALLER, "sts:externalid")):
        message = "the role trusts everyone, and a condition alone keeps strangers out"
        return replace(
            made("D2", "Principal::*", principal.steps, message, "name the principals; keep the condition"),
            confidence="conditional",
        )
    message = "anyone with an AWS account can take the role"
    return weakened(made("D1", "Principal::*", principal.steps, message, "name the principals"), condition)


class _Claims:
    """The tests of a condition by issuer and claim, for the many identity providers that a statement may name."""

    def __init__(self, condition: Condition) -> None:
        self._by_key: dict[str, list[Test]] = {}
        self._by_issuer: dict[str, list[Test]] = {}
        self._tests = condition.tests
        self._github: dict[str, list[IamFinding]] = {}
        for test in condition.tests:
            self._by_key.setdefault(test.key, []).append(test)
            parts = test.key.split(":")
            for count in range(1, len(parts)):
                self._by_issuer.setdefault(":".join(parts[:count]), []).append(test)

    def of(self, *keys: str) -> Iterator[Test]:
        """Give the tests of some keys."""
        return (test for key in keys for test in self._by_key.get(key, ()))

    def github(self, issuer: str) -> list[IamFinding]:
        """Judge what a GitHub subject lets in; findings without a place stand at the principal."""
        if issuer not in self._github:
            tests = (test for test in self._tests if test.key.startswith(issuer))
            self._github[issuer] = list(_github({test.key.removeprefix(f"{issuer}:"): test for test in tests}, issuer))
        return self._github[issuer]

    def by(self, issuer: str) -> list[Test]:
        """Give the tests of what an issuer claims."""
        return self._by_issuer.get(issuer, [])


def _federated(item: Judged, principal: Principal, value: str, claims: _Claims) -> Iterator[IamFinding]:
    if ":saml-provider/" in value:
        if not item.condition.restricts(("saml:aud",)):
            message = "the role takes any assertion of the provider, whatever it was made for"
            remedy = "add StringEquals SAML:aud https://signin.aws.amazon.com/saml"
            yield made("D8", f"Principal::{value}", principal.steps, message, remedy)
        return
    issuer = value.partition(":oidc-provider/")[2] or value
    if is_everything(issuer):
        yield _anyone(item.condition, principal)
        return
    yield from _unbound(claims, principal, issuer.lower())
    if is_github(issuer):
        found = claims.github(issuer.lower())
        yield from (replace(one, steps=one.steps or principal.steps) for one in found)


def is_github(issuer: str) -> bool:
    """Say whether an issuer is GitHub Actions, of github.com, an enterprise or a ghe.com tenant."""
    host = issuer.lower().partition("/")[0]
    return host == _GITHUB or (host.startswith("token.actions.") and host.endswith(".ghe.com"))


def _unbound(claims: _Claims, principal: Principal, issuer: str) -> Iterator[IamFinding]:
    """Find web identities whose audience, or whose holder, nothing fixes."""
    audience = f"{issuer}:{_AUDIENCES.get(issuer, 'aud')}"
    missing = []
    if not any(map(_fixes, claims.of(audience, f"{issuer}:oaud"))):
        missing.append(audience)
    if issuer not in _CONSUMER and not is_github(issuer) and not _identified(claims.by(issuer), audience):
        missing.append(f"{issuer}:sub")
    for key in missing:
        message = f"no condition fixes {key}, so tokens of the issuer for others are taken, too"
        remedy = f"add StringEquals {key} with the one value that is expected"
        yield made("D5", f"Condition::missing::{key}", principal.steps, message, remedy)


def _identified(tests: Iterable[Test], audience: str) -> bool:
    """Whether a claim other than the audience is fixed, and not by a pattern that everybody fits."""
    return any(test.key != audience and _fixes(test) and not _open_subject(test) for test in tests)


def _fixes(test: Test) -> bool:
    """Whether a test lets only its values pass; a token always has its claims, so IfExists changes nothing."""
    if test.negated or test.qualifier == "forallvalues" or test.base == "null" or not test.values:
        return False
    return not (test.likes and any(is_everything(value) for value in test.values))


def _open_subject(test: Test) -> bool:
    """Whether a subject of Kubernetes names neither namespace nor service account."""
    return test.likes and any(not re.sub(r"system:serviceaccount|[*?:]", "", value) for value in test.values)


def _github(claims: Mapping[str, Test], issuer: str) -> Iterator[IamFinding]:
    forged = [test for claim, test in claims.items() if _forgeable(claim, test)]
    fixed = any(_exact(claims[claim]) for claim in _REPOSITORY_CLAIMS if claim in claims)
    for test in forged:
        if not fixed and (test.key.endswith(":sub") or "sub" not in claims or github_level(claims["sub"]) == _WORST):
            message = f"{test.name} is a claim that any repository of GitHub can set"
            remedy = "fix the repository first: repo:ORG/REPO:environment:NAME as the subject"
            yield made("D7", test.label, test.steps, message, remedy)
    level, subject = _subject_level(claims)
    severity = _LEVELS[level]
    if severity is None or (subject is not None and subject in forged):
        return
    value = "absent" if subject is None else ", ".join(subject.values[:2])
    yield made(
        "D6",
        f"Condition::missing::{issuer}:sub" if subject is None else subject.label,
        () if subject is None else subject.steps,
        f"the subject ({value}) is wider than one repository and one environment or branch",
        "use StringEquals with repo:ORG/REPO:environment:NAME or repo:ORG/REPO:ref:refs/heads/BRANCH",
        severity=severity,
        advisory=severity != "high",
    )


_WORST = 3


def _forgeable(claim: str, test: Test) -> bool:
    if claim == "sub":
        return any(value.partition(":")[0] in _FORGEABLE for value in test.values)
    return claim in _FORGEABLE_CLAIMS


def _subject_level(claims: Mapping[str, Test]) -> tuple[int, Test | None]:
    """Give how wide the claims together are, 0 (one repository and ref) to 3 (strangers), and the test that says so."""
    subject = claims.get("sub")
    level = _WORST if subject is None else github_level(subject)
    if any(_exact(claims[claim]) for claim in _REPOSITORY_CLAIMS if claim in claims):
        narrow = any(_exact(claims[claim]) for claim in ("environment", "ref") if claim in claims)
        level = min(level, 0 if narrow else 1)
    elif "repository_owner_id" in claims and _exact(claims["repository_owner_id"]):
        level = min(level, 2)
    return level, subject


def _exact(test: Test) -> bool:
    return _fixes(test) and not (test.likes and any("*" in value or "?" in value for value in test.values))


def github_level(test: Test) -> int:
    """Give how wide a subject test is: 0 one repository and ref, 1 a repository, 2 an organisation, 3 strangers."""
    if test.negated or test.qualifier == "forallvalues" or test.base == "null" or not test.values:
        return _WORST
    return max(_value_level(value, likes=test.likes) for value in test.values)


def _value_level(value: str, *, likes: bool) -> int:
    if not likes:
        return _exact_level(value)
    if not value.startswith("repo:"):
        return _WORST if _may_be_subject(value) else 0
    path, _, rest = value.removeprefix("repo:").partition(":")
    organisation, slash, repository = path.partition("/")
    if not slash or _wild(organisation):
        return _WORST
    if "@*" in path.replace("@?", "@*"):
        return _WORST
    if _wild(repository):
        return 2
    return _rest_level(rest)


def _exact_level(value: str) -> int:
    """Judge a literal subject; in it ``*`` is a character that no subject holds."""
    if "*" in value or not value.startswith("repo:"):
        return 0
    return _rest_level(value.removeprefix("repo:").partition(":")[2])


def _rest_level(rest: str) -> int:
    kind, _, detail = rest.partition(":")
    if kind == "environment" and detail and not _wild(detail):
        return 0
    return 0 if kind == "ref" and detail.startswith("refs/") and not _wild(detail) else 1


def _may_be_subject(value: str) -> bool:
    """Say whether a pattern that does not begin with ``repo:`` may yet fit a stranger's subject."""
    return matches(value, "repo:stranger/any:ref:refs/heads/main") or value[:1] in ("*", "?") or "*" in value[:5]


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _service(item: Judged, principal: Principal, value: str, accounts: Accounts) -> Iterator[IamFinding]:
    if value.lower() in accounts.exempt or item.condition.restricts(FIXES_SOURCE):
        return
    message = f"{value} takes the role on anybody's behalf: no condition says for which account or resource"
    remedy = "add StringEquals aws:SourceAccount, or ArnLike aws:SourceArn with the resource that calls"
    yield weakened(made("D9", f"Principal::{value}", principal.steps, message, remedy), item.condition)


def _extra_actions(item: Judged, principals: Sequence[Principal]) -> Iterator[IamFinding]:
    tagging = any(
        principal.kind == "AWS"
        or principal.value == "pods.eks.amazonaws.com"
        or ":saml-provider/" in str(principal.value)
        for principal in principals
    )
    for element in item.statement.actions or ():
        text = str(element.value).lower()
        whole = "*" in text or "?" in text
        if whole or (text in ("sts:tagsession", "sts:setsourceidentity") and not tagging):
            message = f"{element.value} is more than is needed to take the role"
            remedy = "allow sts:AssumeRole, or its form for SAML or web identity, alone"
            yield made("D10", f"Action::{text}", element.steps, message, remedy, actions=(str(element.value),))
