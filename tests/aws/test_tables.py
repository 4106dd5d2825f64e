# SPDX-License-Identifier: Apache-2.0
"""Facts of the generated table and the reviewed files beside it."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from stackproof.aws import tables

_OWN_FIELDS = {"partition", "region", "account", "dns", "uuid", "hex", "digits", "base36", "upper", "letters"}


def _rows(section: str) -> dict[str, dict[str, object]]:
    text = resources.files("stackproof.aws").joinpath("data", "types.json").read_text(encoding="utf-8")
    rows: dict[str, dict[str, object]] = json.loads(text)[section]
    return rows


def test_the_header_counts_what_the_table_holds() -> None:
    counts = tables.provenance()["counts"]
    assert counts == {name: len(_rows(name)) for name in ("resources", "functions", "shapes")}
    assert tables.provenance()["licence"] == "Apache-2.0"


def test_a_queue_has_its_inputs_outputs_and_computed_inputs() -> None:
    queue = tables.resource_type("aws:sqs/queue:Queue")
    assert queue is not None
    assert queue.outputs == {"arn": "s", "tagsAll": ["m", "s"], "url": "s"}
    assert queue.required == ()
    assert queue.auto_named == "name"
    assert "delaySeconds" in queue.inputs - queue.computed.keys()
    assert queue.computed["kmsDataKeyReusePeriodSeconds"] == "i"


def test_required_and_secret_properties_are_those_of_the_sdk() -> None:
    role = tables.resource_type("aws:iam/role:Role")
    database = tables.resource_type("aws:rds/instance:Instance")
    assert role is not None
    assert database is not None
    assert role.required == ("assumeRolePolicy",)
    assert role.regional is False
    assert database.secrets == {"password", "passwordWo"}


def test_a_nested_shape_leads_to_its_properties() -> None:
    cluster = tables.resource_type("aws:eks/cluster:Cluster")
    assert cluster is not None
    shape = cluster.outputs["identities"]
    assert isinstance(shape, list)
    assert shape[0] == "l"
    assert isinstance(shape[1], int)
    assert tables.shape_row(shape[1]).keys() == {"oidcs"}


def test_an_object_called_name_is_not_auto_named() -> None:
    user = tables.resource_type("aws:identitystore/user:User")
    assert user is not None
    assert user.auto_named == ""


def test_what_is_not_in_the_table_is_none() -> None:
    assert tables.resource_type("aws:sqs/getQueue:getQueue") is None
    assert tables.function_type("aws:sqs/queue:Queue") is None
    assert tables.function_type("aws:resourceexplorer/search:Search") is not None
    assert tables.shape_row(10**9) == {}


@pytest.mark.parametrize("name", ["arns.json", "outputs.json"])
def test_reviewed_files_name_only_types_and_properties_that_exist(name: str) -> None:
    text = resources.files("stackproof.aws").joinpath("data", name).read_text(encoding="utf-8")
    table = json.loads(text)["arns" if name == "arns.json" else "types"]
    types = {token.split(":")[1]: tables.resource_type(token) for token in _rows("resources")}
    wrong = []
    for short, entry in table.items():
        kind = types.get(short)
        known = {"id", *kind.inputs, *kind.outputs} if kind else set()
        fields = set(re.findall(r"\{([A-Za-z][A-Za-z0-9]*)", json.dumps(entry))) if name == "arns.json" else set()
        for template in entry.values() if isinstance(entry, dict) else ():
            fields |= set(re.findall(r"\{([A-Za-z][A-Za-z0-9]*)", template)) if isinstance(template, str) else set()
        fields |= entry.keys() if isinstance(entry, dict) else {"arn"}
        wrong += [f"{short}: {field}" for field in sorted(fields - _OWN_FIELDS - known)]
    assert wrong == []
