# SPDX-License-Identifier: Apache-2.0
"""Each rule's page is true: its bad workflow is found by that rule alone, where it differs from the good one."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import pytest

from stackproof.pipeline.gatecheck import rules
from stackproof.pipeline.gatecheck.judge import judge
from stackproof.rulebook import HEADINGS, discover
from stackproof.settings import GatecheckSettings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stackproof.audit import Audit
    from stackproof.pipeline.gatecheck.roles import Pipeline
    from stackproof.rulebook import Rule

RULES = discover(rules)
FILES = {"yaml": ".github/workflows/pipeline.yml", "python": "noxfile.py"}
ABSENT = {  # the key that is missing has no line; the finding stands where its owner begins
    "aggregator-incomplete": "  policy:",
    "aggregator-accepts-skips": "  gate:",
    "aggregator-skippable": "  gate:",
    "approval-dropped-by-next-run": "    concurrency: ",
    "deploy-without-environment": "  prod:",
    "deploy-without-policy": "      - run: stackproof plan apply ",
    "deploy-without-verified-plan": "      - run: pulumi up ",
    "deploy-on-untrusted-event": "  push:",
    "dispatch-from-any-branch": "  workflow_dispatch:",
    "merge-group-missing": "  pull_request:",
    "pull-request-missing": "  merge_group:",
    "role-without-identity-token": "      - uses: aws-actions/configure-aws-credentials",
    "stack-without-concurrency": "  prod:",
    "report-only-on-success": "      - run: cat ",
}


def write(root: Path, section: str) -> dict[str, str]:
    """Write the code blocks of a section as the files they stand for, and give them by their kind."""
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
    for kind, text in blocks.items():
        path = root / FILES[kind]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return blocks


def found(audit: Audit) -> set[str]:
    assert audit.problems == ()
    return {finding.rule for finding in audit.findings}


def changed(bad: str, good: str) -> Iterable[int]:
    """Give the lines of the bad text that are not in the good one."""
    matcher = difflib.SequenceMatcher(None, bad.splitlines(), good.splitlines(), autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        yield from range(start + 1, end + 1) if kind in {"replace", "delete"} else ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_example_is_found_by_its_rule_alone_and_where_it_is(rule: Rule[Pipeline], tmp_path: Path) -> None:
    sections = rule.page.sections
    blocks = write(tmp_path, sections["Bad"])
    audit = judge([tmp_path], GatecheckSettings())
    assert found(audit) == {rule.id}
    [finding] = audit.findings
    kind = "python" if finding.file.endswith(".py") else "yaml"
    good = dict(re.findall(r"^```(\w+)\n(.*?)^```$", sections["Good"], re.MULTILINE | re.DOTALL))
    if rule.id in ABSENT:
        assert blocks[kind].splitlines()[finding.line - 1].startswith(ABSENT[rule.id])
    else:
        assert finding.line in set(changed(blocks[kind], good[kind]))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_good_example_is_clean(rule: Rule[Pipeline], tmp_path: Path) -> None:
    write(tmp_path, rule.page.sections["Good"])
    assert found(judge([tmp_path], GatecheckSettings())) == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_documented_under_its_file_s_name(rule: Rule[Pipeline]) -> None:
    assert tuple(rule.page.sections) == HEADINGS
    assert rule.check.__module__.rpartition(".")[2] == rule.id.replace("-", "_")
