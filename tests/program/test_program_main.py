# SPDX-License-Identifier: Apache-2.0
"""The program as a whole: what it registers from a stack's configuration, under which names, and what it exports."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.settings import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).parents[2] / "program"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

#: The property that holds the physical name, for each type whose name is unique in the account.
PHYSICAL_NAMES = {
    "aws:cloudwatch/eventRule:EventRule": "name",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
    "aws:codecommit/repository:Repository": "repositoryName",
    "aws:iam/policy:Policy": "name",
    "aws:iam/role:Role": "name",
    "aws:sns/topic:Topic": "name",
}
NAMELESS = {
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
}


def program() -> None:
    # the language host runs the file in this very way; a module named __main__ cannot be imported
    runpy.run_path(str(PROGRAM / "__main__.py"), run_name="__main__")


@pytest.fixture
def staging(configuration: dict[str, Any], set_configuration: Callable[..., None], deploy: Callable[..., Any]) -> Any:
    """Return the deployment of a stack with two repositories, one of them under its own key."""
    configuration["environmentSuffix"] = "staging"
    configuration["repositories"] += [
        {"name": "payments-web", "description": "The web front end", "defaultBranch": "main", "kmsKeyId": KEY}
    ]
    set_configuration(configuration)
    return deploy(program)


def test_the_exports_are_the_arns_that_other_stacks_and_people_need(staging: Any) -> None:
    expected = {
        "repositoryArns": {
            "payments-api": "arn:aws:codecommit:eu-central-1:123456789012:payments-api-staging",
            "payments-web": "arn:aws:codecommit:eu-central-1:123456789012:payments-web-staging",
        },
        "contributorRoleArn": "arn:aws:iam::123456789012:role/repository-contributor-staging",
        "alarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:repository-alarms-staging",
        "deliveryRoleArns": [],
    }
    assert expected == staging.exports


def test_each_configured_repository_is_created_as_configured(staging: Any) -> None:
    expected = {
        "payments-api": {
            "repositoryName": "payments-api-staging",
            "description": "The payments service",
            "defaultBranch": "main",
        },
        "payments-web": {
            "repositoryName": "payments-web-staging",
            "description": "The web front end",
            "defaultBranch": "main",
            "kmsKeyId": KEY,
        },
    }
    assert expected == staging.of_type("aws:codecommit/repository:Repository")


def test_every_physical_name_is_explicit_and_ends_in_the_suffix(staging: Any) -> None:
    types = {key.split("::")[0] for key in staging.resources if key.startswith("aws:")}
    assert types == PHYSICAL_NAMES.keys() | NAMELESS
    unsuffixed = {
        f"{token}::{logical}"
        for token, prop in PHYSICAL_NAMES.items()
        for logical, inputs in staging.of_type(token).items()
        if not inputs[prop].endswith("-staging")
    }
    assert set() == unsuffixed


def test_every_repository_has_an_alarm_on_a_rule_that_watches_it(staging: Any) -> None:
    rules = staging.of_type("aws:cloudwatch/eventRule:EventRule").values()
    alarms = staging.of_type("aws:cloudwatch/metricAlarm:MetricAlarm").values()
    alarmed_rules = {alarm["dimensions"].get("RuleName") for alarm in alarms if alarm["alarmActions"]}
    watched = [
        arn for rule in rules if rule["name"] in alarmed_rules for arn in json.loads(rule["eventPattern"])["resources"]
    ]
    assert list(staging.exports["repositoryArns"].values()) == sorted(watched)


def test_the_contributor_role_gets_the_repositories_the_protected_branches_and_the_keys(staging: Any) -> None:
    (policy,) = staging.of_type("aws:iam/policy:Policy").values()
    statements = {found["Sid"]: found for found in json.loads(policy["policy"])["Statement"]}
    arns = list(staging.exports["repositoryArns"].values())
    assert arns == statements["PullAndPush"]["Resource"]
    protected = statements["ProtectBranches"]["Condition"]["StringEqualsIfExists"]["codecommit:References"]
    expected = (["refs/heads/main"], [KEY])
    assert expected == (protected, statements["UseKeysThroughCodeCommit"]["Resource"])


def test_tags_come_from_the_provider_alone(staging: Any) -> None:
    assert set() == {key for key, inputs in staging.resources.items() if "tags" in inputs}


def test_every_resource_is_the_child_of_a_component_and_every_component_registers_outputs(staging: Any) -> None:
    parents = {urn.split("::")[2].split("$")[0] for urn in staging.urns if "$aws:" in urn}
    expected = {
        "stackproof:index:AlarmTopic",
        "stackproof:index:AlarmTopicPolicy",
        "stackproof:index:ContributorRole",
        "stackproof:index:Repository",
        "stackproof:index:RepositoryAlarm",
    }
    assert expected == parents
    components = {urn for urn in staging.urns if "stackproof:index:" in urn and "$aws:" not in urn}
    expected_count = 1 + 1 + 1 + 2 + 2  # topic, its policy, role; two repositories and their alarms
    assert expected_count == len(components)
    assert components == {urn for urn in staging.registered_outputs if "stackproof:index:" in urn}


def test_a_stack_without_usable_configuration_registers_nothing(
    set_configuration: Callable[..., None], deploy: Callable[..., Any]
) -> None:
    set_configuration({})
    registered: list[Any] = []

    def run() -> None:
        with pytest.raises(ConfigurationError):
            program()
        registered.append("stopped")

    expected: tuple[dict[str, Any], list[str]] = ({}, ["stopped"])
    assert expected == (deploy(run).resources, registered)


def test_the_program_file_stays_a_table_of_contents() -> None:
    assert len((PROGRAM / "__main__.py").read_text().splitlines()) <= 25
