# SPDX-License-Identifier: Apache-2.0
"""The table from two passes to a verdict, case by case."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from stackproof.model import (
    Analysis,
    Deletion,
    Diagnostic,
    Exemption,
    Finding,
    Job,
    LogLine,
    PackSource,
    Pass,
    PassName,
    PolicyInfo,
    PolicyPack,
    PolicyVerdict,
    Preview,
    Program,
    ProgramEnd,
    Resource,
    SourcePosition,
    Unproven,
    Verdict,
)
from stackproof.report import json_report
from stackproof.strictness import FailOn
from stackproof.verdicts import blocking, exit_code, judge
from stackproof.wire import secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackproof.model import Enforcement

STACK = "urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev"
REPO = "urn:pulumi:dev::proj::aws:codecommit/repository:Repository::docs"
ROLE = "urn:pulumi:dev::proj::aws:iam/rolePolicy:RolePolicy::contributor"
PROGRAM = Program(
    Path("/p"), Path("/p"), Path("/p/__main__.py"), "proj", "dev", "python", Path("/python"), {}, Path("/p/s")
)
JOB = Job(PROGRAM, (PackSource(Path("/k"), "pack", "1.0.0", Path("/python")),))


def resource(urn: str, opaque: str = "") -> Resource:
    """Make a resource with a source line, whose policy comes from the repository."""
    type_, name = urn.split("::")[2:]
    return Resource(
        urn=urn,
        type=type_,
        name=name,
        custom=urn != STACK,
        parent="" if urn == STACK else STACK,
        provider="",
        inputs={},
        outputs={},
        dependencies=(),
        property_dependencies={"policy": (REPO,)},
        source=SourcePosition("__main__.py", 7),
        opaque=opaque,
    )


def policy(name: str = "lp", **changes: object) -> PolicyInfo:
    """Make a resource policy that is mandatory and promises nothing about unknowns."""
    made = PolicyInfo(
        name=name,
        enforcement="mandatory",
        stack_level=False,
        description="too wide",
        display_name="",
        severity="high",
        remediation_steps="",
        url="",
        reports_unknowns=False,
        declared="mandatory",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields' own types, by name


def violation(message: str = "grants everything", urn: str = ROLE, name: str = "lp") -> Diagnostic:
    """Make a mandatory violation."""
    return Diagnostic(name, urn, "mandatory", "high", "too wide", message, could_not_run=False)


def refusal(path: str = "policy", name: str = "lp") -> Diagnostic:
    """Make the diagnostic by which the SDK says that a policy met an unknown."""
    words = f"can't run policy '{name}' from policy pack 'pack@v0.0.1' during preview: "
    message = f"{words}string value at .{path} can't be known during preview"
    return Diagnostic(name, "", "advisory", "", "too wide", message, could_not_run=True)


def answer(
    *diagnostics: Diagnostic,
    urn: str = ROLE,
    tainted: tuple[str, ...] = (),
    not_applicable: dict[str, str] | None = None,
    error: str = "",
) -> Analysis:
    """Make a pack's answer about one resource."""
    return Analysis("pack", urn, stack_level=False, tainted=tainted, diagnostics=diagnostics,
                    not_applicable=not_applicable or {}, error=error)  # fmt: skip


def stack_answer(*diagnostics: Diagnostic, tainted: tuple[str, ...] = (), error: str = "") -> Analysis:
    """Make a pack's answer about the whole stack."""
    return Analysis("pack", STACK, stack_level=True, tainted=tainted, diagnostics=diagnostics,
                    not_applicable={}, error=error)  # fmt: skip


def run(
    name: PassName,
    *analyses: Analysis,
    policies: tuple[PolicyInfo, ...] = (policy(),),
    resources: Sequence[Resource] = (),
    end: ProgramEnd = ProgramEnd.COMPLETED,
    log: tuple[LogLine, ...] = (),
) -> Pass:
    """Make a pass in which the Stack is always there and always silent, unless said otherwise."""
    given = list(analyses)
    if not any(item.stack_level for item in given):
        given.append(stack_answer())
    if not any(item.urn == STACK and not item.stack_level for item in given):
        given.append(answer(urn=STACK))
    return Pass(
        name=name,
        end=end,
        exit_code=0,
        output="printed",
        resources=(resource(STACK), *(resources or (resource(ROLE),))),
        packs=(PolicyPack("pack", "1.0.0", Path("/k"), "0" * 64, policies),),
        analyses=tuple(given),
        log=log,
        assumptions=(),
        seconds=1.0,
    )


def verdicts(*passes: Pass) -> list[PolicyVerdict]:
    """Judge, and leave out the silent Stack."""
    judged = judge(JOB, "embedded", "", passes)
    return [item for item in judged.verdicts if not (item.urn == STACK and item.verdict is Verdict.PASS)]


def only(*passes: Pass) -> PolicyVerdict:
    """Judge, and give the only verdict that is not the Stack's pass."""
    (verdict,) = verdicts(*passes)
    return verdict


@pytest.mark.parametrize(
    ("faithful", "resolved", "expected", "judged_in"),
    [
        (answer(violation()), answer(violation()), Verdict.FAIL, "faithful"),
        (answer(violation()), answer(), Verdict.FAIL, "faithful"),
        (answer(refusal()), answer(violation()), Verdict.FAIL, "resolved"),
        (answer(tainted=("policy",)), answer(violation()), Verdict.FAIL, "resolved"),
        (answer(), answer(violation()), Verdict.FAIL, "resolved"),
        (answer(refusal()), answer(), Verdict.PASS, "resolved"),
        (answer(tainted=("policy",)), answer(), Verdict.PASS, "resolved"),
        (answer(), answer(), Verdict.PASS, "faithful"),
        (answer(refusal()), answer(refusal()), Verdict.UNPROVEN, "resolved"),
        (answer(refusal()), answer(tainted=("policy",)), Verdict.UNPROVEN, "resolved"),
        (answer(tainted=("x",)), answer(tainted=("x",)), Verdict.UNPROVEN, "resolved"),
        (
            answer(not_applicable={"lp": "other"}),
            answer(not_applicable={"lp": "other"}),
            Verdict.NOT_APPLICABLE,
            "faithful",
        ),
        (answer(error="boom"), answer(), Verdict.FAIL, "faithful"),
        (answer(), answer(error="boom"), Verdict.FAIL, "resolved"),
    ],
)
def test_two_passes_give_one_verdict(
    faithful: Analysis,
    resolved: Analysis,
    expected: Verdict,
    judged_in: PassName,
) -> None:
    """The verdict and the pass that decided it, for each pair of answers."""
    verdict = only(run("faithful", faithful), run("resolved", resolved))
    assert (verdict.verdict, verdict.judged_in) == (expected, judged_in)


def test_one_pass_that_could_not_run_proves_nothing() -> None:
    """Without a resolved pass, an unknown stays unproven."""
    assert only(run("faithful", answer(refusal()))).verdict is Verdict.UNPROVEN


def test_silence_of_a_pack_that_reports_unknowns_is_a_pass_also_beside_unknowns() -> None:
    """Such a policy says so itself when it could not read what it needs."""
    policies = (policy(reports_unknowns=True),)
    verdict = only(
        run("faithful", answer(tainted=("role",)), policies=policies),
        run("resolved", answer(tainted=("role",)), policies=policies),
    )
    assert (verdict.verdict, verdict.judged_in) == (Verdict.PASS, "faithful")


def test_an_unproven_value_names_its_path_and_the_resource_it_comes_from() -> None:
    """Both are in the policy's own refusal and in the registration."""
    verdict = only(run("faithful", answer(refusal("policy.Statement"))))
    assert verdict.unproven == (Unproven("policy.Statement", (REPO,)),)


def test_a_pass_on_synthesised_values_says_what_pulumi_could_not_have_read() -> None:
    """That is what the resolved pass is for."""
    verdict = only(run("faithful", answer(refusal())), run("resolved", answer()))
    assert verdict.unproven == (Unproven("policy", (REPO,)),)


def test_partial_knowledge_keeps_the_finding_that_is_certain() -> None:
    """A violation beside a refusal is a fail; what is left open is told beside it, since it may be let through."""
    found = verdicts(run("faithful", answer(violation(), refusal())))
    assert [(item.verdict, len(item.findings)) for item in found] == [(Verdict.FAIL, 1), (Verdict.UNPROVEN, 0)]


def test_what_the_resolved_pass_could_tell_is_not_left_open_beside_a_finding() -> None:
    found = verdicts(run("faithful", answer(violation(), refusal())), run("resolved", answer(violation())))
    assert [item.verdict for item in found] == [Verdict.FAIL]


def test_the_same_finding_in_both_passes_is_told_once() -> None:
    """A reader sees one problem, worded as the faithful pass has it."""
    text = (
        "iam-star[Resource::*] high at policy.Statement[0].Resource: {}\nfix: name the ARN\nsee: https://example.com/r"
    )
    verdict = only(
        run("faithful", answer(violation(text.format("first")))),
        run("resolved", answer(violation(text.format("second")))),
    )
    assert verdict.findings == (
        Finding(
            rule="iam-star",
            key="Resource::*",
            severity="high",
            enforcement="mandatory",
            message="first",
            remedy="name the ARN",
            url="https://example.com/r",
            path="policy.Statement[0].Resource",
            urn=ROLE,
            file="__main__.py",
            line=7,
            exemptable=True,
        ),
    )


def test_a_message_of_another_pack_is_a_finding_of_its_policy() -> None:
    """Any CrossGuard pack can be judged."""
    (finding,) = only(run("faithful", answer(violation("free [text] at: will")))).findings
    assert (finding.rule, finding.key, finding.message, finding.severity) == ("lp", "", "free [text] at: will", "high")


def test_two_messages_of_another_pack_stay_two_findings() -> None:
    """They have no key by which they could be one."""
    verdict = only(run("faithful", answer(violation("one"), violation("two"))))
    assert [finding.message for finding in verdict.findings] == ["one", "two"]


def test_a_whole_resource_finding_has_no_path() -> None:
    """A dash stands for it on the wire."""
    (finding,) = only(
        run("faithful", answer(violation("alarm-presence[docs] medium at -: no alarm\nfix: add one")))
    ).findings
    assert (finding.path, finding.remedy, finding.url) == ("", "add one", "")


def test_a_resource_that_was_never_analysed_is_a_failure_of_the_gate() -> None:
    """Silence of a pack that was not asked is not a pass."""
    verdict = only(run("faithful", answer(urn=STACK)))
    assert (verdict.verdict, verdict.policy, verdict.reason) == (
        Verdict.FAIL,
        "all",
        "the pack never analysed this resource",
    )


def test_a_remote_component_is_unproven_with_its_reason() -> None:
    """Its children exist in no pass."""
    verdict = only(run("faithful", answer(), resources=[resource(ROLE, opaque="a remote component")]))
    assert (verdict.verdict, verdict.policy, verdict.reason) == (Verdict.UNPROVEN, "all", "a remote component")


def test_a_resource_that_only_the_resolved_pass_registers_is_judged_there() -> None:
    """A resource inside `apply` exists only once its value is known."""
    faithful = run("faithful", answer(), resources=[resource(ROLE)])
    resolved = run(
        "resolved",
        answer(),
        answer(violation(urn=REPO), urn=REPO),
        resources=[resource(ROLE), resource(REPO)],
    )
    found = {item.urn: (item.verdict, item.judged_in) for item in verdicts(faithful, resolved)}
    assert found == {ROLE: (Verdict.PASS, "faithful"), REPO: (Verdict.FAIL, "resolved")}


def test_a_disabled_policy_gives_no_verdict() -> None:
    """It did not run."""
    policies = (policy("old", enforcement="disabled"), policy())
    assert [item.policy for item in verdicts(run("faithful", answer(), policies=policies))] == ["lp"]


STACK_POLICY = (policy("alarms", stack_level=True),)


def test_a_stack_policy_accuses_the_resource_that_its_violation_names() -> None:
    """And is silent about the rest of the stack."""
    words = stack_answer(violation("no alarm", urn=REPO, name="alarms"))
    verdict = only(
        run("faithful", answer(urn=REPO), words, policies=STACK_POLICY, resources=[resource(REPO)]),
    )
    assert (verdict.urn, verdict.verdict, verdict.policy) == (REPO, Verdict.FAIL, "alarms")


def test_a_stack_policy_that_names_an_unknown_resource_accuses_the_stack() -> None:
    """The finding is not lost with its URN."""
    verdict = only(
        run("faithful", answer(), stack_answer(violation("odd", urn="urn:x", name="alarms")), policies=STACK_POLICY)
    )
    assert (verdict.urn, verdict.verdict) == (STACK, Verdict.FAIL)


def test_a_stack_policy_that_could_not_read_a_resource_says_which() -> None:
    """The URN leads the path that our packs report."""
    words = stack_answer(refusal(f"{REPO}.arn", "alarms"))
    verdict = only(
        run("faithful", answer(urn=REPO), words, policies=STACK_POLICY, resources=[resource(REPO)]),
    )
    assert (verdict.verdict, verdict.unproven) == (Verdict.UNPROVEN, (Unproven("docs.arn", (REPO,)),))


def test_silence_of_a_stack_policy_on_unknown_outputs_is_settled_by_the_resolved_pass() -> None:
    """Every first preview has unknown outputs."""
    judged = judge(
        JOB,
        "embedded",
        "",
        [
            run("faithful", answer(), stack_answer(tainted=(f"{ROLE}#id",)), policies=STACK_POLICY),
            run("resolved", answer(), stack_answer(), policies=STACK_POLICY),
        ],
    )
    (verdict,) = judged.verdicts
    assert (verdict.verdict, verdict.judged_in) == (Verdict.PASS, "resolved")
    assert verdict.unproven == (Unproven("contributor.id", (ROLE,)),)


def test_violations_and_doubt_of_a_stack_policy_are_both_told() -> None:
    """What is certain is a fail on its resource; the rest of the stack stays unproven."""
    words = stack_answer(violation("no alarm", urn=ROLE, name="alarms"), refusal("x.y", "alarms"))
    found = {item.urn: item.verdict for item in verdicts(run("faithful", answer(), words, policies=STACK_POLICY))}
    assert found == {ROLE: Verdict.FAIL, STACK: Verdict.UNPROVEN}


def test_a_pack_that_raises_on_the_stack_fails_it() -> None:
    """No stack policy of it has spoken then."""
    verdict = only(run("faithful", answer(), stack_answer(error="boom"), policies=STACK_POLICY))
    assert (verdict.verdict, verdict.reason) == (Verdict.FAIL, "the pack gave no answer: boom")


def judged(*passes: Pass) -> Preview:
    """Judge."""
    return judge(JOB, "embedded", "", passes)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (ProgramEnd.FAILED, 4),
        (ProgramEnd.EXITED_EARLY, 4),
        (ProgramEnd.TIMED_OUT, 4),
        (ProgramEnd.BAD_CONFIGURATION, 2),
    ],
)
def test_a_program_that_did_not_end_well_passes_nothing(end: ProgramEnd, code: int) -> None:
    """Whatever was clean until then is not a pass."""
    cut = judged(run("faithful", answer(), end=end, log=(LogLine("error", "boom"),)))
    assert cut.problems == (f"the program {end.value}: boom",)
    assert {item.verdict for item in cut.verdicts} == {Verdict.UNPROVEN}
    assert exit_code(replace(cut, strictness=FailOn.VIOLATION.strictness)) == code


def test_a_resolved_pass_that_fails_leaves_the_stack_unproven() -> None:
    """What the program would have registered after that point was not seen."""
    two = judged(
        run("faithful", answer()),
        run("resolved", answer(), end=ProgramEnd.FAILED, log=(LogLine("error", "bad value"),)),
    )
    (last,) = [item for item in two.verdicts if item.verdict is Verdict.UNPROVEN]
    assert last.reason.endswith("what it would register was not seen: bad value")
    assert (two.problems, exit_code(replace(two, strictness=FailOn.UNPROVEN.strictness))) == ((), 3)


@pytest.mark.parametrize(
    ("given", "fail_on", "code"),
    [
        (answer(), FailOn.UNPROVEN, 0),
        (answer(violation()), FailOn.VIOLATION, 1),
        (answer(refusal()), FailOn.UNPROVEN, 3),
        (answer(refusal()), FailOn.VIOLATION, 0),
        (answer(violation(), refusal()), FailOn.UNPROVEN, 1),
    ],
)
def test_the_exit_code_follows_the_strictness(given: Analysis, fail_on: FailOn, code: int) -> None:
    """Unproven verdicts block where they are asked to."""
    assert exit_code(replace(judged(run("faithful", given)), strictness=fail_on.strictness)) == code


@pytest.mark.parametrize(("fail_on", "code"), [(FailOn.UNPROVEN, 0), (FailOn.ADVISORY, 1)])
def test_an_advisory_finding_blocks_only_at_the_strictest(fail_on: FailOn, code: int) -> None:
    """And only where its policy is advisory as well."""
    given = answer(replace(violation(), enforcement="advisory"))
    found = judged(run("faithful", given, policies=(policy(enforcement="advisory"),)))
    assert exit_code(replace(found, strictness=fail_on.strictness)) == code


def test_a_rule_that_broke_blocks_also_where_its_policy_is_advisory() -> None:
    """Our packs catch what a rule raises, and say so in a finding."""
    said = replace(violation("rule-error[iam-star] high at -: it broke"), enforcement="advisory")
    broken = judged(run("faithful", answer(said), policies=(policy(enforcement="advisory"),)))
    assert exit_code(replace(broken, strictness=FailOn.VIOLATION.strictness)) == 1


@pytest.mark.parametrize("said", [(answer(violation()), answer()), (answer(), answer(violation()))])
def test_of_two_answers_about_one_resource_neither_is_lost(said: tuple[Analysis, ...]) -> None:
    """Two default providers may have one URN."""
    assert only(run("faithful", *said)).verdict is Verdict.FAIL


def test_a_policy_that_applies_to_one_of_two_namesakes_applies() -> None:
    """Only what both answers say is not applicable."""
    said = (answer(not_applicable={"lp": "other"}), answer())
    assert only(run("faithful", *said)).verdict is Verdict.PASS


def test_levels_that_a_packs_own_property_sets_are_told() -> None:
    """A rule inside a policy can be weakened as well as the policy."""
    config: dict[str, object] = {
        "lp": {"enforcementLevel": "advisory", "rules": {"star": "disabled", "x": "mandatory"}}
    }
    job = replace(JOB, packs=(replace(JOB.packs[0], config=config),))
    found = judge(job, "embedded", "", [run("faithful", answer())])
    assert found.notices == ("policy lp of pack pack is configured with rules.star: disabled",)


def test_the_time_to_judge_grows_with_the_stack_and_not_faster() -> None:
    """Every resource unknown to a stack policy, which is the dearest case; quadratic would be sixteen times."""

    def seconds(count: int) -> float:
        urns = [f"{ROLE}-{number}" for number in range(count)]
        passes = [
            run(
                name,
                *(answer(urn=urn, tainted=("policy",)) for urn in urns),
                stack_answer(tainted=tuple(f"{urn}#policy" for urn in urns)),
                policies=(policy(), policy("alarms", stack_level=True)),
                resources=[resource(urn) for urn in urns],
            )
            for name in get_args(PassName)
        ]
        started = time.process_time()
        json_report.render(judged(*passes))
        return time.process_time() - started

    assert min(seconds(4000) for _ in range(3)) < 10 * min(seconds(1000) for _ in range(3))


def test_a_pass_blocks_at_no_strictness() -> None:
    """The strictest setting still lets a proven stack through."""
    (first, *_) = judged(run("faithful", answer())).verdicts
    assert not blocking(first, FailOn.ADVISORY.strictness)


def test_only_what_no_pass_registers_is_deleted() -> None:
    """What is registered where values are known would be found again by the update itself."""
    gone, unseen = Deletion(REPO, "t", "gone"), Deletion(ROLE, "t", "unseen")
    faithful = replace(run("faithful"), deletions=(gone, unseen))
    assert judge(JOB, "e", "", [faithful, replace(run("resolved"), deletions=(gone,))]).deletions == (gone,)
    assert judge(JOB, "e", "", [faithful]).deletions == (gone, unseen)


def without_stack(one: Pass) -> Pass:
    """Take the answer about the whole stack away, as when the program broke off before anybody was shown it."""
    return replace(one, analyses=tuple(item for item in one.analyses if not item.stack_level))


def test_the_stack_of_a_program_that_broke_off_is_unproven_and_no_packs_fault() -> None:
    """Nobody is shown it, neither here nor by the CLI."""
    whole = policy("whole", stack_level=True)
    failed = run("faithful", answer(), policies=(policy(), whole), end=ProgramEnd.FAILED)
    preview = judge(JOB, "embedded", "", [without_stack(failed)])
    verdicts = {(item.policy, item.name): (item.verdict, item.reason) for item in preview.verdicts}
    reason = "the program failed, so its whole stack was not seen"
    assert verdicts["all", "proj-dev"] == (Verdict.UNPROVEN, reason)


def test_the_stack_of_a_second_pass_that_broke_off_is_judged_by_the_first() -> None:
    """What it would have shown is unproven by itself."""
    whole = policy("whole", stack_level=True)
    first = run("faithful", answer(), stack_answer(violation(urn=STACK, name="whole")), policies=(policy(), whole))
    second = run("resolved", answer(), policies=(policy(), whole), end=ProgramEnd.FAILED)
    preview = judge(JOB, "embedded", "", [first, without_stack(second)])
    assert [item.verdict for item in preview.verdicts if item.policy == "whole"] == [Verdict.FAIL]


def test_a_pack_that_never_analysed_a_whole_stack_fails_it() -> None:
    """Of a program that ran to its end."""
    preview = judge(JOB, "embedded", "", [without_stack(run("faithful", answer()))])
    assert "the pack never analysed the stack" in {item.reason for item in preview.verdicts}


LINES = "lp-wide[Action::s3:*] high at policy: wide\nfix: list them\nsee: https://example.com/lp-wide"
EXEMPTED = (
    "\nexempted: until 2027-01-31 (67 days left), owner Jane Doe: the vendor: in March\nlink: https://example.com/42"
)


def exempted(lines: str = LINES + EXEMPTED, enforcement: Enforcement = "advisory") -> Diagnostic:
    """Make what our packs say of a finding that is let through."""
    return Diagnostic("lp", ROLE, enforcement, "high", "too wide", lines, could_not_run=False)


ADVISORY = (policy(enforcement="advisory", declared="advisory", reports_unknowns=True),)
"""The twin, by which exempted findings are shown."""


def test_an_exempted_finding_carries_its_exemption_and_blocks_at_no_strictness() -> None:
    judged = judge(JOB, "embedded", "", [run("faithful", answer(exempted()), policies=ADVISORY)])
    (verdict,) = [item for item in judged.verdicts if item.urn == ROLE]
    (finding,) = verdict.findings
    given = Exemption("the vendor: in March", "Jane Doe", "2027-01-31", 67, "https://example.com/42")
    assert (verdict.verdict, finding.exemption, finding.exemptable) == (Verdict.EXEMPTED, given, True)
    assert (finding.rule, finding.key, finding.url) == ("lp-wide", "Action::s3:*", "https://example.com/lp-wide")
    assert [exit_code(replace(judged, strictness=item.strictness)) for item in FailOn] == [0, 0, 0]


@pytest.mark.parametrize(
    ("line", "grade"),
    [
        ("", ("", "", ())),
        ("\nclass: A2 definite s3:*", ("A2", "definite", ("s3:*",))),
        (
            "\nclass: B7 conditional iam:PassRole ec2:RunInstances",
            ("B7", "conditional", ("iam:PassRole", "ec2:RunInstances")),
        ),
        ("\nclass: G4 definite", ("G4", "definite", ())),
    ],
)
@pytest.mark.parametrize("more", ["", EXEMPTED])
def test_a_finding_carries_its_class_its_confidence_and_its_actions(
    line: str, grade: tuple[str, str, tuple[str, ...]], more: str
) -> None:
    verdict = only(run("faithful", answer(exempted(LINES + line + more)), policies=ADVISORY))
    told = verdict.findings[0]
    assert (told.code, told.confidence, told.actions) == grade
    assert (told.url, told.exemption is not None) == ("https://example.com/lp-wide", bool(more))


def test_a_finding_beside_an_exempted_one_still_fails() -> None:
    other = replace(exempted(LINES.replace("s3", "sqs")), enforcement="advisory")
    verdict = only(run("faithful", answer(exempted(), other), policies=ADVISORY))
    assert (verdict.verdict, blocking(verdict, FailOn.ADVISORY.strictness)) == (Verdict.FAIL, True)


def test_what_could_not_be_told_beside_an_exempted_finding_stays_unproven() -> None:
    found = verdicts(run("faithful", answer(exempted(), refusal()), policies=ADVISORY))
    assert [item.verdict for item in found] == [Verdict.EXEMPTED, Verdict.UNPROVEN]


def test_a_finding_of_the_whole_stack_is_exempted_likewise() -> None:
    policies = (replace(ADVISORY[0], stack_level=True),)
    verdict = only(run("faithful", answer(), stack_answer(exempted()), policies=policies))
    assert (verdict.urn, verdict.verdict) == (ROLE, Verdict.EXEMPTED)


def test_an_exempted_finding_that_blocks_under_pulumi_blocks_here() -> None:
    """A configuration that makes every policy mandatory makes the twin so."""
    strict = (policy(reports_unknowns=True),)
    verdict = only(run("faithful", answer(exempted(enforcement="mandatory")), policies=strict))
    assert (verdict.verdict, verdict.findings[0].exemption) == (Verdict.FAIL, None)


@pytest.mark.parametrize(
    ("message", "expected"),
    [(LINES, True), (f"{LINES}\nexempted: never", False), ("grants everything", False)],
)
def test_whether_a_finding_may_be_exempted_is_its_pack_s_to_say(message: str, expected: bool) -> None:  # noqa: FBT001 (a case)
    verdict = only(run("faithful", answer(violation(message))))
    assert [(finding.exemptable, finding.exemption) for finding in verdict.findings] == [(expected, None)]


@pytest.mark.parametrize(
    ("left", "expected"), [(15, []), (14, ["14 days left"]), (1, ["1 day left"]), (0, ["0 days left"])]
)
def test_an_exemption_is_warned_of_fourteen_days_before_its_end(left: int, expected: list[str]) -> None:
    words = f"{LINES}\nexempted: until 2027-01-31 ({left} day{'' if left == 1 else 's'} left), owner Jane Doe: r"
    judged = judge(JOB, "embedded", "", [run("faithful", answer(exempted(words)), policies=ADVISORY)])
    endings = "; Jane Doe has to mend the finding, or have the exemption approved anew"
    assert judged.notices == tuple(
        f"the exemption of lp-wide[Action::s3:*] on contributor ends on 2027-01-31 ({word}){endings}"
        for word in expected
    )


def test_a_urn_that_is_marked_as_secret_still_names_its_resource() -> None:
    """A program may pass a secret output on that holds it; without URNs no report says what it is about."""
    holder = replace(resource(ROLE), inputs={"of": secret(REPO)})
    items = (holder, resource(REPO))
    judged = judge(
        JOB, "embedded", "", [run("faithful", answer(), answer(violation(urn=REPO), urn=REPO), resources=items)]
    )
    assert [item.urn for item in judged.verdicts if item.verdict is Verdict.FAIL] == [REPO]
