# SPDX-License-Identifier: Apache-2.0
"""What one resource grants: by its own documents, by properties that share it, by the policies it attaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from guardrails.iam.answers import context_of, document_answers, is_strict, translate
from guardrails.iam.bundle import attached
from guardrails.iam.managed import is_aws_managed
from guardrails.iam.remedies import with_neighbours
from guardrails.iam.sharing import PERMISSIONS, SHARED, shared_openly, unknown_shares
from guardrails.iam.taxonomy import IamFinding, made
from guardrails.rule import Answer, CannotTell, Finding, NotApplicable, Severity
from guardrails.values import Steps, Unknown, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.resources import Resource
    from guardrails.rule import Settings

__all__ = ["attachment_answers", "inline_answers", "sharing_answers"]

_ATTACHING = {
    "aws:iam/role:Role": "managedPolicyArns",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
    "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": "managedPolicyArns",
}
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_POLICIES = ("aws:s3/bucketPolicy:BucketPolicy", "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
_ON_USERS = {
    "aws:iam/userPolicy:UserPolicy": "user",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "user",
    "aws:iam/policyAttachment:PolicyAttachment": "users",
    _ASSIGNMENT: "principalType",
}
_INLINE = (
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/role:Role",
)


def sharing_answers(resource: Resource, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about whom a resource lets in, by its documents and by its properties."""
    documents = [item for item in resource.documents if item.kind in ("resource", "endpoint")]
    sharing = resource.type in SHARED or resource.type in PERMISSIONS
    if not documents and not sharing:
        yield NotApplicable("nothing in the resource lets others in")
        return
    for document in documents:
        answers = document_answers(document, settings, code)
        yield from _behind_block(resource, answers) if code == "E1" else answers
        yield from (CannotTell(hole) for hole in document.document.holes)
    if sharing:
        found = shared_openly(resource.type, resource.properties, context_of(settings))
        yield from translate(
            (with_neighbours(item, resource.neighbours) for item in dict.fromkeys(found)),
            code,
            strict=is_strict(settings),
        )
        yield from (CannotTell(hole) for hole in unknown_shares(resource.type, resource.properties))


def _behind_block(resource: Resource, answers: Iterable[Answer]) -> Iterator[Answer]:
    """Lower what a bucket's policy opens to everyone where a public-access block that was made before keeps it shut.

    As long as the buckets of the two are not known, it cannot be told whether they are the same.
    """
    bucket = resource.properties.get("bucket")
    blocks = [item for item in resource.neighbours if resource.type in _POLICIES and _blocks(item)]
    named = [item.properties.get("bucket") for item in blocks if item.type != _ACCOUNT_BLOCK]
    shut = len(named) < len(blocks) or (isinstance(bucket, str) and bucket in named)
    doubt = next((item for item in (bucket, *named) if isinstance(item, Unknown)), None) if named and not shut else None
    for answer in answers:
        if isinstance(answer, Finding) and shut:
            message = f"{answer.message}; the public-access block of the stack keeps it shut now"
            yield replace(answer, severity=Severity.LOW, advisory=True, message=message)
        elif isinstance(answer, Finding) and doubt is not None:
            yield CannotTell(replace(doubt, steps=("bucket",)))
        else:
            yield answer


def _blocks(resource: Resource) -> bool:
    """Say whether a resource keeps policies from opening buckets to everyone."""
    kept = any(resource.properties.get(name) is True for name in ("restrictPublicBuckets", "blockPublicPolicy"))
    return resource.type in (_BLOCK, _ACCOUNT_BLOCK) and kept


def attachment_answers(resource: Resource, settings: Settings, code: str) -> Iterator[Answer]:
    """Give the findings of one class about the policies of AWS that a resource attaches; its own have documents."""
    del settings
    name = _ATTACHING.get(resource.type)
    value = resource.properties.get(name) if name else None
    if name is None or value is None:
        yield NotApplicable("the resource attaches no managed policy")
        return
    places: list[tuple[str, Steps]] = (
        [(item, (name, index)) for index, item in enumerate(value) if isinstance(item, str)]
        if isinstance(value, list)
        else [(value, (name,))]
        if isinstance(value, str)
        else []
    )
    # What a policy of the user's own grants stands in its document: the whole stack's rules join the two.
    aws = [(arn, steps) for arn, steps in places if is_aws_managed(arn)]
    yield from translate((finding for arn, steps in aws for finding in attached(arn, steps)), code)
    yield from (CannotTell(hole) for hole in unknowns(value))


def inline_answers(resource: Resource, settings: Settings, code: str) -> Iterator[Answer]:
    """Say that a policy stands on a user (H3), or inside of its principal (H5)."""
    del settings
    name = _ON_USERS.get(resource.type) if code == "H3" else None
    value = resource.properties.get(name) if name else None
    if code == "H3" and (value in (None, [], "") or (resource.type == _ASSIGNMENT and value == "GROUP")):
        yield NotApplicable("the resource puts no policy on a user")
    elif code == "H3":
        if isinstance(value, Unknown):
            yield CannotTell(value)
        yield from translate([_on_user(str(name))], code)
    elif resource.type not in _INLINE:
        yield NotApplicable("the resource holds no inline policy")
    else:
        several = resource.properties.get("inlinePolicies")
        if isinstance(several, Unknown):
            yield CannotTell(several)
            return
        for document in resource.documents:
            if document.kind == "identity":
                yield from translate([_inline(document.steps)], code)


def _on_user(name: str) -> IamFinding:
    message = "the policy stands on a user, where nobody looks for it"
    return made("H3", "Policy::user", (name,), message, "put it on a group, or use a role")


def _inline(steps: Steps) -> IamFinding:
    message = "the policy stands inside of its principal, so it can be neither reused nor versioned"
    return made("H5", "Policy::inline", steps, message, "make it an aws.iam.Policy, and attach it")
