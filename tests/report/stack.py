# SPDX-License-Identifier: Apache-2.0
"""One judged stack that has everything a report can be asked to tell, for tests of every form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stackproof.model import (
    Exemption,
    Finding,
    LogLine,
    Page,
    PolicyInfo,
    PolicyPack,
    PolicyVerdict,
    Preview,
    Resource,
    SourcePosition,
    Strictness,
    Unproven,
    Verdict,
)

STACK = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"
TEAM = "urn:pulumi:prod::shop::acme:index:Team::docs"
REPO = "urn:pulumi:prod::shop::acme:index:Team$aws:codecommit/repository:Repository::docs"
READER = "urn:pulumi:prod::shop::aws:iam/policy:Policy::reader"
QUEUE = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::jobs"
KEY = "urn:pulumi:prod::shop::aws:kms/key:Key::vault"


def resource(urn: str, line: int, **changes: object) -> Resource:
    """Make a resource of the program's main file."""
    type_, name = urn.split("::")[2:]
    made = Resource(
        urn=urn,
        type=type_.rpartition("$")[2],
        name=name,
        custom=True,
        parent=STACK,
        provider="",
        inputs={"password": "never printed"},
        outputs={},
        dependencies=(),
        property_dependencies={},
        source=SourcePosition("infra/main.py", line),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields' own types, by name


def policy(name: str, **changes: object) -> PolicyInfo:
    """Make a mandatory resource policy."""
    made = PolicyInfo(name, "mandatory", False, "said", "", "", "", "", reports_unknowns=True, declared="mandatory")  # noqa: FBT003 (a field)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields' own types, by name


def verdict(policy_name: str, urn: str, kind: Verdict, *findings: Finding, **changes: object) -> PolicyVerdict:
    """Make a verdict of the pack's."""
    type_, name = urn.split("::")[2:]
    made = PolicyVerdict("rules", policy_name, urn, type_.rpartition("$")[2], name, kind, findings)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields' own types, by name


WILDCARD = Finding(
    rule="iam-service-wildcard",
    key="Action::codecommit:*",
    severity="high",
    enforcement="mandatory",
    message="grants every action of CodeCommit",
    remedy="name the actions",
    url="https://example.com/rules/iam-service-wildcard.md",
    path="policy.Statement[0].Action[0]",
    urn=READER,
    file="infra/main.py",
    line=12,
    fragment='"codecommit:*"',
    exemptable=True,
)
SUFFIX = replace(
    WILDCARD,
    rule="naming-suffix",
    key="name",
    severity="medium",
    message="the name jobs does not end in prod",
    remedy='set name = "jobs-prod"',
    url="https://example.com/rules/naming-suffix.md",
    path="name",
    urn=QUEUE,
    line=20,
    fragment='"jobs"',
)
ADVICE = replace(
    WILDCARD,
    rule="iam-sid-invalid",
    key="policy::0",
    severity="low",
    enforcement="advisory",
    message="the Sid has a space",
    remedy="take the space out",
    path="policy.Statement[0].Sid",
    fragment='"read it"',
)
EXEMPTED = replace(
    SUFFIX,
    rule="alarm-presence",
    key="Queue",
    enforcement="advisory",
    message="no alarm watches the queue",
    remedy="add an alarm",
    path="",
    fragment="",
    exemption=Exemption(
        reason="replaced by Kinesis in January",
        owner="team-queues",
        expires="2027-01-31",
        days_left=67,
        link="https://example.com/ticket/7",
    ),
)
OLD = replace(SUFFIX, urn=KEY, line=31, message="the name vault does not end in prod", fragment="", baseline=True)

RICH = Preview(
    project="shop",
    stack="prod",
    engine="embedded",
    commit="0" * 40,
    passes=("faithful", "resolved"),
    packs=(
        PolicyPack(
            "rules",
            "1.0.0",
            Path("/rules"),
            "a" * 64,
            (
                policy("alarm-presence"),
                policy("least-privilege"),
                policy("least-privilege-advisory", enforcement="advisory", declared="advisory"),
                policy("naming-suffix"),
                policy("old", enforcement="disabled"),
            ),
        ),
    ),
    resources=(
        resource(STACK, 1, custom=False, parent="", source=None),
        resource(TEAM, 6, custom=False),
        resource(REPO, 7, parent=TEAM),
        resource(READER, 12, dependencies=(REPO,), property_dependencies={"policy": (REPO,)}),
        resource(QUEUE, 20),
        resource(KEY, 31),
    ),
    verdicts=(
        verdict("naming-suffix", REPO, Verdict.PASS),
        verdict("least-privilege", REPO, Verdict.NOT_APPLICABLE, reason="no document"),
        verdict(
            "least-privilege",
            READER,
            Verdict.FAIL,
            WILDCARD,
            unproven=(Unproven("policy", (REPO,)),),
            judged_in="resolved",
        ),
        verdict("least-privilege-advisory", READER, Verdict.FAIL, ADVICE),
        verdict(
            "naming-suffix",
            READER,
            Verdict.UNPROVEN,
            unproven=(Unproven("name", (REPO,)),),
            judged_in="resolved",
        ),
        verdict("all", TEAM, Verdict.UNPROVEN, reason="a remote component is made by another program"),
        verdict("naming-suffix", QUEUE, Verdict.FAIL, SUFFIX),
        verdict("alarm-presence", QUEUE, Verdict.EXEMPTED, EXEMPTED),
        verdict("naming-suffix", KEY, Verdict.FAIL, OLD),
    ),
    problems=(),
    notices=("policy naming-suffix is advisory by configuration; pack rules declares it mandatory",),
    configuration_error=False,
    program_output="",
    log=(LogLine("info", "hello"),),
    assumptions=("aws:ec2/getAmi:getAmi was answered with an invented image",),
    seconds=2.04,
    strictness=Strictness(origin="tool.stackproof.stacks.prod in pyproject.toml"),
    pages=(
        Page(
            "iam-service-wildcard",
            "Policy allows every action of a service",
            "high",
            "mandatory",
            "https://example.com/rules/iam-service-wildcard.md",
            {"What it does": "Flags `service:*`.", "Why is this bad?": "It allows what comes later, too."},
        ),
    ),
)
