# SPDX-License-Identifier: Apache-2.0
"""Physical names as pulumi-aws invents them in Check: ``<logical>-<7 hex digits>`` and its per-type exceptions.

The rule is the provider's own (``provider/autonaming.go``: an optional input ``name``, at most 255 characters,
``-``); the exceptions are in its ``provider/resource_overrides.go``. What a proposal of the engine does to it, and the
words of every error, are in pulumi-terraform-bridge (``pkg/tfbridge/info/autonaming.go``). The random part is derived
from the URN here, so that two previews of one program agree.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from stackproof.aws.arns import invent
from stackproof.wire import Properties, Value, is_secret, reveal, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.aws.tables import ResourceType

__all__ = [
    "AutoName",
    "Autonaming",
    "CheckError",
    "auto_name",
    "auto_named_property",
    "inline_policies",
    "physical_name",
]


@dataclass(frozen=True, slots=True)
class Autonaming:
    """What the stack's configuration says about the name of one resource.

    The provider may adapt a proposed ``name``; must take an enforced one as it is; and must not invent any where the
    mode is ``disable`` (``name`` is empty then).
    """

    name: str
    mode: Literal["propose", "enforce", "disable"]


@dataclass(frozen=True, slots=True)
class AutoName:
    """How a type's name is invented. ``longest`` 0: no limit; ``random`` 0: the logical name as it is.

    ``obeys`` is False for the one type whose name ignores what the stack's configuration says.
    """

    property: str = "name"
    longest: int = 255
    separator: str = "-"
    random: int = 7
    alphabet: Literal["hex", "letters"] = "hex"
    lower: bool = False
    prefix: str = ""
    fifo: str = ""
    obeys: bool = True


class CheckError(Exception):
    """The provider's Check itself fails, rather than finding fault with an input; the text is the provider's."""


_LETTERS = AutoName(longest=0, separator="_", random=8, alphabet="letters")
_BUCKET = AutoName("bucket", 63, lower=True)
_INLINE = AutoName(longest=128)
_VERBATIM_KEY = AutoName("key", 0, "", random=0)

_EXCEPTIONS: Mapping[str, AutoName] = MappingProxyType(
    {
        "appsync/dataSource": AutoName(separator="_"),
        "appsync/function": AutoName(separator="_"),
        "athena/database": AutoName(separator="_", obeys=False),
        "backup/restoreTestingPlan": AutoName(separator="_"),
        "cloudwatch/eventRule": AutoName(longest=64),
        "cloudwatch/eventTarget": AutoName("targetId"),
        "codedeploy/deploymentConfig": AutoName("deploymentConfigName", 100, "_"),
        "ec2/keyPair": AutoName("keyName"),
        "efs/fileSystem": AutoName("creationToken"),
        "eks/fargateProfile": AutoName("fargateProfileName"),
        "eks/nodeGroup": AutoName("nodeGroupName"),
        "elasticache/cluster": AutoName("clusterId", 50, lower=True),
        "elasticache/replicationGroup": AutoName("replicationGroupId", 40, lower=True),
        "elasticbeanstalk/environment": AutoName(longest=40),
        "elasticsearch/domain": AutoName("domainName", 28, lower=True),
        "glue/catalogDatabase": replace(_LETTERS, lower=True),
        "glue/catalogTable": replace(_LETTERS, lower=True),
        "iam/role": AutoName(longest=64),
        "iot/topicRule": AutoName(longest=0, separator="", random=0),
        "kms/alias": AutoName(longest=238, prefix="alias/"),
        "lambda/function": AutoName(longest=64),
        "lambda/permission": AutoName("statementId", 100),
        "lex/bot": _LETTERS,
        "lex/botAlias": _LETTERS,
        "lex/intent": _LETTERS,
        "lex/slotType": _LETTERS,
        "mq/broker": AutoName("brokerName", 55),
        "msk/cluster": AutoName("clusterName"),
        "msk/serverlessCluster": AutoName("clusterName"),
        "opensearch/domain": AutoName("domainName"),
        "rds/instance": AutoName("identifier", separator=""),
        "s3/bucket": _BUCKET,
        "s3/bucketObject": _VERBATIM_KEY,
        "s3/bucketObjectv2": _VERBATIM_KEY,
        "s3/bucketV2": _BUCKET,
        "sns/topic": AutoName(longest=80, fifo="fifoTopic"),
        "sqs/queue": AutoName(longest=80, fifo="fifoQueue"),
    },
)


def auto_name(kind: ResourceType) -> AutoName | None:
    """Give the auto-naming of a type, or ``None`` where the provider invents nothing in Check."""
    short = kind.token.split(":")[1]
    return _EXCEPTIONS.get(short) or (AutoName(kind.auto_named) if kind.auto_named else None)


def auto_named_property(kind: ResourceType) -> str:
    """Give the property that names a resource of this type, ``""`` where none is auto-named."""
    rule = auto_name(kind)
    return rule.property if rule else ""


def physical_name(
    kind: ResourceType,
    urn: str,
    inputs: Properties,
    autonaming: Autonaming | None = None,
) -> tuple[str, str] | None:
    """Give the property and the name to fill in, or ``None`` where the program named the resource itself.

    A ``<property>Prefix`` input counts as naming: the provider then appends its own digits after creation.
    Raises ``CheckError`` where the provider's Check fails.
    """
    rule = auto_name(kind)
    if rule is None or any(_given(inputs.get(name)) for name in (rule.property, f"{rule.property}Prefix")):
        return None
    if kind.token.startswith("aws:rds/instance:") and "sqlserver" in str(reveal(inputs.get("engine"))).lower():
        rule = replace(rule, longest=15, random=3)
    return rule.property, _made(rule, kind.token, urn, inputs, autonaming)


def inline_policies(
    kind: ResourceType,
    urn: str,
    inputs: Properties,
    autonaming: Autonaming | None = None,
) -> Properties:
    """Give the inline policies of a role, empty ones left out and those without a name named; else nothing.

    pulumi-aws also drops a policy that is not known yet; here it stays, so that its being unknown is seen. Raises
    ``CheckError`` as ``physical_name`` does.
    """
    given = inputs.get("inlinePolicies")
    listed = reveal(given)
    if not kind.token.startswith("aws:iam/role:") or not isinstance(listed, list):
        return {}
    kept: list[Value] = []
    for item in listed:
        policy = reveal(item)
        if not isinstance(policy, dict) or (reveal(policy.get("policy")) != "" and "name" in policy):
            kept.append(item)
        elif reveal(policy.get("policy")) != "":
            named: Value = {**policy, "name": _made(_INLINE, kind.token, urn, inputs, autonaming)}
            kept.append(secret(named) if is_secret(item) else named)
    return {"inlinePolicies": secret(kept) if is_secret(given) else kept}


def _made(rule: AutoName, token: str, urn: str, inputs: Properties, autonaming: Autonaming | None) -> str:
    if autonaming is None or not rule.obeys:
        name = _invented(rule, token, urn)
    elif autonaming.mode == "enforce":
        return autonaming.name
    elif autonaming.mode == "disable":
        message = "automatic naming is disabled but no explicit name was provided"
        raise CheckError(message)
    else:
        name = _adapted(rule, autonaming.name)
    suffix = ".fifo" if rule.fifo and reveal(inputs.get(rule.fifo)) is True else ""
    prefix = "" if name.startswith(rule.prefix) else rule.prefix
    return f"{prefix}{name}{suffix}"


def _invented(rule: AutoName, token: str, urn: str) -> str:
    logical = urn.rpartition("::")[2]
    stem = (logical.lower() if rule.lower else logical) + (rule.separator if rule.random else "")
    if rule.random and rule.longest and len(stem.encode()) + rule.random > rule.longest:
        message = (
            f"could not make instance of '{token}': "
            f"name '{stem}' plus {rule.random} random chars is longer than maximum length {rule.longest}"
        )
        raise CheckError(message)
    return stem + invent(urn, rule.alphabet, rule.random, "name")


def _adapted(rule: AutoName, proposed: str) -> str:
    """Fit a proposed name to the type. A separator outside of the type's letters fails, as it does in the bridge."""
    name = proposed.lower() if rule.lower else proposed
    if rule.longest and len(name.encode()) > rule.longest:
        message = f"calculated name '{name}' exceeds maximum length of {rule.longest}"
        raise CheckError(message)
    if rule.alphabet == "letters":
        name = name.replace("-", rule.separator).replace("_", rule.separator)
        wrong = next((character for character in name if character not in string.ascii_lowercase), "")
        if wrong:
            charset = string.ascii_lowercase
            message = f"calculated name '{name}' contains invalid character '{wrong}' not in charset '{charset}'"
            raise CheckError(message)
    return name


def _given(value: Value) -> bool:
    return reveal(value) is not None
