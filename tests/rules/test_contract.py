# SPDX-License-Identifier: Apache-2.0
"""Every rule keeps the form that makes it one file and one case file: id, page, programs, cases."""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from tests.rules.pack_harness import Registration, judge
from tests.rules.snippets import run
from tests.rules.test_cases import CASES, Loader

from guardrails.pack import discover
from guardrails.rule import HEADINGS, Enforcement, Rule, RuleDocs

RULES = [pytest.param(item, id=item.id) for item in discover()]


@cache
def registrations() -> dict[str, list[Registration]]:
    """Run every page's programs once."""
    headings: tuple[Literal["Bad", "Good"], ...] = ("Bad", "Good")
    return run({f"{rule.id} {heading}": rule.docs.snippet(heading) for rule in discover() for heading in headings})


@pytest.mark.parametrize("rule", RULES)
def test_id_is_area_and_file_name(rule: Rule[Any]) -> None:
    path = Path(inspect.getfile(rule.check))
    assert f"{path.parent.name}-{path.stem.replace('_', '-')}" == rule.id
    assert not path.stem.startswith(("no_", "disallow_", "ensure_"))


@pytest.mark.parametrize("rule", RULES)
def test_page_is_complete(rule: Rule[Any]) -> None:
    assert tuple(rule.docs.sections) == HEADINGS
    assert rule.docs.title


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_program_fires_the_rule(rule: Rule[Any]) -> None:
    """A rule that is off by default is switched on; others of its area may have their say about the same program."""
    config = {rule.family.name: {"rules": {rule.id: "advisory"}}} if rule.enforcement is Enforcement.DISABLED else {}
    found = judge(registrations()[f"{rule.id} Bad"], config=config)
    fired = {item["rule"] for item in found.findings}
    assert rule.id in fired
    assert {item.partition("-")[0] for item in fired} == {rule.id.partition("-")[0]}


@pytest.mark.parametrize("rule", RULES)
def test_the_good_program_fires_no_rule_and_leaves_nothing_open(rule: Rule[Any]) -> None:
    found = judge(registrations()[f"{rule.id} Good"])
    assert (found.findings, found.cannot_tell) == ([], [])


@pytest.mark.parametrize("rule", RULES)
def test_cases_hold_a_good_a_bad_and_an_unknown_one(rule: Rule[Any]) -> None:
    cases = yaml.load((CASES / f"{rule.id}.yaml").read_text("utf-8"), Loader)  # noqa: S506 - it is a SafeLoader
    assert any(case["expect"] for case in cases)
    assert any(not case["expect"] and "cannot_tell" not in case for case in cases)
    assert any("cannot_tell" in case for case in cases)


def test_every_case_file_belongs_to_a_rule() -> None:
    assert {item.id for item in discover()} == {path.stem for path in CASES.glob("*.yaml")}


@pytest.mark.parametrize(
    "text",
    ["", "Title", "Title.\n\n## What it does\nx", "Title.\n\n" + "\n\n".join(f"## {name}" for name in HEADINGS)],
)
def test_a_page_outside_the_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="in this order, none empty"):
        RuleDocs.parse(text)


def test_a_section_without_a_program_is_refused() -> None:
    page = RuleDocs.parse("Title.\n\n" + "\n\n".join(f"## {name}\nwords" for name in HEADINGS))
    with pytest.raises(ValueError, match="needs a program"):
        page.snippet("Bad")
