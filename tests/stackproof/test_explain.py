# SPDX-License-Identifier: Apache-2.0
"""A rule's page on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.stack import RICH
from typer.testing import CliRunner

from stackproof.cli import app
from stackproof.errors import UsageError
from stackproof.pages import pages, read_page

POLICIES = Path(__file__).parents[2] / "policies"
PAGE = "# some-rule\n\n**Thing is wrong.** high · advisory · CIS 1.2\n\n## What it does\n\nFlags \x1b[31mit.\n"


def test_a_rule_is_explained_by_its_id_also_with_a_key_behind_it() -> None:
    """As it was copied from a report."""
    done = CliRunner().invoke(app, ["explain", "iam-service-wildcard[Action::s3:*]", "--policy-pack", str(POLICIES)])
    assert done.exit_code == 0
    assert done.stdout.startswith("# iam-service-wildcard\n\n**Policy allows every action of a service.** high")
    assert "## Exemptions" in done.stdout
    assert done.stdout.endswith("/policies/docs/iam-service-wildcard.md\n")


def test_a_slip_of_the_pen_is_answered_with_what_was_meant() -> None:
    done = CliRunner().invoke(app, ["explain", "iam-servce-wildcard", "--policy-pack", str(POLICIES)])
    assert isinstance(done.exception, UsageError)
    assert "did you mean iam-service-wildcard" in str(done.exception)


def test_the_tooling_s_own_rules_are_explained_too(tmp_path: Path) -> None:
    for rule in ("deploy-after-failed-gate", "environment-self-review"):
        done = CliRunner().invoke(app, ["explain", rule, "--policy-pack", str(tmp_path)])
        assert done.stdout.startswith(f"# {rule}\n")


def test_a_rule_of_another_pack_is_asked_for_by_its_pack(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["explain", "zzzz", "--policy-pack", str(tmp_path)])
    assert str(done.exception) == "there is no rule 'zzzz' here; name the pack that has it with --policy-pack"


def test_a_page_of_anybody_s_is_shown_without_what_controls_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "some-rule.md").write_text(PAGE, "utf-8")
    done = CliRunner().invoke(app, ["explain", "some-rule", "--policy-pack", str(tmp_path)])
    assert "Flags \\x1b[31mit." in done.stdout


@pytest.mark.parametrize("text", ["", "# x\n", "# x\n\n**T.** grave · mandatory\n", "x" * 300_000, b"\xff\xfe"])
def test_what_is_no_page_is_left_out(tmp_path: Path, text: str | bytes) -> None:
    """A report without an explanation is still a report."""
    file = tmp_path / "x.md"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    assert read_page(file) is None


def test_a_rule_s_name_cannot_lead_out_of_the_pack() -> None:
    """Packs name rules as they like."""
    assert pages(RICH.packs, ["../../etc/passwd", "a/b", ""]) == ()
