# SPDX-License-Identifier: Apache-2.0
"""The whole judgement of documents: each as a text, and those of one principal together by what it can do.

A bundle's identity documents and managed policies belong to one principal; its boundary and service control policies
limit them. Texts that only limit grant nothing, so that only their form and their conditions are judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from guardrails.iam.action_cover import ActionCover
from guardrails.iam.arns import EVERY, account_of, is_every_resource
from guardrails.iam.condition_use import condition_findings
from guardrails.iam.conditions import Moment, always
from guardrails.iam.effective import effective
from guardrails.iam.escalation import administrator, escalations, limits, self_changes
from guardrails.iam.exposure import Keepers, endpoint_grants, grants_to_others, lock_outs
from guardrails.iam.grammar import document_findings, redundant, unmatched
from guardrails.iam.grants import Cap, Judged, Reach, judged_statements
from guardrails.iam.keys import EXEMPT_SERVICES
from guardrails.iam.managed import is_aws_managed, lookup, managed_grants, retired
from guardrails.iam.patterns import is_every_action
from guardrails.iam.reviewed import watched
from guardrails.iam.scope import reaches
from guardrails.iam.sensitive import sensitive_grants
from guardrails.iam.taxonomy import IamFinding, made
from guardrails.iam.trust import Accounts, trusts
from guardrails.iam.wildcards import allowed_patterns, guesses, unknown_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from guardrails.iam.document import Document
    from guardrails.iam.taxonomy import Confidence
    from guardrails.values import Steps, Unknown

__all__ = ["COMPUTE", "Bundle", "Context", "attached", "is_broad_power", "judge", "judge_document", "judge_principal"]

COMPUTE = frozenset(
    f"{name}.amazonaws.com"
    for name in ("batch", "codebuild", "ec2", "ecs-tasks", "eks", "glue", "lambda", "pods.eks", "sagemaker", "ssm")
)
"""Services that run the account's own code with a role."""

_GRANTING = ("identity",)
_LIMITING = ("boundary", "session", "scp", "rcp")


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the documents: when, whose account, who is trusted, whether redundancy is told."""

    now: dt.datetime
    account: str | None = None
    trusted: frozenset[str] = frozenset()
    exempt: tuple[str, ...] = EXEMPT_SERVICES
    redundancy: bool = False

    @property
    def accounts(self) -> Accounts:
        """The accounts, as the judgement of principals needs them."""
        return Accounts(self.account, self.trusted, self.exempt)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Documents that are judged together: ``managed`` are ARNs of policies with their places.

    ``types`` are Pulumi type tokens of the resources that documents belong to, by the number of the document;
    ``opaque`` is an unknown in place of a document or a limit of the principal; ``unseen`` says that a limit exists
    whose text is not here.
    """

    documents: tuple[Document, ...]
    managed: tuple[tuple[str, Steps], ...] = ()
    principal: str | None = None
    types: dict[int, str] = field(default_factory=dict)
    opaque: Unknown | None = None
    unseen: bool = False


def judge(bundle: Bundle, context: Context) -> list[IamFinding]:
    """Judge a bundle; the findings are in no particular order, and none stands twice."""
    account = context.account or (account_of(bundle.principal) if bundle.principal else None)
    context = replace(context, account=account)
    principal = list(judge_principal(bundle, context))
    admin = {finding.steps[:-2] for finding in principal if finding.code == "A1"}
    found = [
        finding
        for number, document in enumerate(bundle.documents)
        for finding in judge_document(document, context, bundle.types.get(number, ""), admin=admin)
    ]
    tempered = _Tempering(bundle, context)
    return list(dict.fromkeys([*map(tempered.temper, filter(tempered.alive, found)), *principal]))


def judge_document(
    document: Document, context: Context, token: str = "", *, admin: AbstractSet[Steps] = frozenset()
) -> Iterator[IamFinding]:
    """Judge one document as a text; ``admin`` are statements that are reported as A1 already."""
    yield from document_findings(document, token)
    moment = Moment(context.now, None, context.account)
    statements = list(judged_statements(document, 0, moment))
    left = guesses()
    keepers = Keepers(statements if document.kind == "resource" else ())
    for item in statements:
        yield from condition_findings(item)
        yield from unknown_names(item, context.now.date(), left)
        if document.kind != "trust":
            yield from unmatched(item)
        if context.redundancy:
            yield from redundant(item)
        everything = item.statement.steps in admin
        yield from _by_kind(item, keepers, document, context, token, everything=everything)


def _is_all(item: Judged) -> bool:
    actions = [element.value for element in item.statement.actions or () if isinstance(element.value, str)]
    places = [element.value for element in item.statement.resources or () if isinstance(element.value, str)]
    return any(map(is_every_action, actions)) and any(map(is_every_resource, places))


def _by_kind(  # noqa: PLR0913 - each is one thing the judgement depends on
    item: Judged,
    keepers: Keepers,
    document: Document,
    context: Context,
    token: str,
    *,
    everything: bool,
) -> Iterator[IamFinding]:
    """Judge a statement by what its document is for; ``keepers`` are the denials that keep strangers out."""
    if item.statement.effect == "Deny" and document.kind == "resource":
        yield from lock_outs(item)
    if item.statement.effect != "Allow":
        return
    if document.kind == "scp" and _is_all(item) and always(item.condition):
        message = "the statement only repeats FullAWSAccess, and limits nothing"
        steps = item.statement.steps
        yield made("H6", "Action::*", steps, message, "deny what the accounts must not do")
    if item.dead:
        return
    match document.kind:
        case "identity":
            yield from allowed_patterns(item, everything=everything)
            yield from reaches(item, everything=everything)
        case "trust":
            yield from trusts(item, context.accounts)
            yield from (finding for finding in reaches(item, everything=True) if finding.code == "A10")
        case "endpoint":
            yield from endpoint_grants(item)
        case "resource":
            is_key = token.startswith("aws:kms/") or _only_kms(item)
            yield from grants_to_others(item, keepers, context.accounts, is_key=is_key)
            yield from (finding for finding in reaches(item, everything=True) if finding.code == "A10")
        case _:
            pass


def _only_kms(item: Judged) -> bool:
    texts = [element.value for element in item.statement.actions or () if isinstance(element.value, str)]
    return bool(texts) and all(text.lower().startswith("kms:") for text in texts)


def judge_principal(bundle: Bundle, context: Context) -> Iterator[IamFinding]:
    """Judge what the principal of a bundle can do and become."""
    reach, statements = reach_of(bundle, context)
    admin = list(administrator(statements, reach))
    found = [*admin]
    reported = {one.steps[:-2] for one in admin}
    if not any(finding.confidence == "definite" for finding in admin):
        found += (*escalations(reach, reported), *limits(reach, reported))
    found += self_changes(reach, bundle.principal)
    found += sensitive_grants(reach, reported)
    found += [] if admin else _unbounded(bundle, reach)
    found = [*_of_managed(bundle, found), *_attached(bundle)]
    found += _compute(bundle, found)
    for finding in found:
        if finding.confidence != "definite" or finding.code[0] not in "AB":
            yield finding
        elif bundle.opaque is not None:
            yield replace(finding, confidence="unknown", hole=bundle.opaque)
        else:
            yield replace(finding, confidence="conditional") if bundle.unseen else finding


def reach_of(bundle: Bundle, context: Context) -> tuple[Reach, list[Judged]]:
    """Work out the effective grants of a bundle's principal, and give the statements they come from."""
    moment = Moment(context.now, bundle.principal, context.account)
    statements = [
        item
        for number, document in enumerate(bundle.documents)
        if document.kind in _GRANTING
        for item in judged_statements(document, number, moment)
    ]
    managed = [
        grant for number, (arn, steps) in enumerate(bundle.managed) for grant in managed_grants(arn, -1 - number, steps)
    ]
    return effective(statements, caps_of(bundle.documents), moment, managed), statements


def caps_of(documents: Iterable[Document]) -> list[Cap]:
    """Group the documents that limit: boundaries and sessions each alone, the service control policies as one level."""
    readable = [document for document in documents if document.kind in _LIMITING and document.statements]
    caps = [Cap((document,), deny_only=False) for document in readable if document.kind in ("boundary", "session")]
    control = tuple(document for document in readable if document.kind == "scp")
    return [*caps, *([Cap(control, deny_only=True)] if control else [])]


def _of_managed(bundle: Bundle, found: Iterable[IamFinding]) -> Iterator[IamFinding]:
    """Merge what lies within one managed policy into one finding, and leave administrators to their own."""
    places = {steps: arn for arn, steps in bundle.managed}
    merged: dict[tuple[str, Steps], list[IamFinding]] = {}
    for finding in found:
        arn = places.get(finding.steps)
        if arn is None or finding.code in ("B7", "H4"):
            yield finding
        elif finding.code in ("B1", "B2"):
            merged.setdefault((finding.code, finding.steps), []).append(finding)
    for (code, steps), group in merged.items():
        managed = lookup(places[steps])
        if managed is None or managed.verdict == "admin":
            continue
        first = min(group, key=lambda finding: (finding.confidence != "definite", finding.key))
        names = tuple(dict.fromkeys(name for finding in group for name in finding.actions))
        more = f", and {len(group) - 1} more ways" if len(group) > 1 else ""
        yield replace(
            first,
            code=code,
            key=f"Managed::{places[steps]}",
            actions=names,
            message=f"{places[steps].rpartition('/')[2]}: {first.message}{more}",
        )


def _attached(bundle: Bundle) -> Iterator[IamFinding]:
    """Judge attached policies by their ARN (H1, H2), and whatever stands on a user (H3)."""
    for arn, steps in bundle.managed:
        yield from attached(arn, steps)
    if bundle.principal and ":user/" in bundle.principal:
        places = [document.steps for document in bundle.documents if document.kind == "identity"]
        for steps in [*places, *(steps for _, steps in bundle.managed)][:1]:
            message = "the policy stands on a user, where nobody looks for it"
            yield made("H3", "Policy::user", steps, message, "put it on a group, or use a role")


def attached(arn: str, steps: Steps) -> Iterator[IamFinding]:
    """Judge a managed policy by its ARN: an administrator's, a whole service's, a retired or an unknown one."""
    found = lookup(arn)
    key, name = f"Managed::{arn}", arn.rpartition("/")[2]
    remedy = "write a policy with the actions that are used"
    if found is not None and found.verdict == "admin":
        yield made("H1", key, steps, f"{name} makes its holder an administrator", remedy, actions=("*",))
    elif found is not None and found.verdict == "full-service":
        services = ", ".join(found.services[:3])
        message = f"{name} opens {services} in full"
        yield made("H1", key, steps, message, remedy, severity="medium", advisory=True, actions=found.services)
    elif retired(arn):
        yield made("H2", key, steps, f"AWS no longer publishes {name}", "attach its successor")
    elif found is None:
        what = "is not in the table" if is_aws_managed(arn) else "is not among the documents"
        message = f"{name} {what}, so what it grants is not known"
        yield made("H1", key, steps, message, "give its document", severity="info", confidence="unknown", advisory=True)


def _unbounded(bundle: Bundle, reach: Reach) -> list[IamFinding]:
    """Find who can create principals, is not bounded, and need not bound them (H4)."""
    if any(document.kind == "boundary" for document in bundle.documents):
        return []
    found = []
    for action in sorted(key for key, item in watched().items() if "creates" in item.lists):
        free = [
            grant
            for grant in reach.of(action)
            if not grant.condition.restricts(("iam:permissionsboundary",)) and grant.hole is None
        ]
        if free:
            name = watched()[action].name
            message = f"{name} is granted to a principal without a permissions boundary, for new ones without any"
            remedy = "give the principal a boundary, or demand iam:PermissionsBoundary of the new ones"
            confidence: Confidence = "conditional" if all(grant.conditional for grant in free) else "definite"
            key = f"Action::{action}"
            found.append(made("H4", key, free[0].steps, message, remedy, actions=(name,), confidence=confidence))
    return found


def is_broad_power(finding: IamFinding) -> bool:
    """Say whether a finding shows a principal that is, or can make itself, an administrator."""
    return finding.confidence == "definite" and (
        finding.code == "A1"
        or (finding.code in ("B1", "B2", "B7") and finding.severity in ("critical", "high"))
        or (finding.code == "H1" and finding.severity == "high")
    )


def _compute(bundle: Bundle, found: Sequence[IamFinding]) -> Iterator[IamFinding]:
    """Find roles that run code and are administrators, where the bundle shows both (H7)."""
    power = [finding for finding in found if is_broad_power(finding)]
    for document in bundle.documents:
        if document.kind != "trust" or not power:
            continue
        for statement in document.statements:
            for principal in statement.principals or ():
                if principal.kind == "Service" and principal.value in COMPUTE and statement.effect == "Allow":
                    message = f"{principal.value} runs code as a role that is, or can become, an administrator"
                    key = f"Principal::{principal.value}"
                    remedy = "give the role the actions its code uses, and no more"
                    yield made("H7", key, principal.steps, message, remedy, actions=power[0].actions)


class _Tempering:
    """Lowers what a cap leaves nothing of, and drops what a Deny takes away, of findings on identity texts."""

    def __init__(self, bundle: Bundle, context: Context) -> None:
        moment = Moment(context.now, bundle.principal, context.account)
        self.caps = [
            ActionCover(item for item in items if item.statement.effect == "Allow" and not item.dead)
            for cap in caps_of(bundle.documents)
            for items in [[item for document in cap.documents for item in judged_statements(document, -1, moment)]]
            if not _denies_only(items)
        ]
        denies = [
            item
            for number, document in enumerate(bundle.documents)
            if document.kind in (*_GRANTING, *_LIMITING)
            for item in judged_statements(document, number, moment, denies_only=True)
            if always(item.condition) and not item.action_holes
        ]
        certain = [item for item in denies if item.covers_resource(EVERY)]
        self.denied = ActionCover(certain) if certain else None
        self.kinds = {document.steps: document.kind for document in bundle.documents}

    def _is_text(self, finding: IamFinding) -> bool:
        kind = next((kind for steps, kind in self.kinds.items() if finding.steps[: len(steps)] == steps), "")
        return kind == "identity" and finding.code[0] == "A"

    def alive(self, finding: IamFinding) -> bool:
        """Say whether a finding's actions are more than a Deny on every resource takes away."""
        if self.denied is None or not finding.actions or not self._is_text(finding):
            return True
        return not all(map(self.denied.covers, finding.actions))

    def temper(self, finding: IamFinding) -> IamFinding:
        """Tell as information what a boundary or service control policy does not let through as it stands."""
        if not self.caps or not self._is_text(finding) or not finding.actions:
            return finding
        if all(cap.covers(finding.actions[0]) for cap in self.caps):
            return finding
        note = "; a boundary or service control policy lets less through now"
        return replace(finding, severity="info", confidence="conditional", message=finding.message + note)


def _denies_only(cap: Sequence[Judged]) -> bool:
    return bool(cap) and all(item.statement.effect == "Deny" for item in cap)
