# SPDX-License-Identifier: Apache-2.0
"""Sends resources through the SDK's own servicer to the pack's policies, as the engine does, in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from guardrails.pack import NAME, discover, policies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from guardrails.rule import Rule

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
MESSAGE = re.compile(
    r"(?P<problem>[^\n]+)\n(?P<rule>[a-z0-9-]+)\[(?P<key>.*?)\] (?P<severity>critical|high|medium|low|info)"
    r" at (?P<path>\S+): (?P<message>[^\n]+)\nfix: (?P<remedy>[^\n]+)\nsee: (?P<url>\S+)"
    r"(?:\nclass: (?P<grade>[^\n]+))?(?:\nexempted: (?P<exempted>[^\n]+))?(?:\nlink: (?P<link>\S+))?",
)
CANNOT_RUN = re.compile(r"can't run policy '(?P<policy>[^']+)' .*: \w+ value at \.(?P<path>.+) can't be known.*")


@dataclass(frozen=True)
class Registration:
    """One resource as the engine would hand it on: camelCase properties, sentinels for unknowns."""

    type: str
    name: str
    props: Mapping[str, Any]
    deps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Property to the names of the resources it depends on."""

    def urn(self) -> str:
        return f"urn:pulumi:dev::shop::{self.type}::{self.name}"


@dataclass(frozen=True)
class Reported:
    """What came back over the wire."""

    findings: list[dict[str, str]]
    cannot_tell: list[tuple[str, str]]
    not_applicable: list[str]

    def of(self, rule: str) -> list[dict[str, str]]:
        return [item for item in self.findings if item["rule"] == rule]


def servicer(
    rules: Sequence[Rule[Any]] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
) -> Any:
    """Serve the pack's policies, configured per policy as ``{policy: {property: value}}``."""
    found = policies(discover() if rules is None else rules)
    made = _PolicyAnalyzerServicer(NAME, "0.0.1", found, EnforcementLevel.MANDATORY)
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for name, properties in (config or {}).items():
        level = analyzer_pb2.ADVISORY if name.endswith("-advisory") else analyzer_pb2.MANDATORY
        request.policyConfig[name].enforcementLevel = level
        request.policyConfig[name].properties.CopyFrom(struct(properties))
    made.Configure(request, None)  # type: ignore[no-untyped-call]  # the SDK does not annotate it
    return made


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(properties), struct_pb2.Struct())


def request(item: Registration) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(type=item.type, name=item.name, urn=item.urn(), properties=struct(item.props))


def stack_request(items: Sequence[Registration]) -> analyzer_pb2.AnalyzeStackRequest:
    urns = {item.name: item.urn() for item in items}
    made = analyzer_pb2.AnalyzeStackRequest()
    for item in items:
        part = analyzer_pb2.AnalyzerResource(
            type=item.type,
            name=item.name,
            urn=item.urn(),
            properties=struct(item.props),
        )
        for key, names in item.deps.items():
            part.propertyDependencies[key].urns.extend(urns[name] for name in names)
            part.dependencies.extend(urns[name] for name in names)
        made.resources.append(part)
    return made


def reported(responses: Sequence[analyzer_pb2.AnalyzeResponse]) -> Reported:
    """Read responses by the grammar of the messages; a message outside it is an error of the pack."""
    findings, cannot_tell = [], []
    for diagnostic in (item for response in responses for item in response.diagnostics):
        unknown = CANNOT_RUN.fullmatch(diagnostic.message)
        if unknown:
            cannot_tell.append((unknown["policy"], unknown["path"]))
            continue
        match = MESSAGE.fullmatch(diagnostic.message)
        assert match is not None, diagnostic.message
        level = analyzer_pb2.EnforcementLevel.Name(diagnostic.enforcementLevel).lower()
        where = {"urn": diagnostic.urn, "policy": diagnostic.policyName, "level": level}
        findings.append({**match.groupdict(), **where})
    reasons = [item.policy_name for response in responses for item in response.not_applicable]
    return Reported(findings, cannot_tell, reasons)


def judge(
    items: Sequence[Registration],
    *,
    stack: bool = True,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    rules: Sequence[Rule[Any]] | None = None,
) -> Reported:
    """Register every resource, and then, unless told otherwise, analyse the whole stack."""
    made = servicer(rules, config)
    responses = [made.Analyze(request(item), None) for item in items]
    if stack:
        responses.append(made.AnalyzeStack(stack_request(items), None))
    return reported(responses)
