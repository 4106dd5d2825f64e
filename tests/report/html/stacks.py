# SPDX-License-Identifier: Apache-2.0
"""Judged stacks for the page: one with all that it can show, one of a thousand resources, runs that came to nothing."""

from __future__ import annotations

from dataclasses import replace

from tests.report.stack import QUEUE, READER, REPO, RICH, STACK, TEAM, WILDCARD, resource, verdict

from stackproof.model import Permission, Preview, PrincipalReach, Reach, Resource, Snippet, SourcePosition, Verdict

ROLE = "urn:pulumi:prod::shop::aws:iam/role:Role::reader"
ALARM = "urn:pulumi:prod::shop::aws:cloudwatch/metricAlarm:MetricAlarm::jobs-old"
TOPIC = "urn:pulumi:prod::shop::aws:sns/topic:Topic::alarms"

PROGRAM = Snippet("infra/main.py", 1, tuple(f"line_{number} = {number}" for number in range(1, 41)))

REACH = Reach(
    (
        PrincipalReach(
            ROLE,
            "aws:iam/role:Role",
            "reader",
            ("the service lambda.amazonaws.com",),
            (
                Permission(
                    READER,
                    "Pull",
                    (("codecommit", ("admin",)),),
                    ("codecommit:*",),
                    ("arn:aws:codecommit:eu-west-1:123456789012:docs",),
                    ("aws:SecureTransport is true",),
                    ("never codecommit:GitPush, where codecommit:References is refs/heads/main",),
                    (REPO,),
                ),
                Permission(
                    READER, "Take", (("sqs", ("read", "write")),), ("sqs:ReceiveMessage",), ("*",), (), (), (QUEUE,)
                ),
            ),
            ("reader: policy",),
        ),
    )
)

FULL = replace(
    RICH,
    resources=(
        *RICH.resources,
        resource(ROLE, 14, property_dependencies={"inlinePolicies": (READER,)}),
        resource(TOPIC, 22),
        resource(
            ALARM,
            24,
            inputs={"namespace": "AWS/SQS", "dimensions": {"QueueName": "jobs"}},
            property_dependencies={"alarmActions": (TOPIC,), "dimensions": (QUEUE,)},
        ),
    ),
    snippets=(PROGRAM,),
    reach=REACH,
)
"""Every verdict and every kind of edge."""

CLEAN = replace(
    FULL,
    stack="dev",
    verdicts=(verdict("naming-suffix", REPO, Verdict.PASS), verdict("naming-suffix", QUEUE, Verdict.PASS)),
    notices=(),
)
"""A stack in which all is proven."""

EMPTY = replace(
    RICH,
    resources=(resource(STACK, 1, custom=False, parent="", source=None),),
    verdicts=(verdict("all", STACK, Verdict.UNPROVEN, reason="the program registers nothing"),),
)
"""A program that registers nothing."""

CRASHED = replace(
    FULL,
    verdicts=(verdict("naming-suffix", REPO, Verdict.UNPROVEN, reason="the program failed"),),
    problems=("the program failed: ValueError: no such size",),
    program_output="Traceback\nValueError: no such size",
)


def many(count: int) -> Preview:
    """Make a stack of so many resources, a tenth of them components, with a finding on most and two passes on all."""
    resources: list[Resource] = [RICH.resources[0]]
    verdicts = []
    for number in range(count // 10):
        team = f"{TEAM}-{number}"
        resources.append(resource(team, number + 1, custom=False))
        for index, kind in enumerate(("sqs/queue:Queue", "s3/bucket:Bucket", "dynamodb/table:Table") * 3):
            urn = f"{team}$aws:{kind}::store-{number}-{index}".replace(f"::docs-{number}$", "$")
            before = (resources[-1].urn,) if index else ()
            given = {"dependencies": before, "property_dependencies": {"tags": before}, "parent": team}
            resources.append(replace(resource(urn, number * 10 + index), source=_LINE, **given))  # type: ignore[arg-type]
            finding = replace(WILDCARD, urn=urn, key=f"k{index}", message=f"store {number}-{index} grants every action")
            verdicts.append(verdict("least-privilege", urn, Verdict.FAIL, finding))
            verdicts += [verdict(name, urn, Verdict.PASS) for name in ("naming-suffix", "alarm-presence")]
    principals = tuple(replace(REACH.principals[0], name=f"reader-{number}") for number in range(count // 10))
    return replace(FULL, resources=tuple(resources), verdicts=tuple(verdicts), reach=Reach(principals))


_LINE = SourcePosition("infra/main.py", 20)
