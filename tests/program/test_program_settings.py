# SPDX-License-Identifier: Apache-2.0
"""The stack's configuration is read whole, and every problem in it is named by its exact key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
import yaml

from infra.settings import (
    ConfigurationError,
    DeliverySettings,
    RepositorySettings,
    Settings,
    SubscriptionSettings,
    load_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).parents[2] / "program"
BUCKET = "stackproof-sample"
ROLE = "arn:aws:iam::123456789012:role/developer"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def problems() -> list[str]:
    """Return the problem lines of the error that loading the settings raises."""
    with pytest.raises(ConfigurationError) as raised:
        load_settings(pulumi.Config(BUCKET))
    lines = str(raised.value).splitlines()
    assert lines[0] == "the stack's configuration cannot be used:"
    assert lines[-1] == "correct it in Pulumi.<stack>.yaml or with `pulumi config set`"
    return [line.removeprefix("  - ") for line in lines[1:-1]]


def test_the_smallest_configuration_gives_settings_with_main_protected() -> None:
    expected = Settings(
        environment_suffix="dev",
        repositories=(RepositorySettings("payments-api", "The payments service", "main", None),),
        protected_branches=("main",),
        contributors=(ROLE,),
        alarm_subscriptions=(SubscriptionSettings("email", "on-call@example.com"),),
    )
    assert expected == load_settings(pulumi.Config(BUCKET))


def test_a_configuration_error_is_one_the_language_host_prints_without_traceback() -> None:
    assert issubclass(ConfigurationError, pulumi.RunError)


def test_optional_settings_are_read(configuration: dict[str, Any], set_configuration: Callable[..., None]) -> None:
    configuration["repositories"][0].update(defaultBranch="release/1", kmsKeyId=KEY)
    configuration["protectedBranches"] = ["main", "release/1"]
    set_configuration(configuration)
    settings = load_settings(pulumi.Config(BUCKET))
    repositories = (RepositorySettings("payments-api", "The payments service", "release/1", KEY),)
    expected = (("main", "release/1"), repositories, (KEY,))
    assert expected == (settings.protected_branches, settings.repositories, settings.kms_key_arns)


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("email", "on-call@example.com"),
        ("email-json", "on-call@example.com"),
        ("https", "https://example.com/hook?token=1"),
        ("lambda", "arn:aws:lambda:eu-central-1:123456789012:function:pager:live"),
        ("sms", "+4915112345678"),
        ("sqs", "arn:aws:sqs:eu-central-1:123456789012:pager"),
    ],
)
def test_each_protocol_accepts_its_own_endpoint(
    protocol: str, endpoint: str, configuration: dict[str, Any], set_configuration: Callable[..., None]
) -> None:
    configuration["alarmSubscriptions"] = [{"protocol": protocol, "endpoint": endpoint}]
    set_configuration(configuration)
    (found,) = load_settings(pulumi.Config(BUCKET)).alarm_subscriptions
    assert (protocol, endpoint) == (found.protocol, found.endpoint)


SUFFIX = "2 to 12 lower-case letters and digits"
PRINCIPAL = "the ARN of one IAM role or user; no '*', no wildcards, no whole account"
BRANCH = "a branch name without 'refs/heads/' and without wildcards"
REPOSITORY_KEYS = "name, description, defaultBranch, kmsKeyId"
PROTECTED = "one of the protectedBranches, lest contributors push to it directly"
FIFO_QUEUE = "arn:aws:sqs:eu-central-1:123456789012:pager.fifo"
TEXT = "a text of 1 to 1000 characters"


def repository(**changes: object) -> list[dict[str, object]]:
    return [{"name": "payments-api", "description": "The payments service", "defaultBranch": "main", **changes}]


def subscription(protocol: object, endpoint: object) -> list[dict[str, object]]:
    return [{"protocol": protocol, "endpoint": endpoint}]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("environmentSuffix", None, f"environmentSuffix is not set; accepted: {SUFFIX}"),
        ("environmentSuffix", "Dev", f'environmentSuffix is "Dev"; accepted: {SUFFIX}'),
        ("environmentSuffix", "d", f'environmentSuffix is "d"; accepted: {SUFFIX}'),
        ("environmentSuffix", "dev-1", f'environmentSuffix is "dev-1"; accepted: {SUFFIX}'),
        ("environmentSuffix", "dev\n", f'environmentSuffix is "dev\\n"; accepted: {SUFFIX}'),
        ("environmentSuffix", "productionblue", f'environmentSuffix is "productionblue"; accepted: {SUFFIX}'),
        ("repositories", None, "repositories is not set; accepted: a list of one or more repositories"),
        ("repositories", [], "repositories is []; accepted: a list of one or more repositories"),
        ("repositories", "[", 'repositories is "["; accepted: a list of one or more repositories'),
        ("repositories", ["x"], f'repositories[0] is "x"; accepted: a mapping with the keys {REPOSITORY_KEYS}'),
        (
            "repositories",
            repository(url="u", branch="b"),
            [
                f"repositories[0].branch is not a known key; accepted: {REPOSITORY_KEYS}",
                f"repositories[0].url is not a known key; accepted: {REPOSITORY_KEYS}",
            ],
        ),
        (
            "repositories",
            repository(name="my repo"),
            "repositories[0].name is \"my repo\"; accepted: letters, digits, '.', '_' and '-'",
        ),
        (
            "repositories",
            repository(name="é"),
            "repositories[0].name is \"é\"; accepted: letters, digits, '.', '_' and '-'",
        ),
        (
            "repositories",
            repository(name="a" * 46),
            "repositories[0].name gives the EventBridge rule a name of 65 characters; accepted: at most 64",
        ),
        (
            "repositories",
            repository(name="a" * 97),
            [
                "repositories[0].name gives the CodeCommit repository a name of 101 characters; accepted: at most 100",
                "repositories[0].name gives the EventBridge rule a name of 116 characters; accepted: at most 64",
            ],
        ),
        (
            "repositories",
            repository() + repository(),
            "repositories[1].name repeats repositories[0].name; accepted: each value once",
        ),
        ("repositories", repository(description=""), f'repositories[0].description is ""; accepted: {TEXT}'),
        ("repositories", repository(description=7), f"repositories[0].description is 7; accepted: {TEXT}"),
        (
            "repositories",
            repository(description="x" * 1001),
            f'repositories[0].description is "{"x" * 79}...; accepted: {TEXT}',
        ),
        (
            "repositories",
            repository(defaultBranch="trunk"),
            f'repositories[0].defaultBranch is "trunk"; accepted: {PROTECTED}',
        ),
        (
            "repositories",
            repository(defaultBranch=None),
            f"repositories[0].defaultBranch is not set; accepted: {BRANCH}",
        ),
        (
            "repositories",
            repository(kmsKeyId="alias/own"),
            'repositories[0].kmsKeyId is "alias/own"; accepted: the ARN of a KMS key, not of an alias',
        ),
        ("protectedBranches", [], "protectedBranches is []; accepted: a list of one or more branch names"),
        (
            "protectedBranches",
            ["main", "refs/heads/release"],
            f'protectedBranches[1] is "refs/heads/release"; accepted: {BRANCH}',
        ),
        ("protectedBranches", ["main", "release/*"], f'protectedBranches[1] is "release/*"; accepted: {BRANCH}'),
        (
            "protectedBranches",
            ["main", "main"],
            "protectedBranches[1] repeats protectedBranches[0]; accepted: each value once",
        ),
        ("contributors", None, "contributors is not set; accepted: a list of one or more principals"),
        ("contributors", ROLE, f'contributors is "{ROLE}"; accepted: a list of one or more principals'),
        ("contributors", ["*"], f'contributors[0] is "*"; accepted: {PRINCIPAL}'),
        (
            "contributors",
            ["arn:aws:iam::123456789012:root"],
            f'contributors[0] is "arn:aws:iam::123456789012:root"; accepted: {PRINCIPAL}',
        ),
        ("contributors", ["123456789012"], f'contributors[0] is "123456789012"; accepted: {PRINCIPAL}'),
        ("contributors", [f"{ROLE}*"], f'contributors[0] is "{ROLE}*"; accepted: {PRINCIPAL}'),
        (
            "contributors",
            [ROLE, "arn:aws:iam::*:role/developer"],
            f'contributors[1] is "arn:aws:iam::*:role/developer"; accepted: {PRINCIPAL}',
        ),
        ("contributors", [ROLE, ROLE], "contributors[1] repeats contributors[0]; accepted: each value once"),
        (
            "alarmSubscriptions",
            None,
            "alarmSubscriptions is not set; accepted: a list of one or more subscriptions",
        ),
        (
            "alarmSubscriptions",
            ["x"],
            'alarmSubscriptions[0] is "x"; accepted: a mapping with the keys protocol, endpoint',
        ),
        (
            "alarmSubscriptions",
            subscription("http", "http://example.com"),
            'alarmSubscriptions[0].protocol is "http"; accepted: email, email-json, https, lambda, sms, sqs',
        ),
        (
            "alarmSubscriptions",
            subscription("email", "nobody"),
            'alarmSubscriptions[0].endpoint is "nobody"; accepted: an e-mail address',
        ),
        (
            "alarmSubscriptions",
            subscription("https", "http://example.com"),
            'alarmSubscriptions[0].endpoint is "http://example.com"; accepted: a URL that begins with https://',
        ),
        (
            "alarmSubscriptions",
            subscription("sms", "0151"),
            'alarmSubscriptions[0].endpoint is "0151"; accepted: a telephone number such as +4915112345678',
        ),
        (
            "alarmSubscriptions",
            subscription("sqs", FIFO_QUEUE),
            f'alarmSubscriptions[0].endpoint is "{FIFO_QUEUE}"; accepted: the ARN of a standard SQS queue',
        ),
        (
            "alarmSubscriptions",
            subscription("lambda", "pager"),
            'alarmSubscriptions[0].endpoint is "pager"; accepted: the ARN of a Lambda function',
        ),
        (
            "alarmSubscriptions",
            [*subscription("email", "a@example.com"), {"endpoint": "a@example.com", "protocol": "email"}],
            "alarmSubscriptions[1] repeats alarmSubscriptions[0]; accepted: each value once",
        ),
    ],
)
def test_a_value_that_is_not_accepted_is_named_with_its_key_and_what_is(
    key: str,
    value: object,
    problem: str | list[str],
    configuration: dict[str, Any],
    set_configuration: Callable[..., None],
) -> None:
    configuration[key] = value
    set_configuration({name: found for name, found in configuration.items() if found is not None})
    expected = [problem] if isinstance(problem, str) else problem
    assert [line.replace("repeats ", f"repeats {BUCKET}:") for line in expected] == [
        line.removeprefix(f"{BUCKET}:") for line in problems()
    ]


DELIVERY = {
    "repository": "example/payments",
    "ownerId": "12",
    "repositoryId": "34",
    "stateBucket": "states",
    "boundaryArn": "arn:aws:iam::123456789012:policy/boundary",
}
DELIVERY_KEYS = ", ".join([*DELIVERY, "providerArn", "secretsKeyArn"])


def test_the_workflows_that_may_deploy_are_read(
    configuration: dict[str, Any], set_configuration: Callable[..., None]
) -> None:
    set_configuration({**configuration, "delivery": DELIVERY, "aws:region": "eu-central-1"})
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    expected = DeliverySettings("example/payments", "12", "34", "eu-central-1", "states", boundary, None, None)
    assert load_settings(pulumi.Config(BUCKET)).delivery == (expected,)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"repository": "example/*"}, 'repository is "example/*"; accepted: a GitHub repository as OWNER/NAME'),
        ({"repository": "example"}, 'repository is "example"; accepted: a GitHub repository as OWNER/NAME'),
        ({"ownerId": "*"}, 'ownerId is "*"; accepted: the number GitHub gave it, as text'),
        ({"repositoryId": 34}, "repositoryId is 34; accepted: the number GitHub gave it, as text"),
        ({"stateBucket": "s3://states"}, 'stateBucket is "s3://states"; accepted: the name of an S3 bucket'),
        ({"boundaryArn": None}, "boundaryArn is not set; accepted: the ARN of a managed policy of the account"),
        ({"providerArn": "arn:aws:iam::123456789012:oidc-provider/example.com"}, "providerArn is"),
        ({"secretsKeyArn": "alias/own"}, 'secretsKeyArn is "alias/own"; accepted: the ARN of a KMS key'),
    ],
)
def test_a_trust_that_would_be_wider_than_one_repository_is_not_accepted(
    changes: dict[str, object],
    problem: str,
    configuration: dict[str, Any],
    set_configuration: Callable[..., None],
) -> None:
    set_configuration({**configuration, "delivery": {**DELIVERY, **changes}, "aws:region": "eu-central-1"})
    [found] = problems()
    assert found.removeprefix(f"{BUCKET}:delivery.").startswith(problem)


def test_the_region_of_a_trust_and_its_form_are_asked_for(
    configuration: dict[str, Any], set_configuration: Callable[..., None]
) -> None:
    set_configuration({**configuration, "delivery": DELIVERY})
    assert problems() == ["aws:region is not set; accepted: a region such as eu-central-1"]
    set_configuration({**configuration, "delivery": "x"})
    assert problems() == [f'{BUCKET}:delivery is "x"; accepted: a mapping with the keys {DELIVERY_KEYS}']


def test_all_problems_are_reported_together(set_configuration: Callable[..., None]) -> None:
    set_configuration({"environmentSuffix": "x", "repositories": [{}, {"name": "a b"}, {}], "contributors": ["*"]})
    expected = [
        'environmentSuffix is "x"',
        "repositories[0].name is not set",
        "repositories[0].description is not set",
        "repositories[0].defaultBranch is not set",
        'repositories[1].name is "a b"',
        "repositories[1].description is not set",
        "repositories[1].defaultBranch is not set",
        "repositories[2].name is not set",
        "repositories[2].description is not set",
        "repositories[2].defaultBranch is not set",
        'contributors[0] is "*"',
        "alarmSubscriptions is not set",
    ]
    assert expected == [line.removeprefix(f"{BUCKET}:").split(";")[0] for line in problems()]


def test_a_secret_value_is_never_shown(configuration: dict[str, Any], set_configuration: Callable[..., None]) -> None:
    configuration["alarmSubscriptions"] = [
        {"protocol": "https", "endpoint": "http://example.com/hunter2", "hunter2": "x"},
        {"protocol": "hunter2"},
    ]
    set_configuration(configuration, ("alarmSubscriptions",))
    path = f"{BUCKET}:alarmSubscriptions"
    expected = [
        f"{path}[0].(secret) is not a known key; accepted: protocol, endpoint",
        f"{path}[0].endpoint is a secret value; accepted: a URL that begins with https://",
        f"{path}[1].protocol is a secret value; accepted: email, email-json, https, lambda, sms, sqs",
    ]
    assert expected == problems()


@pytest.mark.parametrize(
    ("stack", "branches"), [("dev", ("main",)), ("staging", ("main", "release")), ("prod", ("main", "release"))]
)
def test_the_configuration_of_each_stack_is_accepted_and_names_that_stack(
    stack: str, branches: tuple[str, ...], set_configuration: Callable[..., None]
) -> None:
    stack_file = yaml.safe_load((PROGRAM / f"Pulumi.{stack}.yaml").read_text())
    config = stack_file["config"]
    set_configuration({key.removeprefix(f"{BUCKET}:"): value for key, value in config.items()})
    settings = load_settings(pulumi.Config(BUCKET))
    assert [entry.state_bucket for entry in settings.delivery] == [f"example-pulumi-state-{stack}"]
    assert stack == settings.environment_suffix
    assert branches == settings.protected_branches
    names = ["payments-api", "payments-web"]
    assert names == [repository.name for repository in settings.repositories]
    tags = {"Project": BUCKET, "Environment": stack, "ManagedBy": "pulumi"}
    assert tags == config["aws:defaultTags"]["tags"]
    provider = {"aws:region", "aws:maxRetries", "aws:defaultTags"}
    assert provider == {key for key in config if key.startswith("aws:")}
    assert set() == {key for key in config if not key.startswith((f"{BUCKET}:", "aws:"))}
