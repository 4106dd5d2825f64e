# SPDX-License-Identifier: Apache-2.0
"""Physical names as pulumi-aws invents them in Check: ``<logical>-<7 hex digits>`` and its per-type exceptions.

The rule is the provider's own (``provider/autonaming.go``: an optional input ``name``, at most 255 characters,
``-``); the exceptions are in its ``provider/resource_overrides.go``. The random part is derived from the URN here,
so that two previews of one program agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from stackproof.aws.arns import invent
from stackproof.wire import Properties, Value, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.aws.tables import ResourceType

__all__ = ["AutoName", "NameTooLongError", "auto_name", "auto_named_property", "physical_name"]


@dataclass(frozen=True, slots=True)
class AutoName:
    """How a type's name is invented. ``longest`` 0: no limit; ``random`` 0: the logical name as it is."""

    property: str = "name"
    longest: int = 255
    separator: str = "-"
    random: int = 7
    alphabet: Literal["hex", "letters"] = "hex"
    lower: bool = False
    prefix: str = ""
    fifo: str = ""


class NameTooLongError(Exception):
    """The logical name leaves no room for the random part; the text says so."""


_LETTERS = AutoName(longest=0, separator="_", random=8, alphabet="letters")
_BUCKET = AutoName("bucket", 63, lower=True)
_VERBATIM_KEY = AutoName("key", 0, "", random=0)

_EXCEPTIONS: Mapping[str, AutoName] = MappingProxyType(
    {
        "appsync/dataSource": AutoName(separator="_"),
        "appsync/function": AutoName(separator="_"),
        "athena/database": AutoName(separator="_"),
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


def physical_name(kind: ResourceType, urn: str, inputs: Properties) -> tuple[str, str] | None:
    """Give the property and the name to fill in, or ``None`` where the program named the resource itself.

    A ``<property>Prefix`` input counts as naming: the provider then appends its own digits after creation.
    Raises ``NameTooLongError`` where the provider's Check fails.
    """
    rule = auto_name(kind)
    if rule is None or any(_given(inputs.get(name)) for name in (rule.property, f"{rule.property}Prefix")):
        return None
    if kind.token.startswith("aws:rds/instance:") and "sqlserver" in str(reveal(inputs.get("engine"))).lower():
        rule = replace(rule, longest=15, random=3)
    logical = urn.rpartition("::")[2]
    stem = (logical.lower() if rule.lower else logical) + (rule.separator if rule.random else "")
    if rule.longest and len(stem) + rule.random > rule.longest:
        message = (
            f"the logical name {logical!r} plus {rule.random} random characters is longer than the maximum of "
            f"{rule.longest} for {rule.property}: shorten it, or set {rule.property}"
        )
        raise NameTooLongError(message)
    name = stem + invent(urn, rule.alphabet, rule.random, "name")
    suffix = ".fifo" if rule.fifo and reveal(inputs.get(rule.fifo)) is True else ""
    prefix = "" if name.startswith(rule.prefix) else rule.prefix
    return rule.property, f"{prefix}{name}{suffix}"


def _given(value: Value) -> bool:
    return reveal(value) is not None
