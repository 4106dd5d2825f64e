# SPDX-License-Identifier: Apache-2.0
"""What a rule's page shows is what the linter says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from stackproof.lint import rules
from stackproof.rulebook import discover

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.audit import Audit
    from stackproof.rulebook import Rule

RULES = discover(rules)


def shown(rule: Rule[Any], heading: str) -> str:
    """Give the one program that a section of a page holds."""
    [program] = re.findall(r"^```python\n(.*?)^```$", rule.page.sections[heading], re.MULTILINE | re.DOTALL)
    return str(program)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_program_breaks_this_rule_alone(rule: Rule[Any], judge: Callable[[str], Audit]) -> None:
    assert {finding.rule for finding in judge(shown(rule, "Bad")).findings} == {rule.id}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_good_program_breaks_no_rule(rule: Rule[Any], judge: Callable[[str], Audit]) -> None:
    assert [finding.rule for finding in judge(shown(rule, "Good")).findings] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_named_after_its_module_and_cites_its_sources(rule: Rule[Any]) -> None:
    module = rule.check.__module__.rpartition(".")[2]
    links = re.findall(r"https://\S+", rule.page.sections["References"])
    assert (rule.id, bool(links)) == (module.replace("_", "-"), True)
