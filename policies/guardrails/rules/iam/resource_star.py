# SPDX-License-Identifier: Apache-2.0
"""Policy allows on every resource what could be limited to some.

## What it does
Flags `Resource: "*"` in an `Allow` whose actions accept a resource, as the service authorization reference says. Reads
that only describe are left alone; reads that return data (`s3:GetObject`, `secretsmanager:GetSecretValue`) are not. In
a statement that mixes both kinds, the actions that accept a resource belong into a statement of their own.

## Why is this bad?
The grant reaches every present and future resource of the account, also those of other teams and stacks.

## Bad
```python
import json

import pulumi_aws as aws

aws.iam.Policy(
    "push",
    name="push-dev",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["codecommit:GitPush"], "Resource": "*"}],
        },
    ),
)
```

## Good
```python
import pulumi
import pulumi_aws as aws

repository = aws.codecommit.Repository("app", repository_name="app-dev")
topic = aws.sns.Topic("oncall", name="oncall-dev")
rule = aws.cloudwatch.EventRule(
    "app-changes",
    name="app-changes-dev",
    event_pattern=pulumi.Output.json_dumps({"source": ["aws.codecommit"], "resources": [repository.arn]}),
)
aws.cloudwatch.EventTarget("app-changes", rule=rule.name, arn=topic.arn)
aws.cloudwatch.MetricAlarm(
    "app-changes-undelivered",
    name="app-changes-undelivered-dev",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    threshold=0,
    namespace="AWS/Events",
    metric_name="FailedInvocations",
    dimensions={"RuleName": rule.name},
    period=300,
    statistic="Sum",
    treat_missing_data="notBreaching",
    alarm_actions=[topic.arn],
)
aws.sns.TopicSubscription("oncall", topic=topic.arn, protocol="email", endpoint="oncall@example.com")
aws.iam.Policy(
    "push",
    name="push-dev",
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["codecommit:GitPush"], "Resource": repository.arn}],
        },
    ),
)
```

## Not caught
Statements under a condition that can be false. Resources that come to everything without being `*`, such as
`arn:aws:s3:::*`. Actions and services that the reference data does not know: they are not judged here, since it is not
certain that they accept a resource. Actions whose service is written with a wildcard.

## References
- [Service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.iam.actions import Action, expand
from guardrails.iam.grants import admin_grants, allows
from guardrails.iam.patterns import is_everything
from guardrails.resources import PolicyDocument
from guardrails.rule import Answer, CannotTell, Finding, NotApplicable, Settings, Severity, rule
from guardrails.rules.iam import FAMILY
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.iam.document import Element, Statement

_SHOWN = 3


@rule(
    id="iam-resource-star",
    family=FAMILY,
    on=PolicyDocument,
    severity=Severity.MEDIUM,
    since="0.1",
    frameworks=("AWS Well-Architected SEC03-BP02",),
)
def resource_star(policy: PolicyDocument, _settings: Settings) -> Iterator[Answer]:
    """Judge one identity document."""
    if policy.kind != "identity":
        yield NotApplicable("not an identity policy")
        return
    admin = {grant.element.steps[:-2] for grant in admin_grants(policy.document) if not grant.doubts}
    for statement, doubts in allows(policy.document):
        if statement.steps not in admin:
            yield from _judge(statement, doubts)


def _judge(statement: Statement, doubts: tuple[Unknown, ...]) -> Iterator[Answer]:
    limited = _limited(statement)
    star = _star(statement)
    holes = [item.value for item in statement.actions or () if isinstance(item.value, Unknown)]
    if star is None or not (limited or holes):
        return
    open_questions = [*doubts, *([star.value] if isinstance(star.value, Unknown) else []), *([] if limited else holes)]
    if open_questions:
        yield CannotTell(open_questions[0])
    else:
        yield _finding(star, limited)


def _finding(star: Element, limited: list[Action]) -> Finding:
    names = ", ".join(action.name for action in limited[:_SHOWN]) + (", …" if len(limited) > _SHOWN else "")
    formats = list(dict.fromkeys(item for action in limited[:_SHOWN] for item in action.arn_formats))
    return resource_star.finding(
        "Resource::*",
        star.steps,
        f"the resource is every one, yet {names} could be limited",
        f"name the resources (such as {' or '.join(formats[:_SHOWN])}); split off actions that accept none",
    )


def _star(statement: Statement) -> Element | None:
    """Give the element that is ``*``; where none is, an unknown one, which might be."""
    elements = statement.resources or ()
    stars = [item for item in elements if isinstance(item.value, str) and is_everything(item.value)]
    doubtful = [item for item in elements if isinstance(item.value, Unknown)]
    return next(iter([*stars, *doubtful]), None)


def _limited(statement: Statement) -> list[Action]:
    """List what the statement allows although it could be limited to a resource, mere reads left out."""
    texts = [item.value for item in statement.actions or () if isinstance(item.value, str)]
    actions = [action for text in texts for action in expand(text) or ()]
    return [action for action in actions if action.takes_resource and not action.only_reads]
