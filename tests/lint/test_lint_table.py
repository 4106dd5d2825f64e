# SPDX-License-Identifier: Apache-2.0
"""The table of pulumi_aws's names says what the installed package says."""

from __future__ import annotations

import importlib.util
import json
import shutil
from importlib import resources
from pathlib import Path

import pytest

from stackproof import lint
from stackproof.lint.table import Names, changes, names, read_package, render

FILE = resources.files(lint).joinpath("data", "pulumi_aws.json").read_text(encoding="utf-8")


def package() -> Path:
    found = importlib.util.find_spec("pulumi_aws")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def test_the_table_is_of_the_installed_version() -> None:
    manifest = json.loads((package() / "pulumi-plugin.json").read_text(encoding="utf-8"))
    assert json.loads(FILE)["provenance"]["version"] == manifest["version"]


@pytest.mark.parametrize("module", ["s3", "iam", "codecommit", "cloudwatch", "lambda_"])
def test_a_module_s_rows_are_those_of_its_source(module: str, tmp_path: Path) -> None:
    shutil.copytree(package() / module, tmp_path / module, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pulumi-plugin.json").write_text('{"version": "1"}')
    _, table = read_package(tmp_path)
    found = (table.resources[module], table.functions[module])
    assert found == (names().resources[module], names().functions[module])


@pytest.mark.parametrize(
    ("name", "attribute", "expected"),
    [
        ("pulumi_aws.s3.Bucket", "arn", True),
        ("pulumi_aws.s3.Bucket", "website_endpoint", True),
        ("pulumi_aws.s3.Bucket", "id", True),
        ("pulumi_aws.s3.Bucket", "register_outputs", False),
        ("pulumi_aws.Provider", "region", True),
        ("pulumi_aws.ec2.Vpc", "default_security_group_id", True),
    ],
)
def test_attributes_of_resources_are_known(name: str, attribute: str, expected: object) -> None:
    assert (attribute in (names().attributes(name) or ())) is expected


@pytest.mark.parametrize(
    "name", ["pulumi_aws.s3.BucketArgs", "pulumi_aws.s3", "pulumi_aws.get_region", "pulumi_aws.s3.X"]
)
def test_what_is_no_resource_is_none(name: str) -> None:
    assert names().attributes(name) is None


def test_names_of_the_package_are_told_from_others() -> None:
    asked = (
        "pulumi_aws.s3",
        "pulumi_aws.s3.Bucket",
        "pulumi_aws.get_region",
        "pulumi_aws.s3.get_bucket",
        "pulumi_aws.x",
    )
    assert [names().holds(name) for name in asked] == [True, True, True, True, False]


def test_changes_name_what_came_went_and_differs() -> None:
    before = render("1", Names({"s3": {"Bucket": "arn", "Old": "id"}}, {"s3": "get_bucket"}))
    after = render("2", Names({"s3": {"Bucket": "arn id", "New": "id"}}, {"s3": "get_bucket get_object"}))
    assert changes(before, after) == ["+ s3.New", "+ s3.get_object()", "- s3.Old", "~ s3.Bucket", "names: 3 -> 4"]
    assert changes("", before)[-1] == "names: 0 -> 3"


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give the folder of an installed pulumi_aws"):
        read_package(tmp_path)
