# SPDX-License-Identifier: Apache-2.0
"""Facts that the analysis needs of the action data; a release that changes their form is noticed here."""

from __future__ import annotations

import pytest

from guardrails.iam.actions import DATA_READS, expand


def test_levels_are_single_words() -> None:
    found = {
        level
        for service in ("s3", "iam", "ec2", "kms")
        for item in expand(f"{service}:*") or ()
        for level in item.levels
    }
    assert {"Read", "List", "Write", "Tagging", "Permissions management"} == found


@pytest.mark.parametrize("action", sorted(DATA_READS))
def test_every_reviewed_read_exists_and_takes_a_resource(action: str) -> None:
    found = expand(action)
    assert found is not None
    assert [item.takes_resource for item in found] == [True]


@pytest.mark.parametrize("pattern", ["nosuchservice:x", "s*:GetObject", "../../etc/passwd:x", "*", ""])
def test_what_is_not_one_known_service_is_not_answered(pattern: str) -> None:
    assert expand(pattern) is None


def test_an_unknown_action_of_a_known_service_is_empty() -> None:
    assert expand("s3:NoSuchAction") == ()


def test_case_is_ignored_and_spelling_restored() -> None:
    assert [item.name for item in expand("S3:pUTobject") or ()] == ["s3:PutObject"]
