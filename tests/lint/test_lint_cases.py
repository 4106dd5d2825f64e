# SPDX-License-Identifier: Apache-2.0
"""Every rule finds what its cases mark, and nothing in the nearest correct code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stackproof.lint import rules
from stackproof.rulebook import discover

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.audit import Audit

CASES = Path(__file__).with_name("cases")
PRELUDE = "import pulumi\nimport pulumi_aws as aws\n\n"


def cases(kind: str) -> list[Any]:
    """Give every case of a kind with its rule."""
    return [
        pytest.param(file.stem, case["code"], id=f"{file.stem}: {case['name']}")
        for file in sorted(CASES.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))[kind]
    ]


def program(code: str) -> str:
    """Put the usual imports above a snippet that has none, below what says where it stands."""
    if "import pulumi\n" in code:
        return code
    lines = code.splitlines(keepends=True)
    count = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[:count]) + PRELUDE + "".join(lines[count:])


def found(audit: Audit, rule: str) -> list[int]:
    return sorted({finding.line for finding in audit.findings if finding.rule == rule})


@pytest.mark.parametrize(("rule", "code"), cases("fires"))
def test_a_rule_finds_the_marked_lines_and_no_others(rule: str, code: str, judge: Callable[[str], Audit]) -> None:
    text = program(code)
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# !")]
    if rule == "config-key-unread":  # the first line of the snippet says which file the next ones are
        marked = [number - 1 for number in marked]
    assert (found(judge(text), rule), bool(marked)) == (marked, True)


@pytest.mark.parametrize(("rule", "code"), cases("silent"))
def test_a_rule_is_silent_on_the_nearest_correct_code(rule: str, code: str, judge: Callable[[str], Audit]) -> None:
    assert found(judge(program(code)), rule) == []


def test_every_rule_has_at_least_five_cases_of_each_kind() -> None:
    """Two rules are about files, not about code, and have tests of their own."""
    apart = {"unreadable-source", "unsound-suppression"}
    few = []
    for rule in discover(rules):
        file = CASES / f"{rule.id}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {"fires": [], "silent": []}
        if rule.id not in apart and min(len(content["fires"]), len(content["silent"])) < 5:
            few.append(rule.id)
    assert few == []
