# SPDX-License-Identifier: Apache-2.0
"""Reports as a reader gets them: every verdict in one stack, word for word."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from stackproof.model import (
    Change,
    Deletion,
    Finding,
    LogLine,
    PolicyInfo,
    PolicyPack,
    PolicyVerdict,
    Preview,
    Resource,
    SourcePosition,
    Unproven,
    Verdict,
)
from stackproof.report import json_report, text
from stackproof.verdicts import FailOn

URN = "urn:pulumi:prod::shop::aws:iam/policy:Policy::reader"
REPO = "urn:pulumi:prod::shop::aws:codecommit/repository:Repository::docs"


def resource(urn: str, line: int) -> Resource:
    """Make a resource of the program's main file."""
    type_, name = urn.split("::")[2:]
    return Resource(
        urn=urn,
        type=type_,
        name=name,
        custom=True,
        parent="",
        provider="",
        inputs={"password": "never printed"},
        outputs={},
        dependencies=(),
        property_dependencies={},
        source=SourcePosition("__main__.py", line),
    )


def policy(name: str, **changes: object) -> PolicyInfo:
    """Make a mandatory resource policy."""
    made = PolicyInfo(name, "mandatory", False, "said", "", "", "", "", reports_unknowns=True, declared="mandatory")  # noqa: FBT003 (a field)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields' own types, by name


FINDING = Finding(
    rule="iam-service-wildcard",
    key="Action::codecommit:*",
    severity="high",
    enforcement="mandatory",
    message="grants every action of CodeCommit",
    remedy="name the actions",
    url="https://example.com/rule",
    path="policy.Statement[0].Action",
    urn=URN,
    file="__main__.py",
    line=12,
)
PREVIEW = Preview(
    project="shop",
    stack="prod",
    engine="embedded",
    commit="0" * 40,
    passes=("faithful", "resolved"),
    packs=(
        PolicyPack(
            "rules",
            "1.0.0",
            Path("/rules"),
            "a" * 64,
            (policy("least-privilege"), policy("naming"), policy("old", enforcement="disabled")),
        ),
    ),
    resources=(resource(REPO, 7), resource(URN, 12)),
    verdicts=(
        PolicyVerdict("rules", "naming", REPO, "aws:codecommit/repository:Repository", "docs", Verdict.PASS),
        PolicyVerdict(
            "rules",
            "least-privilege",
            REPO,
            "aws:codecommit/repository:Repository",
            "docs",
            Verdict.NOT_APPLICABLE,
            reason="no document",
        ),
        PolicyVerdict(
            "rules",
            "least-privilege",
            URN,
            "aws:iam/policy:Policy",
            "reader",
            Verdict.FAIL,
            findings=(
                FINDING,
                replace(FINDING, rule="iam-sid", key="", enforcement="advisory", severity="low", path=""),
            ),
            unproven=(Unproven("policy", (REPO,)),),
            judged_in="resolved",
        ),
        PolicyVerdict(
            "rules",
            "naming",
            URN,
            "aws:iam/policy:Policy",
            "reader",
            Verdict.UNPROVEN,
            unproven=(Unproven("name", (REPO,)),),
            judged_in="resolved",
        ),
    ),
    problems=(),
    notices=("policy naming is advisory by configuration; pack guardrails declares it mandatory",),
    configuration_error=False,
    program_output="",
    log=(LogLine("info", "hello"),),
    assumptions=("aws:ec2/getAmi:getAmi was answered with an invented image",),
    seconds=2.04,
)

EXPECTED = """\
shop · prod   2 resources · rules 1.0.0 · embedded engine, faithful + resolved · 2.0 s

✗ iam-service-wildcard[Action::codecommit:*]  high, mandatory
    __main__.py:12  aws:iam/policy:Policy reader
    policy.Statement[0].Action: grants every action of CodeCommit
    fix: name the actions
    see: https://example.com/rule
! iam-sid  low, advisory
    __main__.py:12  aws:iam/policy:Policy reader
    grants every action of CodeCommit
    fix: name the actions
    see: https://example.com/rule
    Pulumi's own preview cannot judge this (policy is unknown there) and would have let it pass

? unproven  naming  neither pass could tell
    __main__.py:12  aws:iam/policy:Policy reader
    name is unknown, it comes from docs

policy            ✗ fail   ? unproven   ✓ pass   beyond preview
least-privilege        1            ·        ·                1
naming                 ·            1        1                ·
old (disabled)

! policy naming is advisory by configuration; pack guardrails declares it mandatory

assumed: aws:ec2/getAmi:getAmi was answered with an invented image

✗ violated: prod · mend the findings above (exit code 1)
"""


def rendered(preview: Preview, fail_on: str = FailOn.UNPROVEN) -> str:
    """Write the text report as a file or a pipe gets it."""
    file = io.StringIO()
    text.write(Console(file=file, width=80, highlight=False), preview, fail_on)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def test_the_text_report_says_what_blocks_first_and_how_to_mend_it() -> None:
    """One stack with every verdict; a narrow pipe breaks no line, so that each can be searched."""
    assert rendered(PREVIEW) == EXPECTED


def test_a_narrow_terminal_wraps_under_the_indent() -> None:
    """Nothing is cut off."""
    file = io.StringIO()
    text.write(
        Console(file=file, width=40, highlight=False, force_terminal=True, color_system=None), PREVIEW, "unproven"
    )
    lines = file.getvalue().splitlines()
    assert all(len(line) <= 40 for line in lines)
    start = next(i for i, line in enumerate(lines) if "policy.Statement[0].Action:" in line)
    assert lines[start + 1].startswith("    ")
    assert " ".join(line.strip() for line in lines[start : start + 2]).endswith("grants every action of CodeCommit")


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"verdicts": ()}, "✓ proven: prod · every policy holds on every resource (exit code 0)"),
        (
            {"verdicts": (replace(PREVIEW.verdicts[2], findings=PREVIEW.verdicts[2].findings[1:]),)},
            "✓ proven: prod · nothing that blocks; 1 finding above to think about (exit code 0)",
        ),
        (
            {"verdicts": PREVIEW.verdicts[3:]},
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
    report = rendered(replace(PREVIEW, **changes))  # type: ignore[arg-type]  # the fields' own types, by name
    assert report.splitlines()[-1] == last


def test_a_program_that_failed_is_quoted() -> None:
    """Its own output is where the cause stands."""
    report = rendered(
        replace(PREVIEW, problems=("the program failed: boom",), program_output="printed by it\nand this")
    )
    assert "✗ the program failed: boom" in report
    assert "    printed by it\n    and this\n" in report


def test_what_only_the_resolved_pass_could_read_is_named() -> None:
    """The reader learns what rests on synthesised values."""
    passed = replace(PREVIEW.verdicts[2], verdict=Verdict.PASS, findings=())
    assert "  reader: policy\n" in rendered(replace(PREVIEW, verdicts=(passed,)))


def test_a_pass_that_ran_alone_is_not_compared_with_pulumi_s_preview() -> None:
    """What the other pass would have seen is not known."""
    report = rendered(replace(PREVIEW, passes=("resolved",)))
    assert "preview" not in report
    assert "? unproven  naming  the only pass that ran could not tell\n" in report
    assert "least-privilege        1            ·        ·\n" in report


def test_the_json_report_fits_its_schema_and_prints_no_values() -> None:
    """Inputs may hold secrets."""
    line = json_report.render(PREVIEW, FailOn.UNPROVEN)
    document = json.loads(line)
    jsonschema.Draft202012Validator.check_schema(json_report.schema())
    jsonschema.validate(document, json_report.schema(), jsonschema.Draft202012Validator)
    assert "never printed" not in line
    assert "\n" not in line
    assert (document["exitCode"], document["summary"]["fail"], document["summary"]["not-applicable"]) == (1, 1, 1)
    assert document["findings"][0] == {
        "rule": "iam-service-wildcard",
        "key": "Action::codecommit:*",
        "severity": "high",
        "enforcement": "mandatory",
        "file": "__main__.py",
        "line": 12,
        "path": "policy.Statement[0].Action",
        "urn": URN,
        "message": "grants every action of CodeCommit",
        "remedy": "name the actions",
        "url": "https://example.com/rule",
    }


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
        replace(resource(f"urn:pulumi:prod::shop::test:index:Thing::{index}", 1), change=change)
        for index, change in enumerate(changes)
    )
    gone = Deletion("urn:pulumi:prod::shop::test:index:Thing::gone", "test:index:Thing", "gone")
    kept = replace(gone, name="kept", note="protected, so the update would refuse")
    return replace(PREVIEW, resources=resources, verdicts=(), deletions=(gone, kept))


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
    assert "against the state" not in rendered(PREVIEW)


def test_a_long_list_of_changes_is_cut() -> None:
    many = tuple(Deletion(f"{URN}{index}", "a:b:C", str(index)) for index in range(25))
    report = rendered(replace(PREVIEW, deletions=many))
    assert ("  - a:b:C 19\n  and 5 more resources" in report, "  - a:b:C 20" in report) == (True, False)


def test_changes_are_in_the_json_report_too() -> None:
    document = json.loads(json_report.render(changed(), "unproven"))
    jsonschema.validate(document, json_report.schema(), jsonschema.Draft202012Validator)
    found = {one["name"]: one.get("change") for one in document["resources"]}
    assert (found["0"], found["3"], found["6"]) == (
        {"kind": "create", "properties": []},
        {"kind": "replace", "properties": ["size"], "note": "replaced on changes of size"},
        None,
    )
    assert [(one["name"], one.get("note")) for one in document["deletions"]] == [
        ("gone", None),
        ("kept", "protected, so the update would refuse"),
    ]
