# SPDX-License-Identifier: Apache-2.0
"""Two previews of the same thing have the same operations, and two of different things have not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from stackproof.errors import UnrunnableError
from stackproof.pipeline.plan.operations import operations_digest, read_operations
from stackproof.wire import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "urn:pulumi:dev::demo"
TOPIC = f"{ROOT}::aws:sns/topic:Topic::alerts"


def step(op: str = "create", urn: str = TOPIC, inputs: dict[str, Any] | None = None, **more: object) -> dict[str, Any]:
    return {"op": op, "urn": urn, "type": urn.split("::")[2], "new": {"inputs": inputs or {}}, **more}


def digest(path: Path, *steps: dict[str, Any]) -> str:
    lines = [json.dumps({"sequence": 0, "resourcePreEvent": {"metadata": item}}) for item in steps]
    path.write_text("\n".join(['{"preludeEvent": {}}', *lines]), encoding="utf-8")
    return operations_digest(read_operations(path))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "alerts-0a1b2c3"}, {"name": "alerts-9f8e7d6"}),
        ({"name": "alerts-0a1b2c3.fifo"}, {"name": "alerts-9f8e7d6.fifo"}),
        ({"arns": [{"a": UNKNOWN}]}, {"arns": [{"a": f"x{UNKNOWN}y"}]}),
    ],
)
def test_what_is_new_in_each_preview_does_not_count(one: dict[str, Any], other: dict[str, Any], tmp_path: Path) -> None:
    assert digest(tmp_path / "a", step(inputs=one)) == digest(tmp_path / "b", step(inputs=other))


def test_neither_order_nor_what_is_left_as_it_is_counts(tmp_path: Path) -> None:
    other = f"{ROOT}::aws:sns/topic:Topic::other"
    one = digest(tmp_path / "a", step(), step(urn=other))
    assert one == digest(tmp_path / "b", step(urn=other), step("same", f"{ROOT}::x:y:Z::z"), step())


@pytest.mark.parametrize(
    "changed",
    [
        step("update"),
        step(urn=f"{ROOT}::aws:sns/topic:Topic::other"),
        step(inputs={"name": "alerts-dev"}),
        step(inputs={"name": "others-0a1b2c3"}),
        step(diffs=["tags.a"]),
    ],
)
def test_another_operation_resource_value_or_reason_counts(changed: dict[str, Any], tmp_path: Path) -> None:
    assert digest(tmp_path / "a", step()) != digest(tmp_path / "b", changed)


@pytest.mark.parametrize(
    ("op", "destructive"),
    [
        ("create", []),
        ("update", []),
        ("delete", ["delete"]),
        ("replace", ["replace"]),
        ("delete-replaced", ["delete-replaced"]),
    ],
)
def test_what_is_gone_afterwards_is_destroyed(op: str, destructive: list[str], tmp_path: Path) -> None:
    digest(tmp_path / "a", step(op))
    assert [item.op for item in read_operations(tmp_path / "a") if item.destructive] == destructive


def test_a_broken_log_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("{", encoding="utf-8")
    for name in ("a", "absent"):
        with pytest.raises(UnrunnableError, match="preview again"):
            read_operations(tmp_path / name)
