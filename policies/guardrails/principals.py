# SPDX-License-Identifier: Apache-2.0
"""The principals of a stack: roles, users and groups with all that is attached to them, judged by what they can do.

A resource names another by ARN, by name, or by a value that is not known yet; then the property's recorded dependency
says which it is. What cannot be read makes the answer about its principal unknown, and never clean.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from guardrails.access import sharing_answers
from guardrails.iam.answers import context_of, document_answers, translate
from guardrails.iam.arns import account_of
from guardrails.iam.bundle import Bundle, Context, is_broad_power, judge_principal, reach_of
from guardrails.iam.document import Document, Kind, parse
from guardrails.iam.escalation import order
from guardrails.iam.grammar import LIMITS
from guardrails.iam.remedies import with_neighbours
from guardrails.iam.taxonomy import IamFinding, made
from guardrails.rule import Answer, CannotTell, Finding, NotApplicable
from guardrails.values import Steps, Unknown, Value, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.iam.grants import Reach
    from guardrails.resources import Resource, Stack
    from guardrails.rule import Settings

__all__ = ["Principal", "foreign_answers", "judged_principals", "principals_of", "stack_answers"]

ROLE, USER, GROUP = "aws:iam/role:Role", "aws:iam/user:User", "aws:iam/group:Group"
POLICY, PERMISSION_SET = "aws:iam/policy:Policy", "aws:ssoadmin/permissionSet:PermissionSet"
_PRINCIPALS = (ROLE, USER, GROUP, PERMISSION_SET)
_SET_BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
_SET = "permissionSetArn"
_INLINE = {
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": _SET,
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:iam/userPolicy:UserPolicy": "user",
    "aws:iam/groupPolicy:GroupPolicy": "group",
}
_ATTACHMENTS = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (("role",), "policyArn"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": (("user",), "policyArn"),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": (("group",), "policyArn"),
    "aws:iam/policyAttachment:PolicyAttachment": (("roles", "users", "groups"), "policyArn"),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": (("roleName",), "policyArns"),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": (("userName",), "policyArns"),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": (("groupName",), "policyArns"),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": ((_SET,), "managedPolicyArn"),
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": ((_SET,), "managedPolicyArns"),
    "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment": (
        (_SET,),
        "customerManagedPolicyReference",
    ),
    "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:CustomerManagedPolicyAttachmentsExclusive": (
        (_SET,),
        "customerManagedPolicyReferences",
    ),
}
_MEMBERSHIPS = {
    "aws:iam/userGroupMembership:UserGroupMembership": ("user", "groups"),
    "aws:iam/groupMembership:GroupMembership": ("users", "group"),
}
_BEARERS = {
    "aws:iam/instanceProfile:InstanceProfile": ("role", "instances run"),
    "aws:rolesanywhere/profile:Profile": ("roleArns", "workloads outside of AWS run"),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": ("roles", "users of an application act"),
    "aws:cloudformation/stack:Stack": ("iamRoleArn", "whoever may change the CloudFormation stack acts"),
}
"""What lends a role beside its trust policy: by which property, and who then does what as the role."""

_HOLDERS = {ROLE: "role", USER: "user", GROUP: "group"}
_TAKING = ("iam:passrole", "sts:assumerole")


@dataclass(slots=True)
class Principal:
    """One role, user, group or permission set, or a policy attached to none: its documents, limits, what is unknown.

    The path of each document begins with the URN of its resource. ``opaque`` is an unknown in a limit, which may take
    everything away; any other unknown can only add.
    """

    resource: Resource
    documents: list[Document] = field(default_factory=list)
    managed: list[tuple[str, Steps]] = field(default_factory=list)
    holes: list[tuple[str, Unknown]] = field(default_factory=list)
    opaque: Unknown | None = None
    unseen: bool = False

    @property
    def arn(self) -> str | None:
        """The ARN, where it is known."""
        value = self.resource.properties.get("arn")
        return value if isinstance(value, str) else None

    def add(self, resource: Resource, steps: Steps, kind: Kind, value: Value) -> None:
        """Add a document that stands in a resource."""
        document = parse(value, (resource.urn, *steps), kind)
        if any(known.steps == document.steps for known in self.documents):
            return
        self.documents.append(document)
        self.holes += [(resource.urn, hole) for hole in document.holes]
        if kind == "boundary":
            self.opaque = next(iter(document.holes), self.opaque)

    def bundle(self) -> Bundle:
        """Give what is judged together."""
        managed = tuple(dict(reversed(self.managed)).items())
        principal = self.arn if self.resource.type in (ROLE, USER) else None
        return Bundle(tuple(self.documents), managed[::-1], principal, {}, self.opaque, self.unseen)


class _Builder:
    """Links the resources of a stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.named: dict[tuple[str, str], Resource] = {}
        for resource in stack.of_type(*_PRINCIPALS, POLICY):
            for key in ("name", "arn", "id"):
                value = resource.properties.get(key)
                if isinstance(value, str) and value:
                    self.named.setdefault((resource.type, value), resource)
        self.principals = {item.urn: Principal(item) for item in stack.of_type(*_PRINCIPALS)}
        self.attached: set[str] = set()

    def find(self, resource: Resource, name: str, kinds: tuple[str, ...]) -> tuple[list[Resource], list[Unknown]]:
        """Give the resources that a property names, and the unknowns that no dependency explains."""
        value = resource.properties.get(name)
        items = value if isinstance(value, list) else [*value.values()] if isinstance(value, dict) else [value]
        linked = [
            found
            for urn in resource.property_dependencies.get(name, ())
            for found in [self.stack.by_urn.get(urn)]
            if found is not None and found.type in kinds
        ]
        found, holes = [], []
        for item in (_called(item) for item in items):
            if isinstance(item, str):
                found += [known for kind in kinds for known in [self.named.get((kind, item))] if known is not None]
            elif isinstance(item, Unknown) and not linked:
                holes.append(item)
        if unknowns(value):
            found += linked
        return _distinct(found), holes

    def build(self) -> list[Principal]:
        """Put every principal together, and the policies that are attached to none."""
        for principal in self.principals.values():
            self._own(principal)
        for resource in self.stack.of_type(*_INLINE):
            found, _ = self.find(resource, _INLINE[resource.type], _PRINCIPALS)
            for owner in found or []:
                self._documents(self.principals[owner.urn], resource)
            if not found:
                self._alone(resource)
        self._attachments()
        for policy_resource in self.stack.of_type(POLICY):
            if policy_resource.urn not in self.attached:
                self._alone(policy_resource)
        self._join_groups()
        return list(self.principals.values())

    def _attachments(self) -> None:
        """Add the policies and boundaries that resources of their own attach."""
        for resource in self.stack.of_type(*_ATTACHMENTS):
            names, policy = _ATTACHMENTS[resource.type]
            for owner in [item for name in names for item in self.find(resource, name, _PRINCIPALS)[0]]:
                self._attach(self.principals[owner.urn], resource, policy)
        for resource in self.stack.of_type(_SET_BOUNDARY):
            for owner in self.find(resource, _SET, (PERMISSION_SET,))[0]:
                self._bound(self.principals[owner.urn], resource)

    def _own(self, principal: Principal) -> None:
        resource = principal.resource
        self._documents(principal, resource)
        if resource.properties.get("managedPolicyArns") is not None:
            self._attach(principal, resource, "managedPolicyArns")
        if resource.properties.get("permissionsBoundary") not in (None, ""):
            self._bound(principal, resource)

    def _bound(self, principal: Principal, resource: Resource) -> None:
        """Add the boundary that a resource gives to a principal."""
        found, holes = self.find(resource, "permissionsBoundary", (POLICY,))
        for policy in found:
            self.attached.add(policy.urn)
            for steps, _, value in policy.document_values():
                principal.add(policy, steps, "boundary", value)
        principal.holes += [(resource.urn, hole) for hole in holes]
        principal.opaque = next(iter(holes), principal.opaque)
        principal.unseen = principal.unseen or not (found or holes)

    def _documents(self, principal: Principal, resource: Resource) -> None:
        for steps, kind, value in resource.document_values():
            if value not in (None, ""):
                principal.add(resource, steps, kind, value)

    def _alone(self, resource: Resource) -> None:
        principal = Principal(resource)
        self._documents(principal, resource)
        self.principals[resource.urn] = principal

    def _attach(self, principal: Principal, resource: Resource, name: str) -> None:
        found, holes = self.find(resource, name, (POLICY,))
        for policy in found:
            self.attached.add(policy.urn)
            self._documents(principal, policy)
        principal.holes += [(resource.urn, hole) for hole in holes]
        value = resource.properties.get(name)
        for index, item in enumerate(map(_called, value if isinstance(value, list) else [value])):
            steps = (resource.urn, name, index) if isinstance(value, list) else (resource.urn, name)
            known = isinstance(item, str) and any(item in self._names(policy) for policy in found)
            if isinstance(item, str) and item and not known and (item, steps) not in principal.managed:
                principal.managed.append((item, steps))

    def _names(self, policy: Resource) -> tuple[Value, ...]:
        return tuple(policy.properties.get(key) for key in ("arn", "id", "name"))

    def _join_groups(self) -> None:
        """Give every user what its groups have; a group stays a principal of its own."""
        for resource in self.stack.of_type(*_MEMBERSHIPS):
            users, groups = _MEMBERSHIPS[resource.type]
            for user in self.find(resource, users, (USER,))[0]:
                for group in self.find(resource, groups, (GROUP,))[0]:
                    mine, theirs = self.principals[user.urn], self.principals[group.urn]
                    mine.documents += [item for item in theirs.documents if item not in mine.documents]
                    mine.managed += [item for item in theirs.managed if item not in mine.managed]
                    mine.holes += theirs.holes


def _called(item: Value) -> Value:
    """Give the ARN or the name by which a policy is called, also where an object calls it."""
    return item.get("name") if isinstance(item, dict) else item


def _distinct(resources: Iterable[Resource]) -> list[Resource]:
    return list({resource.urn: resource for resource in resources}.values())


def principals_of(stack: Stack) -> list[Principal]:
    """Put the principals of a stack together."""
    return _Builder(stack).build()


def judged_principals(stack: Stack, settings: Settings) -> tuple[dict[str, list[IamFinding]], list[Principal]]:
    """Judge every principal once for all rules; findings by the URN of the principal."""
    given = context_of(settings)
    key = (given, tuple(settings.get("boundaryPaths") or ()))
    kept = stack.memo.get(key)
    if isinstance(kept, tuple):
        return kept
    builder = _Builder(stack)
    principals = [item for item in builder.build() if item.documents or item.managed or item.holes]
    context = replace(given, account=given.account or account_in(stack))
    found = {item.resource.urn: list(judge_principal(item.bundle(), context)) for item in principals}
    _follow_roles(principals, found, context)
    for item in principals:
        found[item.resource.urn] += [*_strangers(item, principals, context), *_oversized(item)]
    for resource in stack.of_type(ROLE, USER):
        found.setdefault(resource.urn, []).extend(_unbounded_path(resource, settings))
    for urn, borne in list(_borne(builder, found)):
        found[urn].append(borne)
    for urn, findings in found.items():
        others = [resource for resource in stack.resources if resource.urn != urn]
        found[urn] = [with_neighbours(item, others) for item in findings]
    result = (found, principals)
    stack.memo[key] = result
    return result


def _follow_roles(principals: list[Principal], found: dict[str, list[IamFinding]], context: Context) -> None:
    """Find who may pass or take a role that the stack shows to be powerful (B4), also through other roles."""
    powerful = {
        item.arn: item
        for item in principals
        if item.resource.type == ROLE and item.arn and any(map(is_broad_power, found[item.resource.urn]))
    }
    grants = {item.resource.urn: reach_of(item.bundle(), context)[0] for item in principals}
    changed = True
    while changed:
        changed = False
        for item in principals:
            if item.arn in powerful:
                continue
            for arn in sorted(powerful):
                fresh = _takes(grants[item.resource.urn], arn, powerful[arn])
                if fresh is None or fresh in found[item.resource.urn]:
                    continue
                found[item.resource.urn].append(fresh)
                if item.resource.type == ROLE and item.arn and fresh.confidence == "definite":
                    powerful[item.arn] = item
                    changed = True
            if changed:
                break


def _takes(reach: Reach, arn: str, role: Principal) -> IamFinding | None:
    """Say that a principal can pass or take one powerful role by its name; broad grants are told as such already."""
    for action in _TAKING:
        for grant in sorted(reach.of(action), key=lambda grant: order(grant.steps)):
            if grant.resource.text == arn:
                verb = "pass" if action == "iam:passrole" else "take"
                message = (
                    f"the principal can {verb} the role {role.resource.name}, which is or can become an administrator"
                )
                finding = made(
                    "B4",
                    f"Resource::{arn}",
                    grant.steps,
                    message,
                    "give that role the actions it needs, and no more; or name another",
                    actions=("iam:PassRole" if action == "iam:passrole" else "sts:AssumeRole",),
                )
                return replace(finding, confidence="conditional") if grant.conditional else finding
    return None


def _borne(builder: _Builder, found: dict[str, list[IamFinding]]) -> Iterator[tuple[str, IamFinding]]:
    """Find powerful roles that something lends (H7), if the role's own trust policy does not tell so already."""
    for resource in builder.stack.of_type(*_BEARERS):
        name, use = _BEARERS[resource.type]
        limited = any(resource.properties.get(key) for key in ("sessionPolicy", "managedPolicyArns"))
        for role in builder.find(resource, name, (ROLE,))[0]:
            findings = found.get(role.urn, [])
            if not any(map(is_broad_power, findings)) or any(item.code == "H7" for item in findings):
                continue
            message = f"{use} as the role {role.name}, which is, or can become, an administrator"
            remedy = "give the role the actions that are needed, and no more"
            finding = made("H7", f"Role::{role.name}", (resource.urn, name), message, remedy)
            yield role.urn, replace(finding, confidence="conditional") if limited else finding


def _oversized(item: Principal) -> Iterator[IamFinding]:
    """Find inline policies that are too large together (G6), each of which would do."""
    holder = _HOLDERS.get(item.resource.type, "")
    limit = LIMITS.get(holder, 0)
    inline = [document for document in item.documents if document.kind == "identity" and _is_inline(document, holder)]
    size = sum(document.size for document in inline)
    if limit and size > limit and max(document.size for document in inline) <= limit:
        message = f"the {len(inline)} inline policies have {size} characters together, and AWS takes {limit}"
        remedy = "make some of them an aws.iam.Policy, and attach it"
        yield made("G6", f"Size::inline::{item.resource.name}", (item.resource.urn, "name"), message, remedy)


def _is_inline(document: Document, holder: str) -> bool:
    """Say whether a document stands in a principal itself; a user has those of groups, too, which count there."""
    tokens = [token for token, name in _INLINE.items() if name == holder] + ([ROLE] if holder == "role" else [])
    return any(f"{token}::" in str(document.steps[0]) for token in tokens)


def _unbounded_path(resource: Resource, settings: Settings) -> Iterator[IamFinding]:
    """Find a role or user of a path that asks for a boundary, and that has none (H4)."""
    path = resource.properties.get("path") or "/"
    wanted = settings.get("boundaryPaths") or ()
    if not isinstance(path, str) or resource.properties.get("permissionsBoundary") not in (None, ""):
        return
    if any(path.startswith(f"/{item.strip('/')}/") for item in wanted):
        message = f"whatever stands under {path} needs a permissions boundary, and this has none"
        yield made("H4", f"Path::{path}", (resource.urn, "path"), message, "give it the permissionsBoundary")


def _strangers(item: Principal, principals: list[Principal], context: Context) -> Iterator[IamFinding]:
    """Find own-account principals in a trust policy that the stack does not make (D11)."""
    known = {other.arn for other in principals}
    for document in item.documents:
        for statement in document.statements if document.kind == "trust" else ():
            for principal in statement.principals or ():
                value = principal.value
                own = isinstance(value, str) and context.account is not None and account_of(value) == context.account
                if (
                    own
                    and principal.kind == "AWS"
                    and (":role/" in str(value) or ":user/" in str(value))
                    and value not in known
                ):
                    message = f"the role trusts {value}, which this stack does not make"
                    remedy = "make sure that it exists, and who may use it"
                    yield made("D11", f"Principal::{value}", principal.steps, message, remedy)


def account_in(stack: Stack) -> str | None:
    """Give the account that the stack's own ARNs name, if one is known yet."""
    arns = (resource.properties.get("arn") for resource in stack.resources)
    return next((found for arn in arns if isinstance(arn, str) for found in [account_of(arn)] if found), None)


def foreign_answers(stack: Stack, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about accounts in the documents and shares of a stack, which knows its own.

    As long as the stack's own ARNs are unknown, so is the account, and nothing is foreign yet.
    """
    known = dict(settings)
    known["accountId"] = settings.get("accountId") or account_in(stack)
    waiting = _unknown_arn(stack) if known["accountId"] is None else None
    judged = False
    for resource in stack.resources:
        for answer in _about_accounts(resource, known, code):
            judged = True
            if isinstance(answer, Finding) and waiting is not None:
                yield waiting
            else:
                yield replace(answer, urn=resource.urn)
    if not judged:
        yield NotApplicable("no document in the stack names another account")


def _unknown_arn(stack: Stack) -> CannotTell | None:
    """Give an ARN of the stack that is not known yet, and that will tell the account."""
    arns = ((resource.urn, resource.properties.get("arn")) for resource in stack.resources)
    return next((CannotTell(arn, urn) for urn, arn in arns if isinstance(arn, Unknown)), None)


def _about_accounts(resource: Resource, known: Settings, code: str) -> Iterator[Finding | CannotTell]:
    if code.startswith("E"):
        answers = list(sharing_answers(resource, known, code))
    else:
        trusts = [item for item in resource.documents if item.kind == "trust"]
        answers = [answer for item in trusts for answer in document_answers(item, known, code)]
        answers += [CannotTell(hole) for item in trusts for hole in item.document.holes]
    yield from (answer for answer in answers if not isinstance(answer, NotApplicable))


def stack_answers(stack: Stack, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about the principals of a stack, each at the resource it stands in."""
    found, principals = judged_principals(stack, settings)
    if not principals and not any(found.values()):
        yield NotApplicable("no IAM principal or policy in the stack")
        return
    for answer in translate(dict.fromkeys(item for items in found.values() for item in items), code):
        urn, *steps = answer.path
        yield replace(answer, urn=str(urn), path=tuple(steps))
    seen: set[tuple[str, Steps]] = set()
    for principal in principals:
        for urn, hole in principal.holes:
            if (urn, hole.steps) not in seen:
                seen.add((urn, hole.steps))
                yield CannotTell(hole, urn)
