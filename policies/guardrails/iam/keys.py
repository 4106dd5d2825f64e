# SPDX-License-Identifier: Apache-2.0
"""Global condition keys, which the action data does not list: their types, which are always there, which mean nothing.

Source: IAM user guide, "AWS global condition context keys" and "Available keys for AWS OIDC federation", read 2026-10.
"""

from __future__ import annotations

__all__ = [
    "CALLER_CHOSEN",
    "EVER_PRESENT",
    "EXEMPT_SERVICES",
    "FIXES_CALLER",
    "FIXES_SOURCE",
    "GLOBAL",
    "IDENTIFYING",
    "MULTI_VALUED",
    "SPOOFABLE",
]

EVER_PRESENT = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:userid",
        "aws:viaawsservice",
        "iam:awsservicename",
        "iam:passedtoservice",
        "iam:policyarn",
    },
)
"""Keys that every request has, and those of IAM that every request of their own actions has."""

CALLER_CHOSEN = frozenset({"aws:referer", "aws:requestedregion", "aws:tagkeys", "aws:useragent"})
"""Keys whose value the caller chooses; they narrow what he does, not who he is."""

SPOOFABLE = frozenset({"aws:referer", "aws:useragent"})
"""Keys that any client sets as it likes."""

MULTI_VALUED = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
    },
)

IDENTIFYING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "sts:externalid",
    },
)
"""Keys whose value is an id: a pattern of its first characters is anybody's."""

FIXES_SOURCE = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"},
)
"""Keys that say on whose behalf a service calls; SourceOwner is the old form that SNS still writes."""

EXEMPT_SERVICES = ("ec2.amazonaws.com", "edgelambda.amazonaws.com", "lambda.amazonaws.com")
"""Services that need none of these, as they only ever act for the account's own resources; configurable."""

FIXES_CALLER = FIXES_SOURCE | {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "kms:calleraccount",
    "lambda:eventsourcetoken",
    "s3:dataaccesspointaccount",
}
"""Keys whose value fixes an account, an organisation or a network."""

GLOBAL = {
    "aws:assumedroot": "String",
    "aws:calledvia": "ArrayOfString",
    "aws:calledviafirst": "String",
    "aws:calledvialast": "String",
    "aws:chatbotsourcearn": "ARN",
    "aws:currenttime": "Date",
    "aws:ec2instancesourceprivateipv4": "IPAddress",
    "aws:ec2instancesourcevpc": "String",
    "aws:epochtime": "Date",
    "aws:federatedprovider": "String",
    "aws:iscidrblockpublicip": "Bool",
    "aws:ismcpserviceaction": "Bool",
    "aws:multifactorauthage": "Numeric",
    "aws:multifactorauthpresent": "Bool",
    "aws:principalaccount": "String",
    "aws:principalarn": "ARN",
    "aws:principalisawsservice": "Bool",
    "aws:principalorgid": "String",
    "aws:principalorgpaths": "ArrayOfString",
    "aws:principalservicename": "String",
    "aws:principalservicenameslist": "ArrayOfString",
    "aws:principaltype": "String",
    "aws:referer": "String",
    "aws:requestedregion": "String",
    "aws:resourceaccount": "String",
    "aws:resourceorgid": "String",
    "aws:resourceorgpaths": "ArrayOfString",
    "aws:rolesessionname": "String",
    "aws:securetransport": "Bool",
    "aws:sourceaccount": "String",
    "aws:sourcearn": "ARN",
    "aws:sourceidentity": "String",
    "aws:sourceip": "IPAddress",
    "aws:sourceorgid": "String",
    "aws:sourceorgpaths": "ArrayOfString",
    "aws:sourceowner": "String",
    "aws:sourceownedaccount": "String",
    "aws:sourcevpc": "String",
    "aws:sourcevpcarn": "ARN",
    "aws:sourcevpce": "String",
    "aws:tagkeys": "ArrayOfString",
    "aws:tokenissuetime": "Date",
    "aws:useragent": "String",
    "aws:userid": "String",
    "aws:username": "String",
    "aws:viaawsmcpservice": "Bool",
    "aws:viaawsservice": "Bool",
    "aws:vpceaccount": "String",
    "aws:vpceorgid": "String",
    "aws:vpceorgpaths": "ArrayOfString",
    "aws:vpcsourceip": "IPAddress",
    "dynamodb:attributes": "ArrayOfString",
    "sts:externalid": "String",
    "sts:rolesessionname": "String",
    "sts:sourceidentity": "String",
    "sts:transitivetagkeys": "ArrayOfString",
    "saml:aud": "String",
    "saml:iss": "String",
    "saml:sub": "String",
    "saml:namequalifier": "String",
    "saml:sub_type": "String",
}
"""Types by folded key; keys with a slash, such as ``aws:PrincipalTag/``, are texts."""
