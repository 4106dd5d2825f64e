# SPDX-License-Identifier: Apache-2.0
"""Large stacks: each form keeps within the limits of those who show it, and says what it left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from tests.report.stack import READER, RICH, WILDCARD, verdict

from stackproof.model import Outcome, Verdict
from stackproof.report import sarif
from stackproof.report.formats import Format, render
from stackproof.report.markdown import sections

MANY = replace(
    RICH,
    verdicts=tuple(
        verdict("least-privilege", f"{READER}{index}", Verdict.FAIL, replace(WILDCARD, key=f"k{index}", line=index + 1))
        for index in range(500)
    ),
)


def test_a_comment_on_500_findings_fits_and_counts_the_rest() -> None:
    """GitHub takes 65,536 characters of a comment, and counts them as characters."""
    text = render(Format.MARKDOWN, Outcome((MANY,)))
    shown = text.count("**✗ `iam-service-wildcard[")
    (more,) = re.findall(r"\*\*And ([\d,]+) more\*\* that do not fit here: [\d,]+ blocks\.", text)
    assert len(text) <= 65_536
    assert shown + int(more) == 500
    assert text.count("<details>") == text.count("</details>")


def test_three_large_stacks_share_one_report_of_a_comment_each() -> None:
    """None is left out for the sake of another."""
    stacks = tuple(replace(MANY, stack=name) for name in ("dev", "staging", "prod"))
    text = render(Format.MARKDOWN, Outcome(stacks))
    assert len(text) <= 65_536
    assert list(sections(text)) == ["shop/dev", "shop/staging", "shop/prod"]
    assert "".join(sections(text).values()) == text
    assert re.findall(r"^## ✗ shop · (\w+): violated", text, re.MULTILINE) == ["dev", "staging", "prod"]


def test_annotations_stay_within_ten_of_a_level_and_the_tenth_counts_the_rest() -> None:
    lines = render(Format.GITHUB, Outcome((MANY,))).splitlines()
    errors = [one for one in lines if one.startswith("::error")]
    assert len(errors) == 10
    assert errors[-1].startswith("::error title=491 more::")


def test_code_scanning_gets_as_many_results_as_it_keeps() -> None:
    """And the run says that there are more."""
    grown = replace(MANY, verdicts=MANY.verdicts * 11)
    (run,) = json.loads(render(Format.SARIF, Outcome((grown,))))["runs"]
    assert len(run["results"]) == sarif.LIMIT
    assert "500 more results" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
