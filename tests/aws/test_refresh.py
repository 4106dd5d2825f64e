# SPDX-License-Identifier: Apache-2.0
"""The reader of the SDK's source, on a package of one resource and one function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stackproof.aws.refresh import changes, read_package, render, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE = """
@pulumi.output_type
class GetThingResult:
    @_builtins.property
    @pulumi.getter(name="fullName")
    def full_name(self) -> _builtins.str: ...

def get_thing(name=None):
    __args__ = dict()
    __args__["name"] = name
    pulumi.runtime.invoke("aws:x/getThing:getThing", __args__, typ=GetThingResult)

@pulumi.type_token("aws:x/thing:Thing")
class Thing(pulumi.CustomResource):
    def _internal_init(__self__):
        __props__.__dict__["name"] = name
        __props__.__dict__["size"] = size
        if role_arn is None and not opts.urn:
            raise TypeError("Missing required property 'role_arn'")
        __props__.__dict__["role_arn"] = role_arn
        __props__.__dict__["password"] = None if password is None else pulumi.Output.secret(password)
        __props__.__dict__["parts"] = None
        secret_opts = pulumi.ResourceOptions(additional_secret_outputs=["password"])

    @_builtins.property
    @pulumi.getter
    def name(self) -> pulumi.Output[_builtins.str]: ...
    @_builtins.property
    @pulumi.getter
    def size(self) -> pulumi.Output[Optional[_builtins.int]]: ...
    @_builtins.property
    @pulumi.getter(name="roleArn")
    def role_arn(self) -> pulumi.Output[_builtins.str]: ...
    @_builtins.property
    @pulumi.getter
    def password(self) -> pulumi.Output[Optional[_builtins.str]]: ...
    @_builtins.property
    @pulumi.getter
    def parts(self) -> pulumi.Output[Sequence['outputs.ThingPart']]: ...
"""

_OUTPUTS = """
@pulumi.output_type
class ThingPart(dict):
    @_builtins.property
    @pulumi.getter(name="partId")
    def part_id(self) -> Optional[_builtins.str]: ...
    @_builtins.property
    @pulumi.getter
    def inner(self) -> Optional['outputs.ThingPart']: ...
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Write a package as the SDK's generator does."""
    (tmp_path / "x").mkdir()
    (tmp_path / "pulumi-plugin.json").write_text('{"version": "1.2.3"}')
    (tmp_path / "x" / "thing.py").write_text(_SOURCE)
    (tmp_path / "x" / "outputs.py").write_text(_OUTPUTS)
    return tmp_path


def test_a_resource_is_read_with_inputs_outputs_requirements_and_secrets(package: Path) -> None:
    assert read_package(package).resources == {
        "aws:x/thing:Thing": {
            "in": ["name", "password", "size"],
            "req": ["roleArn"],
            "out": {"parts": ["l", 0]},
            "comp": {"name": "s"},
            "secret": ["password"],
            "auto": "name",
        },
    }


def test_a_function_is_read_with_arguments_and_results(package: Path) -> None:
    assert read_package(package).functions == {"aws:x/getThing:getThing": {"in": ["name"], "out": {"fullName": "s"}}}


def test_a_shape_inside_itself_ends(package: Path) -> None:
    assert read_package(package).shapes == [{"partId": "s", "inner": "*"}]


def test_the_rendered_table_is_json_with_one_row_a_line_and_the_same_each_time(package: Path) -> None:
    text = render(read_package(package), "2026-01-02")
    assert text == render(read_package(package), "2026-01-02")
    loaded = json.loads(text)
    assert loaded["provenance"]["version"] == "1.2.3"
    assert loaded["provenance"]["counts"] == {"resources": 1, "functions": 1, "shapes": 1}
    assert sum(line.startswith('"aws:') for line in text.splitlines()) == 2


def test_changes_name_what_came_and_went(package: Path) -> None:
    text = render(read_package(package), "2026-01-02")
    assert "+ aws:x/thing:Thing" in changes("", text)
    assert "resources: 1 -> 1, 0 changed" in changes(text, text)
    assert "- aws:x/thing:Thing" in changes(text, text.replace("thing:Thing", "other:Other"))


def test_a_folder_that_is_not_the_sdk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no pulumi-plugin\.json in"):
        read_package(tmp_path)


def test_two_definitions_of_one_type_are_refused(package: Path) -> None:
    (package / "x" / "again.py").write_text(
        _SOURCE.replace('["size"] = size', '["length"] = size').replace("def size", "def length")
    )
    with pytest.raises(ValueError, match="defined twice"):
        read_package(package)


def test_a_table_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "types.json"
    target.write_text("old")
    write_atomically(target, "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("types.json", "new")]
