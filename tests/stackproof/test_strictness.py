# SPDX-License-Identifier: Apache-2.0
"""What blocks at which stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UsageError
from stackproof.model import Strictness
from stackproof.settings import load_settings
from stackproof.strictness import FailOn, strictness

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("stack", "unproven"), [("dev", False), ("prod", True), ("staging", True), ("dev-eu", True), ("production", True)]
)
def test_by_default_what_is_unproven_blocks_everywhere_but_in_dev(stack: str, unproven: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    assert strictness(stack, {}, None) == Strictness(unproven, advisory=False, origin=f"default for stack {stack}")


def test_settings_replace_the_default_and_the_command_line_both(tmp_path: Path) -> None:
    """And the report can say which of them it was."""
    file = tmp_path / "pyproject.toml"
    table = "[tool.stackproof.stacks"
    file.write_text(f'{table}.dev]\nunproven = "block"\n{table}.prod]\nadvisory = "block"\n')
    stacks = load_settings(file).stacks
    assert strictness("dev", stacks, None) == Strictness(origin="stacks.dev in pyproject.toml")
    assert strictness("prod", stacks, None) == Strictness(advisory=True, origin="stacks.prod in pyproject.toml")
    assert strictness("prod", stacks, FailOn.VIOLATION) == Strictness(unproven=False, origin="--fail-on violation")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('unproven = "no"', 'stacks.prod.unproven must be "block" or "warn", not \'no\''),
        ("advisory = true", 'stacks.prod.advisory must be "block" or "warn", not True'),
        ('unprovn = "warn"', "stacks.prod.unprovn is not a setting; allowed here: advisory, unproven"),
    ],
)
def test_what_is_no_strictness_is_refused_with_its_place(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "stackproof.toml"
    file.write_text(f"[stacks.prod]\n{line}\n")
    with pytest.raises(UsageError) as refused:
        load_settings(file)
    assert words in str(refused.value)
