# SPDX-License-Identifier: Apache-2.0
"""Inputs as the bridge reads them from the wire: without nulls, and policy documents as text.

Which arguments are documents is said in pulumi-aws (``TransformJSONDocument`` in ``provider/resource_overrides.go``);
what becomes of one is in pulumi-terraform-bridge (``pkg/tfbridge/transforms.go``): Go's JSON, unknown as a whole where
any part of it is.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackproof.wire import SIGNATURE, UNKNOWN, contains_unknown, is_secret, reveal, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.wire import Properties, Value

__all__ = ["received"]

_DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy": "policy",
        "aws:ecr/registryPolicy:RegistryPolicy": "policy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
        "aws:elasticsearch/domain:Domain": "accessPolicies",
        "aws:elasticsearch/domainPolicy:DomainPolicy": "accessPolicies",
        "aws:iam/groupPolicy:GroupPolicy": "policy",
        "aws:iam/policy:Policy": "policy",
        "aws:iam/role:Role": "assumeRolePolicy",
        "aws:iam/rolePolicy:RolePolicy": "policy",
        "aws:iam/userPolicy:UserPolicy": "policy",
        "aws:s3/bucket:Bucket": "policy",
        "aws:s3/bucketPolicy:BucketPolicy": "policy",
        "aws:sns/topicPolicy:TopicPolicy": "policy",
        "aws:sqs/queuePolicy:QueuePolicy": "policy",
    },
)
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def received(token: str, inputs: Properties) -> Properties:
    """Give the inputs of a type as the bridge sees them."""
    found = {name: _without_nulls(value) for name, value in inputs.items() if reveal(value) is not None}
    document = _DOCUMENTS.get(token, "")
    if document in found:
        found[document] = _as_text(found[document])
    return found


def _without_nulls(value: Value) -> Value:
    """Leave nulls out of objects; in lists they have a place and stay."""
    if is_secret(value):
        return secret(_without_nulls(reveal(value)))
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict) and SIGNATURE not in value:
        return {name: _without_nulls(item) for name, item in value.items() if reveal(item) is not None}
    return value


def _as_text(value: Value) -> Value:
    plain = reveal(value)
    if not isinstance(plain, dict | list):
        return value
    hidden: list[Value] = []
    text: Value = UNKNOWN if contains_unknown(plain) else _json(_opened(plain, hidden))
    return secret(text) if hidden or is_secret(value) else text


def _opened(value: Value, hidden: list[Value]) -> Value:
    """Take off every secret mark; ``hidden`` gets what was under one."""
    if is_secret(value):
        hidden.append(value)
    plain = reveal(value)
    if isinstance(plain, dict):
        return {name: _opened(item, hidden) for name, item in plain.items()}
    if isinstance(plain, list):
        return [_opened(item, hidden) for item in plain]
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _json(value: Value) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.translate(_HTML)
