# SPDX-License-Identifier: Apache-2.0
"""An exported state: what is read of it, and in which words another file is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UsageError
from stackproof.state import load_state
from stackproof.wire import SECRET_SIGNATURE, SIGNATURE, UNKNOWN, secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.wire import Value

STATE = Path(__file__).parent / "states" / "engine-dev.json"
URN = "urn:pulumi:dev::shop::a:b:C::one"


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Write a state with the given resources, or any other content."""

    def write(*resources: object, content: object = None) -> Path:
        path = tmp_path / "state.json"
        document = {"version": 3, "deployment": {"resources": list(resources)}}
        path.write_text(content if isinstance(content, str) else json.dumps(content or document))
        return path

    return write


def test_what_a_stack_has_is_read() -> None:
    """What an update left to be deleted stands apart; what is encrypted is an unknown secret."""
    state = load_state(STATE, "engine", "dev")
    assert [one.name for one in state.condemned] == ["jobs"]
    queue = state.resources["urn:pulumi:dev::engine::aws:sqs/queue:Queue::jobs"]
    assert (queue.type, queue.custom, queue.name) == ("aws:sqs/queue:Queue", True, "jobs")
    assert queue.provider == "urn:pulumi:dev::engine::pulumi:providers:aws::default_7_50_0"
    assert queue.outputs["arn"] == "arn:aws:sqs:eu-west-1:210987654321:jobs-0a1b2c3"
    key = state.resources["urn:pulumi:dev::engine::aws:ssm/parameter:Parameter::key"]
    assert key.inputs["value"] == secret(UNKNOWN)
    flags = {one.name: (one.protect, one.retain_on_delete, one.external) for one in state.resources.values()}
    assert [name for name, found in flags.items() if any(found)] == ["audit", "dead", "shared"]


def test_a_resource_is_found_by_type_and_id() -> None:
    state = load_state(STATE, "engine", "dev")
    found = state.by_id("aws:ec2/vpc:Vpc", "vpc-0a1b2c3d")
    assert found is state.resources["urn:pulumi:dev::engine::aws:ec2/vpc:Vpc::shared"]
    assert state.by_id("aws:ec2/vpc:Vpc", "vpc-none") is None
    assert state.by_id("my:app:Site", "") is None


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"ciphertext": "v1:x"}, secret(UNKNOWN)),
        ({"plaintext": '"open"'}, secret("open")),
        ({"plaintext": '{"a": [1]}'}, secret({"a": [1.0]})),
    ],
)
def test_a_secret_stays_secret_whether_it_was_shown_or_not(
    written: dict[str, str], wanted: Value, export: Callable[..., Path]
) -> None:
    value = {SIGNATURE: SECRET_SIGNATURE, **written}
    path = export({"urn": URN, "type": "a:b:C", "custom": True, "outputs": {"list": [{"key": value}]}})
    assert load_state(path, "shop", "dev").resources[URN].outputs == {"list": [{"key": wanted}]}


def test_a_stack_without_resources_is_a_state(export: Callable[..., Path]) -> None:
    assert dict(load_state(export(content={"version": 3, "deployment": {}}), "shop", "dev").resources) == {}


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ([7], "deployment.resources[0] must be an object"),
        ([{}], "deployment.resources[0].urn must be text"),
        ([{"urn": "x"}], "deployment.resources[0].urn is no URN"),
        ([{"urn": URN}], "deployment.resources[0].type must be text"),
        ([{"urn": URN, "type": "a:b:C", "custom": "yes"}], "deployment.resources[0].custom must be true or false"),
        ([{"urn": URN, "type": "a:b:C", "id": 7}], "deployment.resources[0].id must be text"),
        ([{"urn": URN, "type": "a:b:C", "inputs": []}], "deployment.resources[0].inputs must be an object"),
        ([{"urn": URN, "type": "a:b:C"}] * 2, f"deployment.resources[1]: the URN {URN} is there twice"),
        (
            [{"urn": "urn:pulumi:prod::shop::a:b:C::one", "type": "a:b:C"}],
            "holds stack 'prod' of project 'shop', not 'dev' of 'shop'; export the stack that is judged",
        ),
    ],
)
def test_a_malformed_resource_is_refused_by_its_place(
    resources: list[object], words: str, export: Callable[..., Path]
) -> None:
    with pytest.raises(UsageError) as caught:
        load_state(export(*resources), "shop", "dev")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not valid JSON"),
        ([], "is no state: it has no object 'deployment'"),
        ({"version": 3, "checkpoint": {}}, "is no state: it has no object 'deployment'"),
        ({"version": 2, "deployment": {}}, "version must be 3 or 4, not 2.0"),
        ({"version": 3, "deployment": {"resources": {"a": 1}}}, "deployment.resources must be an array"),
    ],
)
def test_what_is_no_export_is_refused(content: object, words: str, export: Callable[..., Path]) -> None:
    path = export(content=content)
    if content == []:
        path.write_text("[]")
    with pytest.raises(UsageError) as caught:
        load_state(path, "shop", "dev")
    assert words in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_state(tmp_path / "none.json", "shop", "dev")


@pytest.mark.parametrize(
    "written", [{"plaintext": "{hidden"}, {"plaintext": 7}, {}, {"plaintext": "1", "ciphertext": 7}]
)
def test_a_malformed_secret_is_refused_without_telling_it(
    written: dict[str, object], export: Callable[..., Path]
) -> None:
    value = {SIGNATURE: SECRET_SIGNATURE, **written}
    with pytest.raises(UsageError) as caught:
        load_state(export({"urn": URN, "type": "a:b:C", "inputs": {"key": value}}), "shop", "dev")
    assert "deployment.resources[0].inputs.key is a malformed secret" in str(caught.value)
    assert caught.value.__context__ is None
