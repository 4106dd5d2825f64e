# SPDX-License-Identifier: Apache-2.0
"""Data sources: what ``invoke`` answers, and in words what of it was assumed.

A few functions are computed (policy documents, partitions, parsed ARNs); the account, region and zones are those of
the world the provider plays; everything else is a typed invention, related to the resource of the same name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackproof.aws.arns import Place, invent, last_segment, short_token
from stackproof.aws.outputs import Synthesis
from stackproof.aws.policy_document import PolicyDocumentError, policy_document
from stackproof.wire import Properties, Value, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stackproof.aws.tables import FunctionType

__all__ = ["Query", "Reply", "answer"]


@dataclass(frozen=True, slots=True)
class Query:
    """One call: the function, its plain and known arguments, and the account it is asked in."""

    function: FunctionType
    arguments: Properties
    place: Place
    region_given: bool
    caller_arn: str
    caller_id: str
    default_tags: Properties


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: values, or the argument and the words of a failure; ``assumed`` names what is not known to be so."""

    values: Properties
    assumed: tuple[str, ...] = ()
    failure: tuple[str, str] | None = None


_REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
"""The regions that every commercial account has without opting in."""

_ARGUMENT_ALIASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cognito/userPool": {"userPoolId": "id"},
        "ecs/cluster": {"clusterName": "name"},
        "ecs/service": {"serviceName": "name", "clusterArn": "cluster"},
        "ecs/taskDefinition": {"taskDefinition": "family"},
        "lambda/function": {"functionName": "name"},
        "rds/instance": {"dbInstanceIdentifier": "identifier"},
    },
)
"""Where a function's argument is called otherwise than the resource's property that it stands for."""

_SECRET_VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ecr/getAuthorizationToken": frozenset({"authorizationToken", "password"}),
        "ecr/getCredentials": frozenset({"authorizationToken"}),
        "ecrpublic/getAuthorizationToken": frozenset({"authorizationToken", "password"}),
        "eks/getClusterAuth": frozenset({"token"}),
        "codeartifact/getAuthorizationToken": frozenset({"authorizationToken"}),
        "kms/getSecrets": frozenset({"plaintext"}),
        "secretsmanager/getRandomPassword": frozenset({"randomPassword"}),
        "secretsmanager/getSecretVersion": frozenset({"secretString", "secretBinary"}),
        "ssm/getParameter": frozenset({"value"}),
        "ssm/getParametersByPath": frozenset({"values"}),
    },
)

_VALUES: Mapping[str, Mapping[str, Value]] = MappingProxyType(
    {
        "ec2/getAmi": {"state": "available", "rootDeviceType": "ebs", "virtualizationType": "hvm", "hypervisor": "xen"},
        "ec2/getVpc": {"state": "available", "instanceTenancy": "default", "enableDnsSupport": True},
        "ec2/getSubnet": {"state": "available"},
        "acm/getCertificate": {"status": "ISSUED"},
        "iam/getPolicy": {"path": "/"},
        "iam/getRole": {"path": "/", "maxSessionDuration": 3600.0},
        "kms/getKey": {"enabled": True, "keyState": "Enabled", "keyUsage": "ENCRYPT_DECRYPT", "keyManager": "CUSTOMER"},
        "ssm/getParameter": {"type": "String", "version": 1.0},
        "ecr/getAuthorizationToken": {"userName": "AWS"},
    },
)
"""Words that AWS has a closed set for, so that the invented ones are at least possible."""


def answer(query: Query) -> Reply:
    """Answer one call."""
    short = short_token(query.function.token)
    special = _SPECIAL.get(short)
    return special(query) if special else _invented(query)


def _zone_ids(region: str) -> list[str]:
    """Give zone ids as AWS forms them: ``use1-az1`` in ``us-east-1``."""
    area, _, rest = region.partition("-")
    direction, _, number = rest.rpartition("-")
    short = "".join(part[0] for part in re.findall("north|south|east|west|central|gov|iso", direction))
    return [f"{area}{short}{number}-az{index}" for index in (1, 2, 3)]


def _policy_document(query: Query) -> Reply:
    try:
        made = policy_document(query.arguments)
    except PolicyDocumentError as error:
        return Reply({}, failure=(error.where, str(error)))
    version = query.arguments.get("version") or "2012-10-17"
    return Reply({**_echoed(query), "version": version, **made})


def _caller_identity(query: Query) -> Reply:
    account = query.place.account
    values: Properties = {"accountId": account, "arn": query.caller_arn, "id": account, "userId": query.caller_id}
    return Reply(values, (f"the account is {account} and the caller is {query.caller_arn}",))


def _region(query: Query) -> Reply:
    asked = query.arguments.get("region") or query.arguments.get("name") or query.arguments.get("id")
    region = asked if isinstance(asked, str) else query.place.region
    endpoint = f"ec2.{region}.{query.place.dns}"
    values: Properties = {"id": region, "name": region, "region": region, "endpoint": endpoint, "description": region}
    return Reply(values, () if asked or query.region_given else (f"the region is {region}",))


def _regions(query: Query) -> Reply:
    here = query.place.region
    names: list[Value] = [*_REGIONS] if query.place.partition == "aws" else [here]
    return Reply(
        {**_echoed(query), "id": query.place.partition, "names": names}, (f"{len(names)} regions are enabled",)
    )


def _partition(query: Query) -> Reply:
    reverse = ".".join(reversed(query.place.dns.split(".")))
    name = query.place.partition
    return Reply({"id": name, "partition": name, "dnsSuffix": query.place.dns, "reverseDnsPrefix": reverse})


def _zones(query: Query) -> Reply:
    region = query.place.region
    excluded_names = _texts(query.arguments.get("excludeNames"))
    excluded_ids = _texts(query.arguments.get("excludeZoneIds"))
    pairs = zip((f"{region}{letter}" for letter in "abc"), _zone_ids(region), strict=True)
    kept = [(name, zone) for name, zone in pairs if name not in excluded_names and zone not in excluded_ids]
    names: list[Value] = [name for name, _ in kept]
    ids: list[Value] = [zone for _, zone in kept]
    values: Properties = {**_echoed(query), "id": region, "region": region}
    values |= {"names": names, "zoneIds": ids, "groupNames": [region]}
    return Reply(values, (f"the zones of {region} are {', '.join(name for name, _ in kept)}",))


def _zone(query: Query) -> Reply:
    region = query.place.region
    asked, asked_id = query.arguments.get("name"), query.arguments.get("zoneId")
    ids = _zone_ids(region)
    letters = "abc"
    index = ids.index(asked_id) if asked_id in ids else letters.find(str(asked or f"{region}a")[-1])
    name = asked if isinstance(asked, str) else f"{region}{letters[index]}"
    facts: Properties = {"state": "available", "zoneType": "availability-zone", "optInStatus": "opt-in-not-required"}
    groups: Properties = dict.fromkeys(("groupName", "groupLongName", "networkBorderGroup", "region"), region)
    names: Properties = {"id": name, "name": name, "nameSuffix": name.removeprefix(region), "zoneId": ids[index]}
    values = {**_echoed(query), **facts, **groups, **names, "parentZoneId": "", "parentZoneName": ""}
    return Reply(values, (f"the zone {name} exists",))


def _arn(query: Query) -> Reply:
    text = query.arguments.get("arn")
    parts = text.split(":", 5) if isinstance(text, str) else []
    if len(parts) < len(_ARN_PARTS) + 1 or parts[0] != "arn":
        return Reply({}, failure=("arn", "the value is not an ARN: give arn:partition:service:region:account:resource"))
    return Reply({"arn": text, "id": text, **dict(zip(_ARN_PARTS, parts[1:], strict=True))})


_ARN_PARTS = ("partition", "service", "region", "account", "resource")


def _service_principal(query: Query) -> Reply:
    service = str(query.arguments.get("serviceName") or "")
    suffix = "amazonaws.com"
    region = query.place.region
    values: Properties = {"name": f"{service}.{suffix}", "serviceName": service, "suffix": suffix, "region": region}
    return Reply({**values, "id": f"{service}.{region}.{suffix}"})


def _default_tags(query: Query) -> Reply:
    return Reply({"id": query.place.partition, "tags": query.default_tags})


def _canonical_user(query: Query) -> Reply:
    made = invent(query.place.account, "hex", 64, "canonical user")
    return Reply({**_echoed(query), "id": made, "displayName": "", "region": query.place.region}, (_words(query),))


def _alias(query: Query) -> Reply:
    name, place = str(query.arguments.get("name") or ""), query.place
    prefix = f"arn:{place.partition}:kms:{place.region}:{place.account}"
    made = invent(f"{prefix}:{name}", "hex", 32)
    key = f"{made[:8]}-{made[8:12]}-4{made[13:16]}-a{made[17:20]}-{made[20:]}"
    arn = f"{prefix}:{name}"
    values: Properties = {"arn": arn, "id": arn, "name": name, "region": place.region}
    return Reply({**values, "targetKeyId": key, "targetKeyArn": f"{prefix}:key/{key}"}, (_words(query),))


def _key(query: Query) -> Reply:
    """Answer for a key asked by id, ARN or alias: only the last hides the id."""
    asked = str(query.arguments.get("keyId") or "")
    name = asked if ":alias/" not in asked else asked.partition(":alias/")[2]
    alias = "alias/" in asked
    key = str(_alias(_with(query, name=f"alias/{name.removeprefix('alias/')}")).values["targetKeyId"])
    found = _invented(_with(query, keyId=key if alias else last_segment(asked)))
    return Reply({**found.values, "awsAccountId": query.place.account, "grantTokens": []}, (_words(query),))


def _with(query: Query, **arguments: Value) -> Query:
    return replace(query, arguments={**query.arguments, **arguments})


def _ids(prefix: str, count: int) -> Callable[[Query], Reply]:
    """Answer with ``count`` ids of one kind, such as the subnets of a VPC."""

    def reply(query: Query) -> Reply:
        made: list[Value] = [f"{prefix}-{invent(_seed(query), 'hex', 17, str(index))}" for index in range(count)]
        values: Properties = {**_echoed(query), "id": query.place.region, "region": query.place.region, "ids": made}
        return Reply(values, (_words(query),))

    return reply


def _ami(query: Query) -> Reply:
    filters = {str(item.get("name")): item.get("values") for item in _objects(query.arguments.get("filters"))}
    text = json.dumps(query.arguments)
    likely = "arm64" if re.search("arm64|aarch64", text) else "x86_64"
    architecture = next(iter(_texts(filters.get("architecture"))), likely)
    found = _invented(query)
    image = f"ami-{invent(_seed(query), 'hex', 17)}"
    extra: Properties = {"id": image, "imageId": image, "architecture": architecture, "arn": ""}
    extra["arn"] = f"arn:{query.place.partition}:ec2:{query.place.region}::image/{image}"
    return Reply({**found.values, **extra}, found.assumed)


def _invented(query: Query) -> Reply:
    """Answer by type: values of the resource of the same name where there is one, else of the right shape."""
    short = short_token(query.function.token)
    module, _, verb = short.partition("/get")
    kind = f"{module}/{verb[:1].lower()}{verb[1:]}"
    aliases = _ARGUMENT_ALIASES.get(kind, {})
    given = {**_VALUES.get(short, {}), **{name: value for name, value in query.arguments.items() if value is not None}}
    given |= {aliases[name]: value for name, value in given.items() if name in aliases}
    names = (value for name, value in given.items() if name.lower().endswith("name") and isinstance(value, str))
    logical = next(names, verb)
    shapes = {"id": "s", **query.function.outputs}
    seed, name = _seed(query), last_segment(logical)
    made = Synthesis(f"aws:{kind}:", seed, name, query.place, given, shapes, knows_maps=True)
    values = {name: made.value(name) for name in query.function.outputs if not _is_filter(query, name)}
    values |= {name: secret(values[name]) for name in _SECRET_VALUES.get(short, ()) if name in values}
    return Reply(values, (_words(query),))


def _is_filter(query: Query, name: str) -> bool:
    """Say whether a result only repeats a list argument, which was not given here."""
    listed = isinstance(query.function.outputs[name], list)
    return listed and name in query.function.arguments and query.arguments.get(name) is None


def _seed(query: Query) -> str:
    return f"{query.function.token}\n{query.place}\n{json.dumps(query.arguments, sort_keys=True)}"


def _words(query: Query) -> str:
    asked = ", ".join(sorted(name for name, value in query.arguments.items() if value is not None))
    return f"the values are invented{f' for the given {asked}' if asked else ''}"


def _echoed(query: Query) -> Properties:
    """Give the arguments that are results too, as the provider does."""
    outputs = query.function.outputs
    return {name: value for name, value in query.arguments.items() if name in outputs and value is not None}


def _texts(value: Value) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _objects(value: Value) -> list[dict[str, Value]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


_SPECIAL: Mapping[str, Callable[[Query], Reply]] = MappingProxyType(
    {
        "cloudfront/getLogDeliveryCanonicalUserId": _canonical_user,
        "ec2/getAmi": _ami,
        "ec2/getSecurityGroups": _ids("sg", 1),
        "ec2/getSubnets": _ids("subnet", 3),
        "ec2/getVpcs": _ids("vpc", 1),
        "iam/getPolicyDocument": _policy_document,
        "index/getArn": _arn,
        "index/getAvailabilityZone": _zone,
        "index/getAvailabilityZones": _zones,
        "index/getCallerIdentity": _caller_identity,
        "index/getDefaultTags": _default_tags,
        "index/getPartition": _partition,
        "index/getRegion": _region,
        "index/getRegions": _regions,
        "index/getServicePrincipal": _service_principal,
        "kms/getAlias": _alias,
        "kms/getKey": _key,
        "s3/getCanonicalUserId": _canonical_user,
    },
)
