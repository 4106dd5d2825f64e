# SPDX-License-Identifier: Apache-2.0
"""The text report as a reader gets it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from tests.report.stack import ADVICE, EXEMPTED, QUEUE, READER, REPO, RICH, WILDCARD, resource, verdict

from stackproof.model import Change, Deletion, Preview, Verdict
from stackproof.report import text


def rendered(preview: Preview) -> str:
    """Write the text report as a file or a pipe gets it."""
    file = io.StringIO()
    text.write(Console(file=file, width=80, highlight=False), preview)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def test_a_narrow_terminal_wraps_under_the_indent() -> None:
    """Nothing is cut off."""
    file = io.StringIO()
    text.write(Console(file=file, width=44, highlight=False, force_terminal=True, color_system=None), RICH)
    lines = file.getvalue().splitlines()
    start = next(i for i, line in enumerate(lines) if "policy.Statement[0].Action[0]:" in line)
    assert all(len(line) <= 44 for line in lines[start : start + 2])
    assert lines[start + 1].startswith("    ")
    assert " ".join(line.strip() for line in lines[start : start + 2]).endswith("grants every action of CodeCommit")


def test_a_narrow_pipe_breaks_no_line() -> None:
    """So that each can be searched."""
    assert "    policy.Statement[0].Action[0]: grants every action of CodeCommit\n" in rendered(RICH)


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"verdicts": ()}, "✓ proven: prod · every policy holds on every resource (exit code 0)"),
        (
            {"verdicts": (verdict("sids", READER, Verdict.FAIL, ADVICE),)},
            "✓ proven: prod · nothing that blocks; 1 finding above to think about (exit code 0)",
        ),
        (
            {"verdicts": (verdict("alarms", QUEUE, Verdict.EXEMPTED, EXEMPTED),)},
            "✓ proven: prod · nothing that blocks; 1 let through (exit code 0)",
        ),
        (
            {"verdicts": (verdict("naming", READER, Verdict.UNPROVEN),)},
            "? unproven: prod · nothing is violated, but not everything could be judged (exit code 3)",
        ),
        (
            {"problems": ("the program failed: boom",), "program_output": "printed by it"},
            "✗ not judged: prod · the program did not run to its end, so nothing here counts as a pass (exit code 4)",
        ),
        (
            {"problems": ("the program does not accept its configuration: x",), "configuration_error": True},
            "✗ configuration: prod · mend the configuration named above (exit code 2)",
        ),
    ],
)
def test_the_last_line_says_how_it_ended(changes: dict[str, object], last: str) -> None:
    """In words as well as by the exit code."""
    report = rendered(replace(RICH, **changes))  # type: ignore[arg-type]  # the fields' own types, by name
    assert report.splitlines()[-1] == last


def test_where_unproven_only_warns_the_report_still_tells_it() -> None:
    """A stack that is not strict ends well, and does not say that all is proven."""
    lenient = replace(RICH.strictness, unproven=False, origin="default for stack dev")
    found = rendered(
        replace(RICH, verdicts=(verdict("naming", READER, Verdict.UNPROVEN, reason="why"),), strictness=lenient)
    )
    assert "? unproven  naming  neither pass could tell" in found
    assert "blocks on mandatory violations (default for stack dev)\n" in found
    assert found.endswith("nothing that blocks; 1 finding above to think about (exit code 0)\n")


def test_a_program_that_failed_is_quoted() -> None:
    """Its own output is where the cause stands."""
    report = rendered(replace(RICH, problems=("the program failed: boom",), program_output="printed by it\nand this"))
    assert "✗ the program failed: boom" in report
    assert "    printed by it\n    and this\n" in report


def test_what_only_the_resolved_pass_could_read_is_named() -> None:
    """The reader learns what rests on synthesised values."""
    passed = replace(RICH.verdicts[2], verdict=Verdict.PASS, findings=())
    assert "  reader: policy\n" in rendered(replace(RICH, verdicts=(passed,)))


def test_a_pass_that_ran_alone_is_not_compared_with_pulumi_s_preview() -> None:
    """What the other pass would have seen is not known."""
    report = rendered(replace(RICH, passes=("resolved",)))
    assert "preview" not in report
    assert "? unproven  naming-suffix  the only pass that ran could not tell\n" in report


def test_of_a_faithful_pass_alone_the_way_to_a_proof_is_the_other_pass() -> None:
    found = rendered(replace(RICH, passes=("faithful",), verdicts=(verdict("n", READER, Verdict.UNPROVEN),)))
    assert "to prove it: run the resolved pass as well (--pass both)" in found


def changed() -> Preview:
    """Make a stack over a state, with one resource of each change."""
    changes = (
        Change("create"),
        Change("import"),
        Change("update", ("size", "tags")),
        Change("replace", ("size",), "replaced on changes of size"),
        Change("same"),
        Change("same", (), "not compared: key"),
        None,
    )
    resources = tuple(
        resource(f"urn:pulumi:prod::shop::test:index:Thing::{index}", 1, change=change)
        for index, change in enumerate(changes)
    )
    gone = Deletion("urn:pulumi:prod::shop::test:index:Thing::gone", "test:index:Thing", "gone")
    kept = replace(gone, name="kept", note="protected, so the update would refuse")
    return replace(RICH, resources=resources, verdicts=(), deletions=(gone, kept))


def test_what_an_update_would_do_is_told_where_a_state_was_given() -> None:
    """In one line, and what is not plain below it."""
    report = rendered(changed())
    begin = report.index("against the state")
    assert report[begin : report.index("\n\n", begin)] == (
        "against the state: 1 to create · 1 to import · 1 to update (or replace) · 1 to replace · 2 to delete · "
        "2 unchanged\n"
        "  + test:index:Thing 0\n"
        "  = test:index:Thing 1\n"
        "  ~ test:index:Thing 2 (size, tags)\n"
        "  ± test:index:Thing 3 (size; replaced on changes of size)\n"
        "  · test:index:Thing 5 (not compared: key)\n"
        "  - test:index:Thing gone\n"
        "  - test:index:Thing kept (protected, so the update would refuse)"
    )
    assert "against the state" not in rendered(RICH)


def test_a_long_list_of_changes_is_cut() -> None:
    many = tuple(Deletion(f"{REPO}{index}", "a:b:C", str(index)) for index in range(25))
    report = rendered(replace(RICH, deletions=many))
    assert ("  - a:b:C 19\n  and 5 more resources" in report, "  - a:b:C 20" in report) == (True, False)


def test_findings_come_by_severity_whatever_order_the_verdicts_have() -> None:
    """The gravest is read first."""
    worst = replace(WILDCARD, rule="zz-worst", severity="critical", urn=REPO, file="a.py", line=9)
    found = rendered(replace(RICH, verdicts=(*RICH.verdicts, verdict("last", REPO, Verdict.FAIL, worst))))
    assert found.index("zz-worst") < found.index("iam-service-wildcard") < found.index("naming-suffix[name]")


def test_how_to_let_a_finding_through_is_said_of_those_alone_that_can_be() -> None:
    """A command that the pack would refuse is no advice."""
    never = replace(WILDCARD, rule="iam-trust-anyone", exemptable=False)
    lines = rendered(replace(RICH, verdicts=(verdict("lp", READER, Verdict.FAIL, WILDCARD, never),))).splitlines()
    told = [line.strip() for line in lines if "exempt:" in line]
    assert told == ["exempt: stackproof exempt a318bc5959d9 --report FILE"]
