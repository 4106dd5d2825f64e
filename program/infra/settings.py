# SPDX-License-Identifier: Apache-2.0
"""The stack's configuration, read once and checked whole."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pulumi

from infra.naming import CODECOMMIT_REPOSITORY_LIMIT, EVENT_RULE_LIMIT, branch_deletion_name, physical_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ConfigurationError",
    "DeliverySettings",
    "RepositorySettings",
    "Settings",
    "SubscriptionProtocol",
    "SubscriptionSettings",
    "load_settings",
]

SubscriptionProtocol = Literal["email", "email-json", "https", "lambda", "sms", "sqs"]

_DEFAULT_PROTECTED_BRANCHES: Final = ("main",)
_LONGEST_SHOWN_VALUE: Final = 80


class ConfigurationError(pulumi.RunError):
    """The stack's configuration cannot be used; the message has one line for each problem.

    It is a `RunError` because the language host prints the message of one, and of any other exception a traceback.
    """


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """One repository: ``name`` has no suffix yet, ``kms_key_id`` is a key's ARN or None for the AWS managed key."""

    name: str
    description: str
    default_branch: str
    kms_key_id: str | None


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """One subscriber of the alarm topic; ``endpoint`` is a secret Output where the configuration is secret."""

    protocol: SubscriptionProtocol
    endpoint: pulumi.Input[str]


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """The GitHub repository whose workflows preview and deploy the stack, and what their roles must reach.

    ``repository`` is OWNER/NAME, the ids are GitHub's own numbers of both. ``boundary_arn`` is the policy that
    administrators keep to bound both roles. ``provider_arn`` is None where this stack creates GitHub's identity
    provider, of which an account can have one; ``secrets_key_arn`` is None without a KMS key for the stack's secrets.
    """

    repository: str
    owner_id: str
    repository_id: str
    region: str
    state_bucket: str
    boundary_arn: str
    provider_arn: str | None
    secrets_key_arn: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program is configured with.

    ``protected_branches`` are branch names without ``refs/heads/``; ``contributors`` are ARNs of IAM roles and users.
    ``delivery`` is empty, or one: a stack that is deployed by hand has none.
    """

    environment_suffix: str
    repositories: tuple[RepositorySettings, ...]
    protected_branches: tuple[str, ...]
    contributors: tuple[str, ...]
    alarm_subscriptions: tuple[SubscriptionSettings, ...]
    delivery: tuple[DeliverySettings, ...] = ()

    @property
    def kms_key_arns(self) -> tuple[str, ...]:
        """The ARNs of the keys of all repositories, each once, in the order of the repositories."""
        keys = (repository.kms_key_id for repository in self.repositories)
        return tuple(dict.fromkeys(key for key in keys if key))


@dataclass(frozen=True, slots=True)
class _Text:
    """A closed set of strings: the pattern that decides and the words that explain it."""

    pattern: re.Pattern[str]
    accepted: str


def _text(pattern: str, accepted: str) -> _Text:
    return _Text(re.compile(pattern, re.ASCII | re.DOTALL), accepted)


_SUFFIX = _text(r"[a-z0-9]{2,12}", "2 to 12 lower-case letters and digits")
_REPOSITORY_NAME = _text(r"[\w.-]+", "letters, digits, '.', '_' and '-'")
_DESCRIPTION = _text(r".{1,1000}", "a text of 1 to 1000 characters")
# a full reference or a wildcard would make a condition that never matches, and so a branch that is not protected
_BRANCH = _text(r"(?!refs/)\w[\w./-]{0,255}", "a branch name without 'refs/heads/' and without wildcards")
# an IAM statement cannot name a key by its alias
_KMS_KEY = _text(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", "the ARN of a KMS key, not of an alias")
_PRINCIPAL = _text(
    r"arn:aws[a-z-]*:iam::\d{12}:(?:role|user)/[\w+=,.@/-]+",
    "the ARN of one IAM role or user; no '*', no wildcards, no whole account",
)
_GITHUB_REPOSITORY = _text(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[\w.-]{1,100}", "a GitHub repository as OWNER/NAME, without wildcards"
)
_NUMBER = _text(r"[1-9]\d{0,18}", "the number GitHub gave it, as text")
_REGION = _text(r"[a-z]{2}(?:-[a-z]+)+-\d", "a region such as eu-central-1")
_BUCKET = _text(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of an S3 bucket")
_BOUNDARY = _text(r"arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+", "the ARN of a managed policy of the account")
_PROVIDER = _text(
    r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
    "the ARN of the account's identity provider token.actions.githubusercontent.com",
)
_EMAIL = _text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")
#: What each protocol can reach (SNS API reference, ``Subscribe``). A FIFO queue cannot subscribe to a standard topic.
_ENDPOINTS: Final[Mapping[SubscriptionProtocol, _Text]] = {
    "email": _EMAIL,
    "email-json": _EMAIL,
    "https": _text(r"https://[^\s/]+\S*", "a URL that begins with https://"),
    "lambda": _text(
        r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(?::[\w$-]+)?", "the ARN of a Lambda function"
    ),
    "sms": _text(r"\+[1-9]\d{1,14}", "a telephone number such as +4915112345678"),
    "sqs": _text(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}", "the ARN of a standard SQS queue"),
}


@dataclass(frozen=True, slots=True)
class _Node:
    """A value and where it stands: ``path`` is like ``stackproof-sample:repositories[1].name``."""

    path: str
    value: object
    secret: bool


class _Reader:
    """Reads nodes of the configuration and collects what is wrong with them."""

    def __init__(self, config: pulumi.Config) -> None:
        self._config = config
        self.problems: list[str] = []

    def text_key(self, key: str) -> _Node:
        """Return the node of a key that holds a plain string."""
        path = self._config.full_key(key)
        return _Node(path, self._config.get(key), pulumi.runtime.is_config_secret(path))

    def structured_key(self, key: str) -> _Node:
        """Return the node of a key that holds a list, which the engine hands over as JSON.

        What is not JSON stays the string it is, and is rejected as one where a list is expected.
        """
        node = self.text_key(key)
        try:
            return _Node(node.path, json.loads(node.value) if isinstance(node.value, str) else None, node.secret)
        except json.JSONDecodeError:
            return node

    def reject(self, node: _Node, accepted: str) -> None:
        """Record that the value of ``node`` is missing or not an accepted one."""
        self.problems.append(f"{node.path} is {_shown(node)}; accepted: {accepted}")

    def text(self, node: _Node, kind: _Text) -> str:
        """Return the node's string, or reject the node and return the empty string."""
        if isinstance(node.value, str) and kind.pattern.fullmatch(node.value):
            return node.value
        self.reject(node, kind.accepted)
        return ""

    def items(self, node: _Node, of_what: str) -> list[_Node]:
        """Return the elements of a list that has some, or reject the node and return none."""
        if isinstance(node.value, list) and node.value:
            return [_Node(f"{node.path}[{index}]", value, node.secret) for index, value in enumerate(node.value)]
        self.reject(node, f"a list of one or more {of_what}")
        return []

    def fields(self, node: _Node, *keys: str) -> dict[str, _Node]:
        """Return the node of each of the ``keys`` of a mapping, or reject the node and return none."""
        accepted = ", ".join(keys)
        if not isinstance(node.value, dict):
            self.reject(node, f"a mapping with the keys {accepted}")
            return {}
        for key in sorted(node.value.keys() - set(keys)):
            unknown = "(secret)" if node.secret else key
            self.problems.append(f"{node.path}.{unknown} is not a known key; accepted: {accepted}")
        return {key: _Node(f"{node.path}.{key}", node.value.get(key), node.secret) for key in keys}

    def unique(self, nodes: Iterable[_Node]) -> None:
        """Reject every node that repeats the value of an earlier one; values that are not set are no repetition."""
        first: dict[str, str] = {}
        for node in nodes:
            earlier = first.setdefault(json.dumps(node.value, sort_keys=True), node.path)
            if earlier != node.path and node.value is not None:
                self.problems.append(f"{node.path} repeats {earlier}; accepted: each value once")


def load_settings(config: pulumi.Config) -> Settings:
    """Read and check the configuration of the running stack.

    Raises `ConfigurationError` with every problem found: the exact key, what it holds (unless that is secret), and
    what is accepted.
    """
    reader = _Reader(config)
    suffix = reader.text(reader.text_key("environmentSuffix"), _SUFFIX)
    protected = _protected_branches(reader)
    settings = Settings(
        environment_suffix=suffix,
        repositories=_repositories(reader, suffix, protected),
        protected_branches=protected,
        contributors=_texts(reader, reader.structured_key("contributors"), _PRINCIPAL, "principals"),
        alarm_subscriptions=_subscriptions(reader),
        delivery=_delivery(reader),
    )
    if reader.problems:
        lines = "".join(f"\n  - {problem}" for problem in reader.problems)
        raise ConfigurationError(
            f"the stack's configuration cannot be used:{lines}\n"
            "correct it in Pulumi.<stack>.yaml or with `pulumi config set`"
        )
    return settings


def _protected_branches(reader: _Reader) -> tuple[str, ...]:
    node = reader.structured_key("protectedBranches")
    return _DEFAULT_PROTECTED_BRANCHES if node.value is None else _texts(reader, node, _BRANCH, "branch names")


def _texts(reader: _Reader, node: _Node, kind: _Text, of_what: str) -> tuple[str, ...]:
    nodes = reader.items(node, of_what)
    reader.unique(nodes)
    return tuple(reader.text(item, kind) for item in nodes)


def _repositories(reader: _Reader, suffix: str, protected: tuple[str, ...]) -> tuple[RepositorySettings, ...]:
    entries = [
        reader.fields(node, "name", "description", "defaultBranch", "kmsKeyId")
        for node in reader.items(reader.structured_key("repositories"), "repositories")
    ]
    readable = [entry for entry in entries if entry]
    reader.unique(entry["name"] for entry in readable)
    return tuple(_repository(reader, entry, suffix, protected) for entry in readable)


def _repository(
    reader: _Reader, entry: Mapping[str, _Node], suffix: str, protected: tuple[str, ...]
) -> RepositorySettings:
    settings = RepositorySettings(
        name=reader.text(entry["name"], _REPOSITORY_NAME),
        description=reader.text(entry["description"], _DESCRIPTION),
        default_branch=reader.text(entry["defaultBranch"], _BRANCH),
        kms_key_id=_optional(reader, entry["kmsKeyId"], _KMS_KEY),
    )
    # branches that could not be read are a problem of their own
    protection_known = bool(protected) and all(protected)
    if protection_known and settings.default_branch and settings.default_branch not in protected:
        reader.reject(entry["defaultBranch"], "one of the protectedBranches, lest contributors push to it directly")
    for service, name, limit in (
        ("CodeCommit repository", physical_name(settings.name, suffix), CODECOMMIT_REPOSITORY_LIMIT),
        ("EventBridge rule", branch_deletion_name(settings.name, suffix), EVENT_RULE_LIMIT),
    ):
        if len(name) > limit:
            given = f"gives the {service} a name of {len(name)} characters"
            reader.problems.append(f"{entry['name'].path} {given}; accepted: at most {limit}")
    return settings


def _subscriptions(reader: _Reader) -> tuple[SubscriptionSettings, ...]:
    nodes = reader.items(reader.structured_key("alarmSubscriptions"), "subscriptions")
    reader.unique(nodes)
    found = [_subscription(reader, reader.fields(node, "protocol", "endpoint")) for node in nodes]
    return tuple(subscription for subscription in found if subscription)


def _subscription(reader: _Reader, entry: Mapping[str, _Node]) -> SubscriptionSettings | None:
    if not entry:
        return None
    protocol = next((known for known in _ENDPOINTS if known == entry["protocol"].value), None)
    if protocol is None:
        reader.reject(entry["protocol"], ", ".join(_ENDPOINTS))
        return None
    endpoint = reader.text(entry["endpoint"], _ENDPOINTS[protocol])
    return SubscriptionSettings(protocol, pulumi.Output.secret(endpoint) if entry["endpoint"].secret else endpoint)


def _delivery(reader: _Reader) -> tuple[DeliverySettings, ...]:
    node = reader.structured_key("delivery")
    if node.value is None:
        return ()
    needed = ("repository", "ownerId", "repositoryId", "stateBucket", "boundaryArn")
    entry = reader.fields(node, *needed, "providerArn", "secretsKeyArn")
    if not entry:
        return ()
    region = pulumi.Config("aws").get("region")
    return (
        DeliverySettings(
            repository=reader.text(entry["repository"], _GITHUB_REPOSITORY),
            owner_id=reader.text(entry["ownerId"], _NUMBER),
            repository_id=reader.text(entry["repositoryId"], _NUMBER),
            region=reader.text(_Node("aws:region", region, secret=False), _REGION),
            state_bucket=reader.text(entry["stateBucket"], _BUCKET),
            boundary_arn=reader.text(entry["boundaryArn"], _BOUNDARY),
            provider_arn=_optional(reader, entry["providerArn"], _PROVIDER),
            secrets_key_arn=_optional(reader, entry["secretsKeyArn"], _KMS_KEY),
        ),
    )


def _optional(reader: _Reader, node: _Node, kind: _Text) -> str | None:
    return None if node.value is None else reader.text(node, kind)


def _shown(node: _Node) -> str:
    """Return what a message may say about the value of a node."""
    if node.value is None:
        return "not set"
    if node.secret:
        return "a secret value"
    text = json.dumps(node.value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN_VALUE else f"{text[:_LONGEST_SHOWN_VALUE]}..."
