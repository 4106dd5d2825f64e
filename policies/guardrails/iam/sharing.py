# SPDX-License-Identifier: Apache-2.0
"""Grants that are spread over properties instead of a document: permissions, access lists, shares, auth types.

Permissions become statements and are judged like those of a resource policy; what has no statement's form is judged by
its value. A provider of identities (OpenID Connect, SAML) lets nobody in: the trust policy that names it does.
Source: the inputs of pulumi-aws 7.51 (Apache-2.0) and the services' own documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.iam.arns import account_of
from guardrails.iam.conditions import Moment
from guardrails.iam.document import Document, Element, Principal, Statement
from guardrails.iam.exposure import Keepers, grants_to_others
from guardrails.iam.grants import judged_statements
from guardrails.iam.taxonomy import IamFinding, made
from guardrails.values import Steps, Unknown, Value, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.iam.bundle import Context

__all__ = ["PERMISSIONS", "SHARED", "Sharing", "shared_openly", "unknown_shares"]

_PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
_PUBLIC_GROUPS = frozenset(
    {
        "http://acs.amazonaws.com/groups/global/AllUsers",
        "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    },
)
_PUBLIC_CLASSES = frozenset({"E1", "E2", "E3"})


@dataclass(frozen=True, slots=True)
class Sharing:
    """A property that shares: ``public`` are values that let everyone in, ``accounts`` says that others name whom.

    ``anyhow`` says that every value lets everyone in, known or not.
    """

    path: tuple[str, ...]
    public: frozenset[str]
    accounts: bool = False
    what: str = "the resource"
    anyhow: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """A resource that is a statement: where it names the principal, the actions and the conditions.

    ``prefix`` is the service of actions that are written without one.
    """

    principal: str
    action: str | None
    fixed: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str, str], ...] = ()
    prefix: str = ""


_ACL = Sharing(("acl",), _PUBLIC_ACLS, what="the objects")
_ANYONE = frozenset({"*"})

SHARED: Mapping[str, tuple[Sharing, ...]] = {
    "aws:s3/bucket:Bucket": (_ACL, Sharing(("grants", "[]", "uri"), _PUBLIC_GROUPS, what="the bucket")),
    "aws:s3/bucketV2:BucketV2": (_ACL, Sharing(("grants", "[]", "uri"), _PUBLIC_GROUPS, what="the bucket")),
    "aws:s3/bucketAcl:BucketAcl": (
        _ACL,
        Sharing(("accessControlPolicy", "grants", "[]", "grantee", "uri"), _PUBLIC_GROUPS, what="the bucket"),
    ),
    "aws:s3/bucketAclV2:BucketAclV2": (
        _ACL,
        Sharing(("accessControlPolicy", "grants", "[]", "grantee", "uri"), _PUBLIC_GROUPS, what="the bucket"),
    ),
    "aws:s3/bucketObject:BucketObject": (_ACL,),
    "aws:s3/bucketObjectv2:BucketObjectv2": (_ACL,),
    "aws:s3/objectCopy:ObjectCopy": (_ACL, Sharing(("grants", "[]", "uri"), _PUBLIC_GROUPS, what="the object")),
    "aws:lambda/functionUrl:FunctionUrl": (Sharing(("authorizationType",), frozenset({"NONE"}), what="the function"),),
    "aws:vpclattice/service:Service": (Sharing(("authType",), frozenset({"NONE"}), what="the service"),),
    "aws:vpclattice/serviceNetwork:ServiceNetwork": (Sharing(("authType",), frozenset({"NONE"}), what="the network"),),
    "aws:apigatewayv2/route:Route": (Sharing(("authorizationType",), frozenset({"NONE"}), what="the route"),),
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": (
        Sharing(("group",), frozenset({"all"}), what="the image"),
        Sharing(("accountId",), frozenset(), accounts=True, what="the image"),
    ),
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": (
        Sharing(("accountId",), frozenset({"all"}), accounts=True, what="the snapshot"),
    ),
    "aws:rds/snapshot:Snapshot": (Sharing(("sharedAccounts", "[]"), frozenset({"all"}), accounts=True),),
    "aws:rds/clusterSnapshot:ClusterSnapshot": (
        Sharing(("sharedAccounts", "[]"), frozenset({"all"}), accounts=True, what="the snapshot"),
    ),
    "aws:ec2/vpcEndpointService:VpcEndpointService": (
        Sharing(("allowedPrincipals", "[]"), _ANYONE, accounts=True, what="the endpoint service"),
    ),
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": (
        Sharing(("principalArn",), _ANYONE, accounts=True, what="the endpoint service"),
    ),
    "aws:ram/resourceShare:ResourceShare": (
        Sharing(("allowExternalPrincipals",), frozenset({"true"}), what="what is shared"),
    ),
    "aws:ram/principalAssociation:PrincipalAssociation": (Sharing(("principal",), frozenset(), accounts=True),),
    "aws:ram/resourceShareAssociationsExclusive:ResourceShareAssociationsExclusive": (
        Sharing(("principals", "[]"), frozenset(), accounts=True),
    ),
    "aws:ssm/document:Document": (
        Sharing(("permissions", "accountIds"), frozenset({"all", "All"}), accounts=True, what="the document"),
        Sharing(("permissions", "account_ids"), frozenset({"all", "All"}), accounts=True, what="the document"),
    ),
    "aws:lakeformation/permissions:Permissions": (
        Sharing(("principal",), frozenset({"IAM_ALLOWED_PRINCIPALS"}), accounts=True, what="the data"),
    ),
    "aws:lakeformation/dataLakeSettings:DataLakeSettings": (
        Sharing(("createDatabaseDefaultPermissions", "[]", "principal"), frozenset({"IAM_ALLOWED_PRINCIPALS"})),
        Sharing(("admins", "[]"), frozenset(), accounts=True, what="the lake"),
    ),
    "aws:glue/catalog:Catalog": (
        Sharing(
            ("createDatabaseDefaultPermissions", "[]", "principal", "dataLakePrincipalIdentifier"),
            frozenset({"IAM_ALLOWED_PRINCIPALS"}),
            what="new databases",
        ),
    ),
    "aws:globalaccelerator/crossAccountAttachment:CrossAccountAttachment": (
        Sharing(("principals", "[]"), _ANYONE, accounts=True),
    ),
    "aws:servicecatalog/portfolioShare:PortfolioShare": (Sharing(("principalId",), frozenset(), accounts=True),),
    "aws:servicecatalog/principalPortfolioAssociation:PrincipalPortfolioAssociation": (
        Sharing(("principalArn",), _ANYONE, accounts=True, what="the portfolio"),
    ),
    "aws:securitylake/subscriber:Subscriber": (
        Sharing(("subscriberIdentity", "principal"), _ANYONE, accounts=True, what="the lake"),
    ),
    "aws:securitylake/customLogSource:CustomLogSource": (
        Sharing(("configuration", "providerIdentity", "principal"), _ANYONE, accounts=True, what="the lake"),
    ),
    "aws:opensearch/authorizeVpcEndpointAccess:AuthorizeVpcEndpointAccess": (
        Sharing(("account",), frozenset(), accounts=True, what="the domain"),
    ),
    "aws:redshift/endpointAuthorization:EndpointAuthorization": (
        Sharing(("account",), frozenset(), accounts=True, what="the cluster"),
    ),
    "aws:redshift/dataShareAuthorization:DataShareAuthorization": (
        Sharing(("consumerIdentifier",), frozenset(), accounts=True, what="the data"),
    ),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": (
        Sharing(("roles", "unauthenticated"), frozenset(), what="the role", anyhow=True),
    ),
    "aws:eks/accessEntry:AccessEntry": (Sharing(("principalArn",), frozenset(), accounts=True, what="the cluster"),),
    "aws:s3control/accessGrant:AccessGrant": (
        Sharing(("grantee", "granteeIdentifier"), frozenset(), accounts=True, what="the objects"),
    ),
}

PERMISSIONS: Mapping[str, Permission] = {
    "aws:lambda/permission:Permission": Permission(
        "principal",
        "action",
        conditions=(
            ("ArnLike", "aws:SourceArn", "sourceArn"),
            ("StringEquals", "aws:SourceAccount", "sourceAccount"),
            ("StringEquals", "aws:PrincipalOrgID", "principalOrgId"),
            ("StringEquals", "lambda:FunctionUrlAuthType", "functionUrlAuthType"),
            ("StringEquals", "lambda:EventSourceToken", "eventSourceToken"),
        ),
    ),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": Permission(
        "principal", "action", conditions=(("StringEquals", "aws:PrincipalOrgID", "organizationId"),)
    ),
    "aws:cloudwatch/eventPermission:EventPermission": Permission(
        "principal", "action", ("events:PutEvents",), (("StringEquals", "aws:PrincipalOrgID", "condition"),)
    ),
    "aws:acmpca/permission:Permission": Permission(
        "principal", None, ("acm-pca:IssueCertificate",), (("StringEquals", "aws:SourceAccount", "sourceAccount"),)
    ),
    "aws:signer/signingProfilePermission:SigningProfilePermission": Permission("principal", "action"),
    "aws:kms/grant:Grant": Permission("granteePrincipal", "operations", prefix="kms"),
}


def shared_openly(token: str, properties: Mapping[str, Value], context: Context) -> Iterator[IamFinding]:
    """Find what a resource's properties let in: everyone (E7, E1), other accounts (E2), services at large (E3)."""
    for sharing in SHARED.get(token, ()):
        for steps, value in _at(dict(properties), sharing.path, ()):
            yield from _shared(sharing, steps, value, context)
    permission = PERMISSIONS.get(token)
    if permission is not None:
        yield from _permitted(permission, properties, context)


def unknown_shares(token: str, properties: Mapping[str, Value]) -> list[Unknown]:
    """List the unknowns in the properties that share."""
    permission = PERMISSIONS.get(token)
    names = [item.path[0] for item in SHARED.get(token, ()) if not item.anyhow or _is_hole(properties, item)]
    names += [permission.principal, *(item[2] for item in permission.conditions)] if permission else []
    return [hole for name in dict.fromkeys(names) if name in properties for hole in unknowns(properties[name])]


def _is_hole(properties: Mapping[str, Value], sharing: Sharing) -> bool:
    return isinstance(properties.get(sharing.path[0]), Unknown)


def _at(value: Value, path: tuple[str, ...], steps: Steps) -> Iterator[tuple[Steps, Value]]:
    if not path:
        yield steps, value
    elif path[0] == "[]" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _at(item, path[1:], (*steps, index))
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:], (*steps, path[0]))


def _shared(sharing: Sharing, steps: Steps, value: Value, context: Context) -> Iterator[IamFinding]:
    if sharing.anyhow:
        message = f"{sharing.path[-1]} opens {sharing.what} to everyone, without signing in"
        remedy = "leave it out, or give it a role that may do what every stranger may"
        yield made("E7", "::".join(sharing.path), steps, message, remedy)
        return
    text = "true" if value is True else value
    if not isinstance(text, str):
        return
    if text in sharing.public:
        remedy = "name the accounts that need it, or close it"
        yield made("E7", f"{sharing.path[0]}::{text}", steps, f"{text} opens {sharing.what} to everyone", remedy)
        return
    account = account_of(text.removesuffix(":IAMPrincipals"))
    if sharing.accounts and account and account != context.account and account not in context.trusted:
        message = f"{sharing.what} is shared with the account {account}, which is not among the trusted"
        unsure = context.account is None
        yield made(
            "E2",
            f"Principal::{text}",
            steps,
            message,
            "list the account among the trusted, or take it out",
            confidence="unknown" if unsure else "definite",
        )


def _actions(permission: Permission, properties: Mapping[str, Value]) -> tuple[str, ...]:
    """Give the actions that a permission grants, written in full."""
    value = properties.get(permission.action) if permission.action else None
    texts = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    return tuple(f"{permission.prefix}:{text}" if permission.prefix else text for text in texts) or permission.fixed


def _permitted(permission: Permission, properties: Mapping[str, Value], context: Context) -> Iterator[IamFinding]:
    """Judge a permission as the statement it is."""
    who = properties.get(permission.principal)
    if not isinstance(who, str):
        return
    kind = "Service" if who.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS"
    condition: dict[str, Value] = {}
    for operator, key, name in permission.conditions:
        value = properties.get(name)
        value = value.get("value") if isinstance(value, dict) else value
        if value is not None:
            block = condition.setdefault(operator, {})
            if isinstance(block, dict):
                block[key] = value
    names = _actions(permission, properties)
    steps: Steps = (permission.principal,)
    statement = Statement(
        (),
        "Allow",
        tuple(Element(name, (permission.action or permission.principal,)) for name in names),
        None,
        None,
        None,
        condition or None,
        (Principal(kind, who, steps),),
    )
    document = Document((statement,), (), (), "resource")
    for item in judged_statements(document, 0, Moment(context.now, None, context.account)):
        for finding in grants_to_others(item, Keepers(()), context.accounts, is_key=False):
            if finding.code in _PUBLIC_CLASSES:
                yield finding
