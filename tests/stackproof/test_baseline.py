# SPDX-License-Identifier: Apache-2.0
"""Findings that were there before: what a baseline lets through, what it never does, and that it only shrinks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import jsonschema
import pytest

from stackproof import cli
from stackproof.baseline import Baseline, Old, apply, baseline_of, pruned, refused
from stackproof.baseline.file import SCHEMA_NAME, read, render, schema
from stackproof.errors import UnrunnableError, UsageError
from stackproof.model import (
    Analysis,
    Diagnostic,
    Exemption,
    Finding,
    Job,
    Pass,
    PassName,
    PolicyInfo,
    PolicyPack,
    PolicyVerdict,
    Preview,
    ProgramEnd,
    Resource,
    Strictness,
    Verdict,
)
from stackproof.verdicts import exit_code

if TYPE_CHECKING:
    from stackproof.aws import World
    from stackproof.engine.nursery import Nursery

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::jobs"
FILE = Path("old.json")
WIDE = Finding("lp-wide", "Action::s3:*", "high", "mandatory", "too wide", urn=QUEUE, exemptable=True)


def verdict(*findings: Finding, kind: Verdict = Verdict.FAIL, urn: str = QUEUE, policy: str = "lp") -> PolicyVerdict:
    type_, name = urn.split("::")[2:]
    return PolicyVerdict("rules", policy, urn, type_, name, kind, findings)


def preview(*verdicts: PolicyVerdict, **changes: object) -> Preview:
    made = Preview(
        project="shop",
        stack="dev",
        engine="embedded",
        commit="",
        passes=("faithful", "resolved"),
        packs=(),
        resources=(),
        verdicts=verdicts,
        problems=(),
        notices=("before",),
        configuration_error=False,
        program_output="",
        log=(),
        assumptions=(),
        seconds=1.0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields' own types, by name


def old(finding: Finding = WIDE, urn: str = QUEUE) -> Old:
    return Old.of(verdict(finding, urn=urn), finding)


def holding(*items: Old) -> Baseline:
    return Baseline({"shop/dev": items})


def test_an_old_finding_is_told_and_does_not_block() -> None:
    """At no strictness, with the number of them; the model's other notices stay."""
    found = apply(holding(old()), FILE, preview(verdict(WIDE)))
    assert found.verdicts == (verdict(replace(WIDE, baseline=True)),)
    assert found.notices == ("before", "baseline old.json: 1 old finding does not block")
    strict = replace(found, strictness=Strictness(unproven=True, advisory=True))
    assert (exit_code(found), exit_code(strict)) == (0, 0)


@pytest.mark.parametrize(
    "new",
    [
        verdict(replace(WIDE, key="Action::sqs:*")),
        verdict(replace(WIDE, rule="lp-wider")),
        verdict(replace(WIDE, severity="critical")),
        verdict(WIDE, urn=QUEUE.replace("aws:", "shop:index:Jobs$aws:")),
        verdict(WIDE, urn=QUEUE.replace("jobs", "jobs-2")),
        verdict(WIDE, replace(WIDE, key="Action::sqs:*")),
    ],
    ids=["key", "rule", "worse", "parent", "name", "one more"],
)
def test_a_new_finding_blocks(new: PolicyVerdict) -> None:
    assert exit_code(apply(holding(old()), FILE, preview(new))) == 1


def test_a_finding_that_is_less_grave_than_it_was_is_the_old_one() -> None:
    assert exit_code(apply(holding(old()), FILE, preview(verdict(replace(WIDE, severity="low"))))) == 0


def test_a_finding_without_a_key_is_known_by_its_message() -> None:
    """So any pack's findings may be old."""
    bare = replace(WIDE, key="", exemptable=False)
    assert exit_code(apply(holding(old(bare)), FILE, preview(verdict(bare)))) == 0
    assert exit_code(apply(holding(old(bare)), FILE, preview(verdict(replace(bare, message="wider"))))) == 1


NEVER = [
    replace(WIDE, exemptable=False),
    replace(WIDE, rule="rule-error", key="lp-wide", exemptable=False),
    replace(WIDE, rule="config-error", key="rules", exemptable=False),
    replace(WIDE, rule="exemption-stale", key="exemptions.yaml:1", exemptable=False),
    replace(WIDE, rule="pack-error", key="aws:sqs/queue:Queue", exemptable=False),
    replace(WIDE, rule="secret-name", key="Sid::[secret]"),
]


@pytest.mark.parametrize("finding", NEVER, ids=lambda item: str(item.rule))
def test_what_nobody_may_exempt_no_baseline_holds(finding: Finding) -> None:
    """Neither when one is written, nor where one was written by hand; and that is said."""
    judged = preview(verdict(finding))
    assert (baseline_of([judged]).stacks, exit_code(apply(holding(old(finding)), FILE, judged))) == (
        {"shop/dev": ()},
        1,
    )
    assert refused([judged]) == (f"{finding.rule}[{finding.key}] on jobs",)


def test_what_is_unproven_is_never_old() -> None:
    judged = preview(verdict(kind=Verdict.UNPROVEN), verdict(WIDE))
    assert baseline_of([judged]) == holding(old())
    assert exit_code(apply(holding(old()), FILE, judged)) == 3


def test_an_exempted_finding_stays_what_it_is() -> None:
    given = replace(WIDE, exemption=Exemption("r", "o", "2027-01-31", 67))
    judged = preview(verdict(given, kind=Verdict.EXEMPTED))
    assert (baseline_of([judged]), refused([judged])) == (holding(), ())
    assert apply(holding(old()), FILE, judged).verdicts == judged.verdicts


def test_entries_that_occur_no_more_are_named_with_what_to_do() -> None:
    many = [old(replace(WIDE, key=f"k{number}")) for number in range(7)]
    found = apply(holding(*many), FILE, preview(verdict(kind=Verdict.PASS)))
    assert found.notices[1:] == (
        "baseline old.json: 0 old findings do not block",
        (
            "baseline old.json: 7 of its findings occur no more: lp-wide[k0] on jobs, lp-wide[k1] on jobs, lp-wide[k2]"
            " on jobs, lp-wide[k3] on jobs, lp-wide[k4] on jobs and 2 more; remove them with"
            " `stackproof baseline --prune --output old.json`"
        ),
    )


@pytest.mark.parametrize(
    "judged",
    [
        preview(verdict(kind=Verdict.UNPROVEN)),
        preview(verdict(kind=Verdict.UNPROVEN, urn=STACK)),
        preview(problems=("the program failed",)),
    ],
    ids=["the resource", "the stack", "the program"],
)
def test_nothing_is_called_gone_while_something_could_not_be_told(judged: Preview) -> None:
    assert apply(holding(old()), FILE, judged).notices[1:] == ("baseline old.json: 0 old findings do not block",)
    if not judged.problems:
        assert pruned(holding(old()), [judged]) == holding(old())


def test_a_stack_that_the_baseline_does_not_know_has_no_old_findings() -> None:
    found = apply(Baseline({"shop/prod": (old(),)}), FILE, preview(verdict(WIDE)))
    words = "baseline old.json has no part for shop/dev, so every finding counts"
    assert (exit_code(found), found.notices[1:]) == (1, (words,))


def test_pruning_removes_and_never_adds() -> None:
    """Also of no stack but those that were judged."""
    other = old(replace(WIDE, key="gone"))
    before = Baseline({"shop/dev": (other, old()), "shop/prod": (other,)})
    judged = [preview(verdict(WIDE, replace(WIDE, key="new"))), preview(verdict(WIDE), stack="staging")]
    assert pruned(before, judged) == Baseline({"shop/dev": (old(),), "shop/prod": (other,)})


@pytest.mark.parametrize(("amiss", "error"), [(False, UnrunnableError), (True, UsageError)])
def test_a_stack_that_was_not_judged_is_not_written_down(amiss: bool, error: type[Exception]) -> None:  # noqa: FBT001 (a case)
    judged = preview(verdict(WIDE), problems=("the program failed",), configuration_error=amiss)
    words = "shop/dev was not judged: the program failed; nothing is written"
    with pytest.raises(error, match=words):
        baseline_of([judged])
    with pytest.raises(error, match=words):
        pruned(holding(old()), [judged])


def test_a_file_is_sorted_has_one_finding_a_line_and_is_read_back_as_it_was(tmp_path: Path) -> None:
    bare = old(replace(WIDE, key="", message='it says "no" — twice'))
    made = Baseline({"shop/prod": (), "shop/dev": (old(replace(WIDE, key="b")), bare, old(replace(WIDE, key="a")))})
    text = render(made)
    path = tmp_path / "old.json"
    path.write_text(text, "utf-8")
    lines = text.splitlines()
    assert [line for line in lines if '"rule"' not in line] == [
        "{",
        f'"schema": "{SCHEMA_NAME}",',
        '"stacks": {',
        '"shop/dev": [',
        "],",
        '"shop/prod": []',
        "}",
        "}",
    ]
    assert len(lines) == 11
    assert read(path).stacks == {"shop/dev": tuple(sorted(made.stacks["shop/dev"])), "shop/prod": ()}
    assert render(read(path)) == text
    jsonschema.validate(json.loads(text), schema(), jsonschema.Draft202012Validator)


ENTRY = {"rule": "lp-wide", "key": "k", "urn": QUEUE, "severity": "high"}


def document(*entries: object, name: str = "shop/dev", **changes: object) -> str:
    return json.dumps({"schema": SCHEMA_NAME, "stacks": {name: list(entries)}} | changes)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", ":1:2: not valid JSON"),
        ("[]", ": the file: "),
        (document(schema="stackproof.baseline/2"), ": schema: "),
        (document(ENTRY, more=1), ": the file: "),
        (document(ENTRY | {"severity": "grave"}), ": stacks.shop/dev[0].severity: "),
        (document(ENTRY, {name: value for name, value in ENTRY.items() if name != "urn"}), ": stacks.shop/dev[1]: "),
        (document(ENTRY | {"message": "both"}), ": stacks.shop/dev[0]: "),
        (document(ENTRY | {"urn": "jobs"}), ": stacks.shop/dev[0].urn: "),
        (document(ENTRY, name="dev"), ": stacks: "),
        (document(ENTRY, ENTRY | {"severity": "low"}), ": stacks.shop/dev: lp-wide[k] on jobs stands twice"),
        (document(ENTRY).replace('"key": "k"', '"key": "k", "key": "l"'), ": stacks.shop/dev[0]: 'key' stands twice"),
        ("[" * 100_000, " cannot be read: "),
    ],
)
def test_a_file_out_of_form_is_refused_with_the_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as refusal:
        read(path)
    assert str(refusal.value).startswith(f"{path}{place}")
    assert str(refusal.value).endswith("write another with `stackproof baseline`")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff")
    for name in ("none.json", "bytes.json"):
        with pytest.raises(UsageError, match=f"{name} cannot be read"):
            read(tmp_path / name)


class FakeEngine:
    """An engine whose packs say what a test tells them to, about one queue of every stack."""

    name = "fake"
    messages: ClassVar[list[str]] = []
    end: ClassVar[ProgramEnd] = ProgramEnd.COMPLETED

    def __init__(self, world: World, nursery: Nursery) -> None:
        """Run nothing."""

    def run(self, job: Job, pass_name: PassName) -> Pass:
        """Answer at once."""
        urns = [urn.replace(":dev:", f":{job.program.stack}:") for urn in (STACK, QUEUE)]
        said = [Diagnostic("lp", urns[1], "mandatory", "high", "", text, could_not_run=False) for text in self.messages]
        policy = PolicyInfo("lp", "mandatory", False, "", "", "", "", "", True, "mandatory")  # noqa: FBT003 (fields)
        resources = [
            Resource(urn, type_, name, urn == urns[1], "", "", {}, {}, (), {}, None)
            for urn in urns
            for type_, name in [urn.split("::")[2:]]
        ]
        empty = Analysis("rules", urns[0], stack_level=False, tainted=(), diagnostics=(), not_applicable={})
        return Pass(
            name=pass_name,
            end=self.end,
            exit_code=0,
            output="",
            resources=tuple(resources),
            packs=(PolicyPack("rules", "1", Path("/r"), "0" * 64, (policy,)),),
            analyses=(
                empty,
                replace(empty, stack_level=True),
                replace(empty, urn=urns[1], diagnostics=tuple(said)),
            ),
            log=(),
            assumptions=(),
            seconds=0.1,
        )

    def stop(self) -> None:
        """Nothing runs."""


Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    """Type a command about a project with two stacks; give exit code, standard output and standard error."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (root / "__main__.py").write_text("")
    for stack in ("dev", "prod"):
        (root / f"Pulumi.{stack}.yaml").write_text("")
    (root / "pack").mkdir()
    (root / "pack" / "PulumiPolicy.yaml").write_text("name: rules\nruntime: python\n")
    monkeypatch.chdir(root)
    monkeypatch.setattr("stackproof.engine.embedded.EmbeddedEngine", FakeEngine)
    monkeypatch.setattr("stackproof.engine.nursery.Nursery.warm", lambda nursery, interpreter: None)  # noqa: ARG005 (its signature)
    monkeypatch.setattr(FakeEngine, "messages", ["lp-wide[k1] high at -: wide", "lp-wide[k2] high at -: wide"])
    monkeypatch.setattr(FakeEngine, "end", ProgramEnd.COMPLETED)

    def type_(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["stackproof", *map(str, words), "--policy-pack", "pack"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return type_


def test_a_written_baseline_lets_through_what_is_in_it_and_nothing_else(
    run: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run("baseline", "--output", "old.json")
    assert (code, out) == (0, "old.json: shop/dev: 2 old findings\nold.json: shop/prod: 2 old findings\n")
    before = Path("old.json").read_text("utf-8")
    code, out, _ = run("preview", "--baseline", "old.json", "--format", "json")
    stacks = [json.loads(line) for line in out.splitlines()]
    assert (code, [item["baseline"] for stack in stacks for item in stack["findings"]]) == (0, [True] * 4)
    assert [stack["notices"][-1] for stack in stacks] == ["baseline old.json: 2 old findings do not block"] * 2
    monkeypatch.setattr(FakeEngine, "messages", [*FakeEngine.messages, "lp-wide[k3] high at -: wide"])
    assert run("preview", "--baseline", "old.json")[0] == 1
    assert Path("old.json").read_text("utf-8") == before


def test_a_baseline_is_written_over_by_pruning_alone(run: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    run("baseline", "--output", "old.json")
    before = Path("old.json").read_text("utf-8")
    code, _, err = run("baseline", "--output", "old.json")
    assert (code, "exists, and a baseline does not grow" in err, Path("old.json").read_text("utf-8")) == (
        2,
        True,
        before,
    )
    monkeypatch.setattr(FakeEngine, "messages", ["lp-wide[k2] high at -: wide", "lp-wide[k3] high at -: wide"])
    code, out, _ = run("baseline", "--output", "old.json", "--prune", "--stack", "prod")
    assert (code, out) == (
        0,
        "old.json: shop/dev: 2 old findings, 0 removed\nold.json: shop/prod: 1 old findings, 1 removed\n",
    )
    kept = read(Path("old.json")).stacks
    assert {name: [item.key for item in items] for name, items in kept.items()} == {
        "shop/dev": ["k1", "k2"],
        "shop/prod": ["k2"],
    }


def test_pruning_nothing_is_refused(run: Typed) -> None:
    code, _, err = run("baseline", "--output", "old.json", "--prune")
    assert (code, "old.json cannot be read" in err, Path("old.json").exists()) == (2, True, False)


def test_a_malformed_baseline_ends_a_preview_before_it_begins(run: Typed) -> None:
    Path("old.json").write_text("{")
    code, _, err = run("preview", "--baseline", "old.json")
    assert (code, "old.json:1:2: not valid JSON" in err) == (2, True)


def test_what_no_baseline_holds_is_said_when_one_is_written(run: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    never = "lp-open[all] critical at -: open\nfix: close it\nsee: https://example.com\nexempted: never"
    monkeypatch.setattr(FakeEngine, "messages", [never])
    code, out, err = run("baseline", "--output", "old.json", "--stack", "dev")
    assert (code, out, err) == (
        0,
        "old.json: shop/dev: 0 old findings\n",
        "not in a baseline: lp-open[all] on jobs\n",
    )


def test_a_program_that_did_not_run_to_its_end_leaves_no_baseline(run: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "end", ProgramEnd.FAILED)
    code, _, err = run("baseline", "--output", "old.json")
    assert (code, "nothing is written" in err, Path("old.json").exists()) == (4, True, False)
