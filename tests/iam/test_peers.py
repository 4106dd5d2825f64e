# SPDX-License-Identifier: Apache-2.0
"""Agreement with parliament and cloudsplaining on the documents of their unit tests; every difference is explained."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from guardrails.iam.bundle import Bundle, Context, judge
from guardrails.iam.document import parse

CONTEXT = Context(dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
ENTRIES = yaml.safe_load((Path(__file__).parent / "peers.yaml").read_text("utf-8"))
MEANS = {
    "RESOURCE_STAR": {"A2", "A6", "A11"},
    "PRIVILEGE_ESCALATION": {"B1", "B2"},
    "CREDENTIALS_EXPOSURE": {"C2"},
    "PERMISSIONS_MANAGEMENT_ACTIONS": {"A3", "B1", "B3", "C3"},
    "RESOURCE_MISMATCH": {"G3"},
    "MALFORMED": {"G8"},
    "MALFORMED_JSON": {"G8"},
    "INVALID_SID": {"G5"},
    "DUPLICATE_SID": {"G5"},
    "UNKNOWN_ACTION": {"G1"},
    "UNKNOWN_CONDITION_FOR_ACTION": {"F6"},
    "MISMATCHED_TYPE": {"F6"},
    "MISMATCHED_TYPE_BUT_USABLE": {"F6"},
    "UNKNOWN_OPERATOR": {"G8"},
    "INVALID_ARN": {"G8"},
    "RESOURCE_EFFECTIVELY_STAR": {"A7"},
    "NOTRESOURCE_WITH_ALLOW": {"A9"},
    "NOTPRINCIPAL_WITH_ALLOW": {"A10"},
    "BAD_PATTERN_FOR_MFA": {"F8"},
    "SINGLE_VALUE_CONDITION_TOO_PERMISSIVE": {"F1"},
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION": {"C3"},
    "SENSITIVE_ACCESS": {"C1"},
    "allows_privilege_escalation": {"A1", "B1", "B2"},
    "allows_data_exfiltration_actions": {"A1", "C1"},
    "permissions_management_without_constraints": {"A1", "B1", "B3", "C3"},
    "credentials_exposure": {"A1", "B1", "C2"},
    "service_wildcard": {"A2"},
    "role_assumable_by_any_principal": {"D1"},
    "role_assumable_by_any_principal_with_conditions": {"D2"},
    "role_assumable_by_cross_account_principals": {"D3"},
    "internet_accessible_actions": {"E1"},
}


@pytest.mark.parametrize(
    "entry", [pytest.param(item, id=f"{index} {item['from']}") for index, item in enumerate(ENTRIES)]
)
def test_a_document_is_judged_as_the_table_says(entry: dict[str, Any]) -> None:
    policy = entry["policy"]
    text = policy if isinstance(policy, str) else json.dumps(policy)
    found = judge(Bundle((parse(text, (), entry["kind"]),)), CONTEXT)
    assert sorted({item.code for item in found}) == entry["ours"]


def test_every_difference_has_its_reason_and_every_reason_a_difference() -> None:
    for entry in ENTRIES:
        unseen = [name for name in entry["theirs"] if not MEANS[name] & set(entry["ours"])]
        differs = bool(unseen) or bool(entry["ours"] and not entry["theirs"])
        assert differs is ("why" in entry), entry
