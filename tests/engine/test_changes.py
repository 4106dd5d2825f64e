# SPDX-License-Identifier: Apache-2.0
"""What an update does to one resource, and what stays known of it: each decision by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import Created
from stackproof.engine.embedded.changes import Alias, Changes, Goal, inputs_to_check, updated
from stackproof.engine.embedded.registry import Options, Registration
from stackproof.model import Change, Deletion
from stackproof.state import State, StateResource
from stackproof.wire import ASSET_SIGNATURE, RESOURCE_SIGNATURE, SIGNATURE, UNKNOWN, Properties, secret

if TYPE_CHECKING:
    from stackproof.wire import Value

TYPE = "test:index:Thing"
URN = f"urn:pulumi:dev::shop::{TYPE}::one"
OLD = StateResource(
    urn=URN,
    type=TYPE,
    custom=True,
    id="one-1",
    parent="",
    provider="",
    inputs={"name": "one-1", "size": 3.0},
    outputs={"name": "one-1", "size": 3.0, "arn": "arn:one-1", "host": "h"},
    protect=False,
    retain_on_delete=False,
    external=False,
    view=False,
    replacement_trigger=None,
    must_be_replaced=False,
    unfinished=False,
)


def decided(
    old: StateResource, inputs: Properties, goal: Goal | None = None, options: Options | None = None, **more: str
) -> Change:
    registration = Registration(URN, more.get("type", TYPE), "one", custom=True, parent="", inputs=inputs)
    registration.options = options or Options()
    chosen = goal or Goal(given=inputs)
    changes = Changes(State(Path("s.json"), {old.urn: old}), "shop", "dev")
    return changes.decide(registration, chosen, changes.find(registration, chosen))


@pytest.mark.parametrize(
    ("old", "inputs", "wanted"),
    [
        ({}, {"name": "one-1", "size": 3.0}, Change("same")),
        ({}, {"name": "one-1", "size": secret(3.0)}, Change("same")),
        ({}, {"name": "one-1", "size": 4.0}, Change("update", ("size",))),
        ({}, {"name": "one-1"}, Change("update", ("size",))),
        ({}, {"name": "one-1", "size": UNKNOWN}, Change("update", ("size",))),
        ({"inputs": {"policy": '{"a": [1]}'}}, {"policy": '{"a":[1]}'}, Change("same")),
        ({"inputs": {"policy": '{"a": [1]}'}}, {"policy": '{"a":[2]}'}, Change("update", ("policy",))),
        ({"inputs": {"policy": "{a"}}, {"policy": "{b"}, Change("update", ("policy",))),
        ({"inputs": {"key": secret(UNKNOWN)}}, {"key": secret("k")}, Change("same", (), "not compared: key")),
        ({"inputs": {"key": secret(UNKNOWN)}}, {"key": UNKNOWN}, Change("update", ("key",))),
        ({"unfinished": True, "inputs": {}}, {}, Change("update", (), "its creation was not finished")),
        ({"external": True, "inputs": {}}, {}, Change("replace", (), "it was only read until now")),
        ({"custom": False, "inputs": {}}, {}, Change("replace", (), "it was no component, or was one")),
        ({"must_be_replaced": True, "inputs": {}}, {}, Change("replace", (), "the state demands it")),
    ],
)
def test_inputs_and_the_state_decide(old: dict[str, object], inputs: Properties, wanted: Change) -> None:
    assert decided(replace(OLD, **old), inputs) == wanted  # type: ignore[arg-type]  # the fields' own types, by name


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        (Goal(import_id="one-1"), Change("same")),
        (Goal(import_id="two"), Change("replace", (), "'two' is imported in its place")),
        (Goal(replacement_trigger=2.0), Change("replace", (), "its replacement trigger changed")),
        (Goal(replacement_trigger=1.0), Change("same")),
        (Goal(), Change("same")),
        (Goal(replacement_trigger=UNKNOWN), Change("replace", (), "its replacement trigger changed")),
    ],
)
def test_options_decide(goal: Goal, wanted: Change) -> None:
    assert decided(replace(OLD, inputs={}, protect=True, replacement_trigger=1.0), {}, goal) == wanted


def test_what_stands_against_a_replacement_is_told() -> None:
    options = Options(protect=True, delete_before_replace=True)
    found = decided(replace(OLD, protect=True, must_be_replaced=True), OLD.inputs, options=options)
    first = "the state demands it; deleted before its replacement is created"
    assert found == Change("replace", (), f"{first}; protected, so the update would refuse")


def test_what_is_not_in_the_state_is_created_or_imported() -> None:
    elsewhere = replace(OLD, urn=f"{URN}-more")
    assert (decided(elsewhere, {}), decided(elsewhere, {}, Goal(import_id="x"))) == (Change("create"), Change("import"))


def test_what_only_the_provider_fills_in_is_no_change() -> None:
    """A newer provider may fill in what the state does not hold yet."""
    assert decided(OLD, {**OLD.inputs, "region": "r"}, Goal(given=OLD.inputs)) == Change("same")


def test_which_plugin_serves_a_provider_is_no_change() -> None:
    type_ = "pulumi:providers:test"
    old = replace(OLD, type=type_, inputs={"region": "r", "version": "1.0.0"})
    assert decided(old, {"region": "r", "version": "1.1.0"}, type=type_) == Change("same")
    assert decided(old, {"region": "s", "version": "1.1.0"}, type=type_) == Change("update", ("region",))


def test_a_file_is_not_compared_and_a_reference_is_by_its_id() -> None:
    def asset(**more: Value) -> Value:
        return {SIGNATURE: ASSET_SIGNATURE, **more}

    reference: Value = {SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:pulumi:dev::shop::test:index:Vpc::v", "id": "v-1"}
    old = replace(OLD, inputs={"code": asset(hash="0", path="a"), "vpc": reference})
    assert decided(old, {"code": asset(path="a"), "vpc": "v-1"}) == Change("same", (), "not compared: code")


def test_what_is_replaced_with_another_is_replaced_after_it() -> None:
    other = replace(OLD, urn=f"{URN}-2", must_be_replaced=True)
    changes = Changes(State(Path("s.json"), {URN: OLD, other.urn: other}), "shop", "dev")
    first = Registration(other.urn, TYPE, "one-2", custom=True, parent="", inputs=OLD.inputs)
    second = Registration(URN, TYPE, "one", custom=True, parent="", inputs=OLD.inputs)
    goal = Goal(replace_with=(other.urn,))
    assert changes.decide(first, Goal(), changes.find(first, Goal())).kind == "replace"
    assert changes.decide(second, goal, changes.find(second, goal)) == Change(
        "replace", (), "what it is replaced with is replaced"
    )


@pytest.mark.parametrize(
    ("alias", "urn"),
    [
        (Alias(urn="urn:pulumi:dev::old::a:b:C::x"), "urn:pulumi:dev::old::a:b:C::x"),
        (Alias(name="was"), f"urn:pulumi:dev::shop::my:c:Site${TYPE}::was"),
        (Alias(type="a:b:C"), "urn:pulumi:dev::shop::my:c:Site$a:b:C::one"),
        (Alias(parent=""), URN),
        (Alias(project="old", stack="test", parent=""), f"urn:pulumi:test::old::{TYPE}::one"),
        (Alias(parent="urn:pulumi:dev::shop::x:y:Z::p"), f"urn:pulumi:dev::shop::x:y:Z${TYPE}::one"),
    ],
)
def test_an_alias_names_a_former_identity(alias: Alias, urn: str) -> None:
    old = replace(OLD, urn=urn)
    parent = "urn:pulumi:dev::shop::my:c:Site::site"
    changes = Changes(State(Path("s.json"), {urn: old}), "shop", "dev")
    registration = Registration(
        f"urn:pulumi:dev::shop::my:c:Site${TYPE}::one", TYPE, "one", custom=True, parent=parent, inputs={}
    )
    assert changes.find(registration, Goal(aliases=(alias,))) == old
    assert changes.deletions(()) == ()


def test_nothing_below_a_component_that_cannot_be_seen_is_called_deleted() -> None:
    """Its plugin would register its children, and none runs here."""
    remote = "urn:pulumi:dev::shop::my:c:Remote::r"
    child = replace(OLD, urn=f"urn:pulumi:dev::shop::my:c:Remote${TYPE}::child", parent=remote)
    grandchild = replace(OLD, urn=f"{child.urn}-2", parent=child.urn)
    state = State(Path("s.json"), {one.urn: one for one in (child, grandchild, OLD)})
    assert Changes(state, "shop", "dev").deletions([remote]) == (Deletion(URN, TYPE, "one"),)


def test_what_is_ignored_stays_as_it_was() -> None:
    """A path that cannot be read is none; of what was only read, nothing stays."""
    given: Properties = {"name": "two", "size": 4.0}
    registration = Registration(URN, TYPE, "one", custom=True, parent="", inputs=given)
    registration.options = Options(ignore_changes=("size", "a["))
    assert inputs_to_check(registration, OLD, {}) == {"name": "two", "size": 3.0}
    assert inputs_to_check(registration, replace(OLD, external=True), {}) == given
    assert inputs_to_check(registration, None, {}) == given


FRESH = Created("", {"name": "new", "arn": UNKNOWN, "host": UNKNOWN, "key": "invented"})


@pytest.mark.parametrize(
    ("change", "inputs", "wanted"),
    [
        (Change("same"), OLD.inputs, Created("one-1", OLD.outputs)),
        (
            Change("update", ("size",)),
            {"name": "one-1", "size": 4.0, "new": 1.0},
            Created("one-1", {**OLD.outputs, "size": 4.0, "new": 1.0}),
        ),
        (
            Change("update", ("size",)),
            {"name": "one-1"},
            Created("one-1", {"name": "one-1", "arn": "arn:one-1", "host": "h"}),
        ),
        (
            Change("update", ("name",)),
            {"name": "two", "size": 3.0},
            Created("", {"name": "two", "size": 3.0, "arn": UNKNOWN, "host": "h"}),
        ),
    ],
)
def test_what_stays_known_of_a_resource(change: Change, inputs: Properties, wanted: Created) -> None:
    assert updated(OLD, inputs, change, FRESH) == wanted


def test_what_is_encrypted_in_the_state_is_as_the_program_has_it_or_as_new() -> None:
    old = replace(OLD, outputs={"size": secret(UNKNOWN), "key": secret(UNKNOWN)})
    assert updated(old, {"size": 3.0}, Change("same"), FRESH).outputs == {
        "size": secret(3.0),
        "key": secret("invented"),
    }
