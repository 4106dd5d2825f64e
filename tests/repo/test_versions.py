# SPDX-License-Identifier: Apache-2.0
"""Versions stand once: pyproject.toml bounds them, requirements.lock pins them, everything else agrees."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import lock

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def bounds(pyproject: str) -> list[Requirement]:
    """Read every requirement of a pyproject.toml's text that a session installs: the project's and its groups'."""
    tables = tomllib.loads(pyproject)
    groups = [items for name, items in tables["dependency-groups"].items() if name not in {"peers", "refresh"}]
    listed = chain(tables["project"]["dependencies"], *groups)
    return [Requirement(item) for item in listed if isinstance(item, str)]


def outside(required: list[Requirement], pins: dict[str, str]) -> list[str]:
    """List the requirements that no pin satisfies."""
    found = {str(item): pins.get(canonicalize_name(item.name)) for item in required}
    return [
        f"{item}: {found[str(item)] or 'no pin'}"
        for item in required
        if not (pin := found[str(item)]) or not item.specifier.contains(pin, prereleases=True)
    ]


def unhashed(text: str) -> list[str]:
    """List the pins of a lock file's text that carry no hash."""
    entries = re.split(r"\n(?=[^\s#])", text)
    return [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]


def test_every_bound_admits_the_pin() -> None:
    assert outside(bounds((ROOT / "pyproject.toml").read_text(encoding="utf-8")), lock.pins(LOCK)) == []


def test_the_pack_asks_for_the_pinned_versions() -> None:
    """A published pack is installed from its own file, so that file repeats pins, and must repeat the same ones."""
    lines = (ROOT / "policies" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    assert [str(item) for item in asked if not re.fullmatch(r"==[^*,]+", str(item.specifier))] == []
    assert outside(asked, lock.pins(LOCK)) == []


@pytest.mark.parametrize("name", ["stack.yml", "drift.yml"])
def test_the_command_line_that_deploys_is_as_old_as_the_sdk(name: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    versions = {step["with"]["pulumi-version"] for step in steps if "pulumi-version" in step.get("with", {})}
    assert versions == {lock.pins(LOCK)["pulumi"]}


@pytest.mark.parametrize("name", ["pr.yml"])
def test_the_installer_is_the_pinned_one(name: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    assert {step["with"]["version"] for step in steps if "setup-uv" in step.get("uses", "")} == {lock.pins(LOCK)["uv"]}


def test_every_pin_has_a_hash_and_none_names_an_index() -> None:
    assert unhashed(LOCK) == []
    assert re.findall(r"^.*(?:://|--index|--find-links).*$", LOCK, re.MULTILINE) == []


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ({"py-yaml": "6.0.3"}, []),
        ({"py-yaml": "7.0"}, ["py_yaml<7: 7.0"]),
        ({}, ["py_yaml<7: no pin"]),
    ],
)
def test_a_pin_outside_of_its_bound_is_named(pins: dict[str, str], expected: list[str]) -> None:
    assert outside([Requirement("py_yaml<7")], pins) == expected


def test_requirements_are_read_from_the_project_and_from_every_group() -> None:
    text = '[project]\ndependencies = ["a>1"]\n[dependency-groups]\nb = ["c"]\nd = [{include-group = "b"}, "e[x]"]\n'
    assert [str(item) for item in bounds(text)] == ["a>1", "c", "e[x]"]


def test_a_pin_without_hash_is_named() -> None:
    assert unhashed("# head\na==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]
