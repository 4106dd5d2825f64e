# SPDX-License-Identifier: Apache-2.0
"""Facts that the analysis needs of the action data; a release that changes their form is noticed here."""

from __future__ import annotations

import datetime as dt

import pytest

from guardrails.iam.actions import OLDEST_DAYS, data_age, expand, known_services, service
from guardrails.iam.reviewed import escalation_sets, watched


def test_levels_are_single_words() -> None:
    found = {
        level
        for service in ("s3", "iam", "ec2", "kms")
        for item in expand(f"{service}:*") or ()
        for level in item.levels
    }
    assert {"Read", "List", "Write", "Tagging", "Permissions management"} == found


WATCHED = [key for key in watched() if not key.startswith("codestar:")]


@pytest.mark.parametrize("prefix", sorted({key.partition(":")[0] for key in WATCHED}))
def test_every_watched_action_exists_in_its_spelling_and_with_its_targets(prefix: str) -> None:
    """A release that renames one, or changes what it is used on, asks for `python scripts/refresh_iam.py`."""
    for key in (key for key in WATCHED if key.startswith(f"{prefix}:")):
        [found] = expand(key) or ()
        assert found.name == watched()[key].name
        formats = {item.text for item in found.formats} if found.takes_resource else set()
        assert formats == {item.text for item in watched()[key].targets}


def test_every_escalation_set_is_minimal_and_of_watched_actions() -> None:
    sets = [frozenset(entry.actions) for entry in escalation_sets()]
    assert len(set(sets)) == len(sets) == 75
    assert [(one, two) for one in sets for two in sets if one < two] == []
    assert {action for one in sets for action in one} - watched().keys() == set()


@pytest.mark.parametrize(
    ("action", "levels", "formats"),
    [
        ("iam:PassRole", {"Write"}, ("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}",)),
        ("s3:ListAllMyBuckets", {"List"}, ()),
        ("s3:PutBucketPolicy", {"Permissions management", "Write"}, ("arn:${Partition}:s3:::${BucketName}",)),
        ("sts:TagSession", {"Tagging", "Write"}, None),
        ("ecr:GetAuthorizationToken", {"Read"}, ()),
    ],
)
def test_pinned_facts_of_the_data(action: str, levels: set[str], formats: tuple[str, ...] | None) -> None:
    [found] = expand(action) or ()
    assert found.levels == levels
    assert formats is None or found.arn_formats == formats


def test_condition_keys_of_resource_types_count() -> None:
    [found] = expand("codecommit:GitPush") or ()
    assert {"codecommit:references", "aws:resourcetag/${tagkey}"} <= found.keys


def test_types_of_condition_keys_are_single_words() -> None:
    found = {kind for prefix in ("iam", "s3", "ec2", "kms", "dynamodb") for kind in _service_types(prefix)}
    assert found <= {"String", "ARN", "Bool", "Date", "Numeric", "ArrayOfString", "ArrayOfARN", "IPAddress", "Binary"}


def _service_types(prefix: str) -> set[str]:
    found = service(prefix)
    assert found is not None
    return set(found.key_types.values())


def test_the_data_knows_its_age_and_its_services() -> None:
    assert {"iam", "s3", "codecommit"} <= known_services()
    assert data_age(dt.date(2300, 1, 1)) > OLDEST_DAYS


@pytest.mark.parametrize("pattern", ["nosuchservice:x", "s*:GetObject", "../../etc/passwd:x", "*", ""])
def test_what_is_not_one_known_service_is_not_answered(pattern: str) -> None:
    assert expand(pattern) is None


def test_an_unknown_action_of_a_known_service_is_empty() -> None:
    assert expand("s3:NoSuchAction") == ()


def test_case_is_ignored_and_spelling_restored() -> None:
    assert [item.name for item in expand("S3:pUTobject") or ()] == ["s3:PutObject"]
